import CloudEvents
import Codec
import Foundation
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

@Suite("A service that is killed in the middle of a run loses nothing and repeats nothing visible", .serialized)
struct KilledServiceTests {
    @Test("kill -9, and start again", arguments: Suite.services)
    func killed(service: String) async throws { try await run(killing: service, deletingState: false) }

    @Test("kill -9, delete its state folder, and start again", arguments: Suite.services)
    func forgotten(service: String) async throws { try await run(killing: service, deletingState: true) }

    /// Reports keep coming while the service is killed twice; then each report has one answer, each child one mapping,
    /// each named person one message for each report.
    private func run(killing service: String, deletingState: Bool) async throws {
        try await RunningSuite.with { suite in
            let count = 90
            let producer = try Producer(suite.broker.properties)
            let reports = try Self.reports(count)
            for (index, report) in reports.enumerated() {
                let event = Event(
                    id: "report-\(index)", source: "urn:test", type: ConcernReported.eventType, time: Date(),
                    content: .json,
                    data: try Bytes(report.jsonUTF8Data()))
                try await producer.send(suite.connection.record(event, to: .concernReports, key: event.id))
                if index == 30 || index == 60 {
                    try await eventually("\(index / 2) receipts") {
                        try await suite.events(.concernReceipts, ConcernReceipt.self).count > index / 2
                            || service == "intake"
                    }
                    try await suite.kill9(service)
                    if deletingState { await suite.deleteState(of: service) }
                    try await suite.start(service)
                }
            }
            try await eventually("\(count) messages", within: .seconds(90)) { suite.messages().count >= count }
            let receipts = try await suite.events(.concernReceipts, ConcernReceipt.self)
            #expect(receipts.map(\.reportID).sorted() == (0..<count).map { "report-\($0)" }.sorted())
            #expect(receipts.allSatisfy { $0.registered.caseReference != "" })
            let children = Set(reports.map(\.personalNumber)).count
            try await eventually("\(children) mappings") {
                try await suite.events(.mappings, MappingOpened.self).count >= children
            }
            try await eventually("\(count - children) that join") {
                try await suite.events(.mappings, ConcernJoined.self).count >= count - children
            }
            #expect(try await suite.events(.mappings, MappingOpened.self).count == children)
            #expect(try await suite.events(.mappings, ConcernJoined.self).count == count - children)
            try await eventually("\(count) notices") {
                try await suite.events(.notices, NoticeSent.self).count >= count
            }
            #expect(try await suite.events(.notices, NoticeSent.self).count == count)
            let ids = suite.messages().compactMap { $0.split(separator: "\r\n").first { $0.hasPrefix("Message-ID:") } }
            #expect(ids.count == count && Set(ids).count == count)
        }
    }

    /// Reports about thirty children, three each.
    private static func reports(_ count: Int) throws -> [ConcernReported] {
        let text = try String(contentsOfFile: WorkedExampleTests.example + "/1-concern.json", encoding: .utf8)
        var numbers: Set<String> = []
        while numbers.count < count / 3 { numbers.insert(WorkedExample.fictionalNumber()) }
        let children = numbers.sorted()
        return try (0..<count).map { index in
            let values = text.replacing("$PERSONAL_NUMBER", with: children[index % children.count])
                .replacing("$OBSERVED_AT", with: Timestamp.text(Date()))
            return try ConcernReported(json: Bytes(values.utf8))
        }
    }
}
