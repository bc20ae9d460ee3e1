import CloudEvents
import Codec
import Domain
import Foundation
import IntakeCore
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import intake

@Suite("Rule 23: Intake lets go of a child, and forgets it")
struct ErasureTests {
    private func ordered(_ reference: String, concerns: Int = 1) -> ErasureOrdered {
        .with { ($0.caseReference, $0.concerns) = (reference, Int64(concerns)) }
    }

    private func erased(_ reference: String) -> ChildErased { .with { $0.caseReference = reference } }

    @Test("a new report about the child starts anew, under a new reference; of the former nothing is kept")
    func anew() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report)
        let former = try #require(tester.concerns.first).caseReference
        try tester.publish(ordered(former), child: former)
        #expect(tester.published(ChildReleased.self).map(\.caseReference) == [former])
        try tester.send(ExampleCounty.report)
        let present = try #require(tester.concerns.last).caseReference
        #expect(tester.concerns.count == 2 && present != former)
        try tester.publish(erased(former), child: former)
        #expect(tester.erased.map(\.topic) == [Topic.children, .childKeys].map(\.rawValue))
        #expect(tester.erased.allSatisfy { $0.key == former })
        let left = tester.storedBytes.filter { String(decoding: $0, as: UTF8.self).contains(former) }
        #expect(left.isEmpty, "\(left.count) values still name the reference")
        try tester.send(ExampleCounty.report)
        #expect(tester.concerns.last?.caseReference == present, "the new case is the child's case")
    }

    @Test("the fact that a data key goes is the last of all that is written")
    func last() throws {
        var tester = try IntakeTester()
        try tester.send(ExampleCounty.report)
        let reference = try #require(tester.concerns.first).caseReference
        try tester.publish(ordered(reference), child: reference)
        #expect(tester.erased.isEmpty)
        try tester.publish(erased(reference), child: reference)
        #expect(tester.erased.last?.topic == Topic.childKeys.rawValue)
    }

    @Test("a concern that Mapping does not know yet keeps the child")
    func kept() throws {
        var tester = try IntakeTester()
        for _ in 0..<2 { try tester.send(ExampleCounty.report) }
        let reference = try #require(tester.concerns.first).caseReference
        try tester.publish(ordered(reference, concerns: 1), child: reference)
        #expect(tester.published(ChildKept.self).map(\.caseReference) == [reference])
        #expect(tester.published(ChildReleased.self).isEmpty)
        try tester.send(ExampleCounty.report)
        #expect(tester.concerns.last?.caseReference == reference)
        try tester.publish(ordered(reference, concerns: 3), child: reference)
        #expect(tester.published(ChildReleased.self).count == 1)
    }

    @Test("Mapping is answered even about a child that Intake does not know, so that nothing waits for ever")
    func unknown() throws {
        var tester = try IntakeTester()
        try tester.publish(ordered("TST-AAAA-AAAA-AA"), child: "TST-AAAA-AAAA-AA")
        #expect(tester.published(ChildReleased.self).map(\.caseReference) == ["TST-AAAA-AAAA-AA"])
    }

    /// Mapping, as far as Intake knows it.
    private struct Mapping {
        var seen = 0
        var concerns: [String: Int] = [:]
        var isOrdered = false
        var released: [String] = []

        /// Reads one fact of Intake's.
        mutating func read(_ tester: inout IntakeTester) throws {
            let facts = tester.published.filter { $0.topic == Topic.concerns.rawValue }
            guard seen < facts.count else { return }
            let fact = facts[seen]
            seen += 1
            switch fact.event.type {
            case ConcernRegistered.eventType:
                #expect(!released.contains(fact.key), "a concern has come after the child was let go of")
                concerns[fact.key, default: 0] += 1
            case ChildReleased.eventType:
                if !released.contains(fact.key) { released.append(fact.key) }
                try tester.publish(ChildErased.with { $0.caseReference = fact.key }, child: fact.key)
            default: isOrdered = false
            }
        }
    }

    @Test(
        "no report is lost and none comes too late, wherever reports, the erasure and a change of secrets meet",
        arguments: 1...60)
    func interleaved(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var tester = try IntakeTester()
        tester.holdsOwnOutput = true
        tester.readsOwnOutputTwice = seed.isMultiple(of: 3)
        if seed.isMultiple(of: 2) {
            tester.restart(
                KeySecrets(try KeySecret("another-secret-of-32-characters!!"), previous: try IntakeTester.secret))
        }
        var mapping = Mapping()
        var sent = 0
        while sent < 8 || !tester.held.isEmpty || mapping.seen < facts(tester) {
            switch Int.random(in: 0...9, using: &random) {
            case 0 where sent < 8:
                try tester.send(ExampleCounty.report)
                sent += 1
            case 1 where !mapping.isOrdered:
                guard let (reference, count) = mapping.concerns.first(where: { !mapping.released.contains($0.key) })
                else { continue }
                mapping.isOrdered = true
                try tester.publish(ordered(reference, concerns: count), child: reference)
            case 2, 3: try mapping.read(&tester)
            default:
                let keys = tester.held.keys.sorted()
                guard let key = keys.randomElement(using: &random) else { continue }
                try tester.readHeld(key)
            }
        }
        #expect(
            tester.concerns.count == 8 && tester.codes.isEmpty,
            "\(tester.concerns.map(\.caseReference)) \(mapping.released) \(tester.codes)")
        let keys = tester.erased.filter { $0.topic == Topic.childKeys.rawValue }.map(\.key)
        #expect(Set(keys) == Set(mapping.released))
    }

    private func facts(_ tester: IntakeTester) -> Int {
        tester.published.filter { $0.topic == Topic.concerns.rawValue }.count
    }
}
