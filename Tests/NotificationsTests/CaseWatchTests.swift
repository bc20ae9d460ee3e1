import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import Logging
import ServiceKit
import Streams
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import notifications

@Suite("Consent at the moment of sending (rule 13)")
struct CaseWatchTests {
    @Test(
        "rule 13: a case in cooperation may meet, one that waits for consent may not, an unknown case is neither; people from outside come only where consents cover them"
    )
    func watched() async throws {
        let broker = try TestBroker()
        try await broker.create(["cases"], partitions: 2)
        let producer = try Producer(broker.properties)
        @Sendable func publish(
            _ reference: String, _ phase: Phase, outsiders: Bool = false, fallback: Routing.Fallback? = nil,
            isKept: Bool = false
        ) async throws {
            let status = CaseStatus.with {
                ($0.caseReference, $0.phase, $0.outsiders) = (reference, phase.rawValue, outsiders)
                ($0.fallbackReason, $0.ownerSought) = (fallback?.rawValue ?? "", fallback != nil && !isKept)
            }
            let event = try Event(id: UUID().uuidString, source: "mapping", time: Date(), status)
            try await producer.send(
                ProducerRecord(
                    topic: broker.prefix + "cases", key: Bytes(reference.utf8), value: event.data,
                    headers: event.headers))
        }
        try await publish("A", .cooperation)
        let watch = CaseWatch(topic: broker.prefix + "cases", broker.properties, Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await watch.run() }
            #expect(await watch.isInForce(.meeting, in: "A") == true)
            #expect(await watch.isInForce(.outsiders, in: "A") == false)
            try await publish("A", .cooperation, outsiders: true)
            #expect(await watch.isInForce(.outsiders, in: "A") == true)
            // However slow the reading is: what was decided before counts at once, lest an invitation is lost or wrong.
            for _ in 0..<5 {
                try await publish("A", .awaitingConsent)
                #expect(await watch.isInForce(.meeting, in: "A") == false)
                try await publish("A", .cooperation)
                #expect(await watch.isInForce(.meeting, in: "A") == true)
            }
            try await publish("A", .awaitingConsent)
            #expect(await watch.isInForce(.outsiders, in: "A") == false)
            try await publish("B", .mapping)
            #expect(await watch.isInForce(.meeting, in: "B") == false)
            #expect(await watch.isInForce(.meeting, in: "C") == nil)
            #expect(await watch.fallbacks(among: ["A", "B", "C"]).isEmpty)
            try await publish("B", .mapping, fallback: .unitUnknown)
            try await eventually("a fallback unit") { await watch.fallbacks(among: ["A", "B"]) == ["B": .sought] }
            try await publish("B", .mapping, fallback: .unitUnknown, isKept: true)
            try await eventually("that it stays there") { await watch.fallbacks(among: ["B"]) == ["B": .kept] }
            // An erased case is forgotten (rule 23).
            try await producer.send(ProducerRecord(topic: broker.prefix + "cases", key: Bytes("B".utf8), value: nil))
            #expect(await watch.isInForce(.meeting, in: "B") == nil)
            group.cancelAll()
        }
        await broker.remove()
    }
}
