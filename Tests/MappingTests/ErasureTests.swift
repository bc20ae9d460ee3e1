import CloudEvents
import Codec
import Domain
import Foundation
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import mapping

@Suite("Rule 23: Mapping leads an erasure through all services")
struct ErasureTests {
    private typealias Tester = MappingTester

    private func erasure(by person: String = "county") -> EraseChild {
        .with {
            ($0.caseReference, $0.by) = (Tester.reference, person)
            $0.ground = .with { ($0.reason, $0.legal) = ("order", "Beslut 12-2026") }
        }
    }

    private func tell(_ tester: inout Tester, _ answer: some EventPayload) throws {
        try tester.tester.process(answer, key: Tester.reference, topic: Topic.concerns.rawValue)
    }

    private static let released = ChildReleased.with { $0.caseReference = Tester.reference }
    private static let kept = ChildKept.with { $0.caseReference = Tester.reference }
    private static let erased = NoticesErased.with { $0.caseReference = Tester.reference }

    @Test("each step waits for the one before, each may come twice, and in the end nothing is left")
    func order() throws {
        var tester = try Tester.ready()
        // What comes before its time changes nothing.
        try tell(&tester, Self.released)
        try tester.send(Self.erased)
        #expect(tester.state.caseReference == Tester.reference)
        try tester.send(erasure())
        #expect(tester.facts(ErasureOrdered.self).map(\.concerns) == [1])
        try tester.send(Self.erased)
        #expect(tester.facts(ChildErased.self).isEmpty)
        for _ in 0..<2 { try tell(&tester, Self.released) }
        #expect(tester.facts(ErasureBegun.self).count == 1)
        #expect(tester.facts(EraseCooperation.self).map(\.county) == ["TST"])
        #expect(tester.status.phase == "closed" && tester.tester.reminders.isEmpty)
        for _ in 0..<2 { try tester.send(Self.erased) }
        let erased = try #require(tester.facts(ChildErased.self).first)
        #expect(tester.facts(ChildErased.self).count == 1)
        #expect(
            erased
                == .with {
                    $0.caseReference = Tester.reference
                    $0.ground = .with { ($0.reason, $0.legal) = ("order", "Beslut 12-2026") }
                }, "the reference and the ground, and nobody else")
        #expect(try tester.tester.state(MappingProcessor.cases, Tester.reference) == nil)
        #expect(
            tester.tester.storedBytes.allSatisfy { !String(decoding: $0, as: UTF8.self).contains(Tester.reference) })
        #expect(tester.tester.erased.contains { $0 == (Topic.cases.rawValue, Tester.reference) })
    }

    @Test("a command and a no about an erased case are answered: there is no such case")
    func afterwards() throws {
        var tester = try Tester.ready()
        try tester.send(erasure())
        try tester.reopen()
        #expect(tester.codes.first == "case.erasing")
        try tell(&tester, Self.released)
        try tester.send(Self.erased)
        let before = tester.codes.count
        try tester.takeOn()
        try tester.send(MappingTester.consent("g1", "withdrawn"))
        #expect(Array(tester.codes[before...]) == ["case.unknown", "case.unknown"])
    }

    @Test("a concern that came first keeps the case open, and its owner works on")
    func calledOff() throws {
        var tester = try Tester.ready()
        try tester.send(erasure())
        try tester.concern { $0.harmSuspected = true }
        try tell(&tester, Self.kept)
        #expect(tester.facts(ErasureCalledOff.self).map(\.to) == [["county"]])
        try tell(&tester, Self.released)
        #expect(tester.facts(ErasureBegun.self).isEmpty && tester.state.harmSuspected)
        try tester.takeOn()
        #expect(tester.codes.isEmpty)
    }

    @Test("from outside nobody says that a case's notices are erased")
    func outside() throws {
        var tester = try Tester.ready()
        try tester.send(erasure())
        try tell(&tester, Self.released)
        try tester.send(Self.erased, to: .mappingCommands)
        #expect(tester.codes == ["command.unknown"] && tester.facts(ChildErased.self).isEmpty)
    }

    @Test("an order needs a ground, and nobody orders what retention does by itself")
    func ground() throws {
        var tester = try Tester.ready()
        var command = erasure()
        command.ground.reason = "retention"
        try tester.send(command)
        command.ground = .init()
        try tester.send(command)
        #expect(tester.codes == ["word.unknown", "text.missing", "word.unknown"])
    }
}
