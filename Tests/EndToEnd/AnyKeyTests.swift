import CloudEvents
import Codec
import Foundation
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

@Suite("Commands under any key, end to end", .serialized)
struct AnyKeyTests {
    @Test("one sender's commands under a random key reach their case in the order in which they were written")
    func order() async throws {
        try await RunningSuite.with(services: ["intake", "mapping"], partitions: 4) { suite in
            let producer = try Producer(suite.broker.properties)
            let report = try Event(id: "report", source: "urn:any", time: Date(), ExampleCountyReport.message)
            try await producer.send(suite.connection.record(report, to: .concernReports, key: "report"))
            try await eventually("a mapping") { try await !suite.events(.mappings, MappingOpened.self).isEmpty }
            let opened = try #require(try await suite.events(.mappings, MappingOpened.self).first)

            let key = UUID().uuidString
            let owner = "nykoping-rektor"
            func send(_ command: some EventPayload) async throws {
                let event = try Event(
                    id: UUID().uuidString, source: "urn:any", time: Date(), subject: opened.caseReference, command)
                let signed = try await suite.connection.command(event, for: owner)
                try await producer.send(suite.connection.record(signed, to: .mappingCommands, key: key))
            }
            try await send(TakeOn.with { ($0.caseReference, $0.by) = (opened.caseReference, owner) })
            for number in 1...8 {
                try await send(
                    AddInformation.with {
                        ($0.caseReference, $0.by, $0.text) = (opened.caseReference, owner, "\(number)")
                        ($0.source, $0.area, $0.kind) = ("child", "relationships", "need")
                    })
            }
            @Sendable func texts() async throws -> [Int] {
                try await suite.events(.mappings, InformationAdded.self).compactMap { Int($0.information.text) }
            }
            try await eventually("the last one") { try await texts().contains(8) }
            #expect(try await texts() == Array(1...8))
            #expect(try await suite.events(.mappings, CaseTakenOn.self).count == 1)
            #expect(try await suite.events(.mappings, CommandRefused.self).isEmpty)
        }
    }
}
