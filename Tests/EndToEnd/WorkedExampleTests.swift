import CloudEvents
import Codec
import Foundation
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

@Suite("The whole way, from a published event to a calendar invitation")
struct WorkedExampleTests {
    static let example = RunningSuite.examples + "/worked-example"

    @Test(
        "the pupil in year 6 travels through the four services, and no message, log line or dead letter tells who it is"
    )
    func worked() async throws {
        try await RunningSuite.with { suite in
            // A record that nobody can read, with everything about the child in it, must not leak on its way out.
            let secrets = [
                "20140315-2380", "201403152380", "Alva Exempel", "Närvaron har ändrats", "händelse i familjen",
                "Vera Exempel",
            ]
            try await Producer(suite.broker.properties).send(
                ProducerRecord(
                    topic: suite.connection.topic(.concernReports), key: Bytes("k".utf8),
                    value: Bytes(
                        #"{"personalNumber": "20140315-2380", "name": "Alva Exempel", "observation": "händelse i familjen", "x": 1}"#
                            .utf8),
                    headers: [
                        (name: "ce_specversion", value: Bytes("0.3".utf8)),
                        (name: "ce_id", value: Bytes("broken".utf8)),
                    ]))
            try await WorkedExample(folder: Self.example, personalNumber: "20140315-2380")
                .play(on: suite.connection, mailFolder: suite.mailFolder)
            try await eventually("the dead letter") { try await !suite.broker.records("dead-letters").isEmpty }

            let mail = suite.readMessages()
            #expect(mail.count >= 9)  // one of the concern, four invitations, and four when the meeting moved
            let logs = await suite.logs.map(\.1)
            let headers = try await suite.broker.records("dead-letters").flatMap {
                $0.headers.map { String(decoding: $0.value, as: UTF8.self) }
            }
            #expect(headers.contains { $0.contains("ce_specversion") })
            for secret in secrets {
                for text in mail + logs + headers { #expect(!text.contains(secret)) }
            }
            let receipts = try await suite.events(.concernReceipts, ConcernReceipt.self)
            let reasons = try #require(receipts.first { $0.reportID == "broken" }).refused.reasons
            #expect(Set(reasons.map(\.code)) == ["undecodable"] && reasons.map(\.path).contains("ce_specversion"))
        }
    }

    @Test("two hundred reports of every kind: each is answered exactly once")
    func reports() async throws {
        try await RunningSuite.with { suite in
            let path = RunningSuite.examples + "/concern-reports.jsonl"
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            let producer = try Producer(suite.broker.properties)
            for line in lines {
                try await producer.send(
                    ProducerRecord(
                        topic: suite.connection.topic(.concernReports), key: nil, value: Bytes(line.utf8),
                        headers: [(name: "content-type", value: Bytes("application/cloudevents+json".utf8))]))
            }
            try await eventually("\(lines.count) receipts") {
                try await suite.events(.concernReceipts, ConcernReceipt.self).count >= lines.count
            }
            let receipts = try await suite.events(.concernReceipts, ConcernReceipt.self)
            #expect(receipts.count == lines.count)
            let codes = Set(receipts.flatMap { $0.refused.reasons.map(\.code) })
            #expect(
                codes.isSuperset(of: [
                    "personal_number.checksum", "municipality.unknown", "observation.missing", "child.adult",
                    "undecodable",
                ]))
            let registered = receipts.filter { $0.registered.caseReference != "" }
            #expect(registered.count > 140)
            #expect(
                registered.contains { $0.registered.fallback } && registered.contains { $0.registered.dutyToReport })
        }
    }
}
