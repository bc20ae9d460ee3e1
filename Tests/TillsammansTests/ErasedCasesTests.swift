import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

@Suite("Rule 23: an erased case is listed nowhere, and who asks for it is told that it is gone")
struct ErasedCasesTests {
    @Test("cases lists what was not erased")
    func listed() async throws {
        let broker = try TestBroker()
        let connection = Connection(bootstrapServers: broker.bootstrapServers, prefix: broker.prefix)
        try await broker.create([Topic.cases.rawValue], partitions: 1)
        let producer = try Producer(connection.properties)
        for reference in ["TST-1", "TST-2"] {
            let status = CaseStatus.with { ($0.caseReference, $0.phase) = (reference, Phase.mapping.rawValue) }
            let event = try Event(id: reference, source: "mapping", time: Date(), subject: reference, status)
            try await producer.send(connection.record(event, to: .cases, key: reference))
        }
        try await producer.send(
            ProducerRecord(topic: connection.topic(.cases), key: Bytes("TST-1".utf8), value: nil))
        let listed = try await DedicatedThread.run(name: "cases") { try CasesCommand.statuses(connection) }
        #expect(listed.map(\.caseReference) == ["TST-2"])
        await broker.remove()
    }

    @Test("the ground is told in both languages, and nothing else of the case")
    func told() throws {
        for reason in ErasureReason.allCases {
            let fact = ChildErased.with {
                $0.caseReference = "TST-1"
                $0.ground = .with { ($0.reason, $0.legal) = (reason.rawValue, "Beslut 12-2026") }
            }
            for language in Language.allCases {
                var chronology = Chronology("TST-1", language)
                #expect(chronology.erased == nil)
                chronology.take(
                    try Event(id: "1", source: "mapping", time: ExampleCounty.monday, subject: "TST-1", fact))
                let text = try #require(chronology.erased)
                #expect(text.contains("TST-1") && text.contains("2026-11-23") && text.contains("Beslut 12-2026"))
                #expect(!text.contains("erasure.ground"))
            }
        }
    }
}
