import Codec
import Domain
import Foundation
import Streams
import TestSupport
import Testing

@testable import mapping

@Suite("Kartlägga: one child's mapping")
struct MappingTests {
    static let child = String(repeating: "a", count: 64)
    static let reference = "TST-AAAA-AAAA-AA"
    static let by = "head-school"

    static func concern(guardians: [String] = ["g1"], youthFrom: String = "2029-03-15") -> ConcernRegistered {
        .with {
            ($0.caseReference, $0.child, $0.county, $0.unit, $0.namedPerson) = (reference, child, "TST", "school", by)
            ($0.areas, $0.observation, $0.guardians, $0.youthConsentFrom) = (
                ["safety", "home"], "…", guardians, youthFrom
            )
        }
    }

    private func opened(_ concern: ConcernRegistered = concern()) throws -> ProcessorTester<MappingProcessor> {
        var tester = ProcessorTester(
            MappingProcessor(), application: "mapping", directory: ExampleCounty.directory, now: ExampleCounty.monday)
        try tester.process(concern, key: Self.child)
        return tester
    }

    /// A tester whose mapping can be concluded, but for consents.
    private func ready(_ concern: ConcernRegistered = concern()) throws -> ProcessorTester<MappingProcessor> {
        var tester = try opened(concern)
        try tester.process(Self.information(source: "child"), key: Self.child)
        try tester.process(Self.answers(1...5), key: Self.child)
        return tester
    }

    static func information(source: String, area: String = "relationships", kind: String = "need") -> AddInformation {
        .with {
            ($0.caseReference, $0.by, $0.source, $0.area, $0.kind, $0.text) = (reference, by, source, area, kind, "ord")
        }
    }

    static func answers(_ questions: ClosedRange<Int32>) -> RecordAnswers {
        .with {
            ($0.caseReference, $0.by) = (reference, by)
            $0.answers = questions.map { question in .with { ($0.question, $0.text) = (question, "ord") } }
        }
    }

    static func consent(
        _ giver: String, _ decision: String = "given", _ organisations: [String] = ["social_services", "health_care"]
    ) -> RecordConsent {
        .with {
            ($0.caseReference, $0.by, $0.giver, $0.decision, $0.organisations) = (
                reference, by, giver, decision, organisations
            )
            $0.form = "signature"
        }
    }

    static func conclude(_ outcome: String = "cooperation", next: String = "2026-12-14") -> ConcludeMapping {
        .with {
            ($0.caseReference, $0.by, $0.outcome, $0.nextDate) = (reference, by, outcome, next)
            if outcome == "cooperation" { $0.organisations = ["social_services", "health_care"] }
        }
    }

    private func codes(_ tester: ProcessorTester<MappingProcessor>) -> [String] {
        tester.published(CommandRefused.self).flatMap { $0.reasons.map(\.code) }
    }

    @Test("a concern opens the child's mapping; a later one joins it (rule 6)")
    func joins() throws {
        var tester = try opened()
        try tester.process(Self.concern(guardians: ["g2"]), key: Self.child)
        #expect(tester.published(MappingOpened.self).map(\.owner) == [Self.by])
        #expect(tester.published(ConcernJoined.self).count == 1)
        #expect(try tester.state(MappingProcessor.cases, Self.child)?.guardians == ["g1", "g2"])
    }

    @Test("an event that comes again changes nothing")
    func again() throws {
        var tester = try opened()
        try tester.process(Self.answers(1...2), key: Self.child, id: "c1")
        let before = tester.published.count
        try tester.process(Self.answers(1...2), key: Self.child, id: "c1")
        #expect(tester.published.count == before)
    }

    @Test("with information, five answers and every consent, cooperation asks Meetings for a meeting (rules 7 to 12)")
    func cooperation() throws {
        var tester = try ready()
        try tester.process(Self.consent("g1"), key: Self.child)
        try tester.process(Self.conclude(), key: Self.child)
        #expect(codes(tester).isEmpty)
        #expect(tester.published(MappingConcluded.self).first?.areas == ["home", "relationships", "safety"])
        let call = try #require(tester.published(CallMeeting.self).first)
        #expect((call.namedPerson, call.latestDate, call.county) == (Self.by, "2026-12-14", "TST"))
        #expect(tester.published.first { $0.topic == "meeting-commands" }?.key == "TST")
        #expect(tester.reminders.isEmpty)
    }

    @Test(
        "no meeting without the consent of every guardian, covering every organisation (rule 12)",
        arguments: [
            [], [consent("g1")], [consent("g1"), consent("g2", "refused")],
            [consent("g1"), consent("g2", "given", ["health_care"])],
            [consent("g1"), consent("g2"), consent("g2", "withdrawn")],
        ])
    func consentMissing(consents: [RecordConsent]) throws {
        var tester = try ready(Self.concern(guardians: ["g1", "g2"]))
        for consent in consents { try tester.process(consent, key: Self.child) }
        try tester.process(Self.conclude(), key: Self.child)
        #expect(codes(tester).contains("consent.missing"))
        #expect(tester.published(CallMeeting.self).isEmpty)
    }

    @Test(
        "from the age threshold, to the day, nothing happens on a guardian's consent alone (rule 12)",
        arguments: [
            ("2026-11-23", true), ("2026-11-24", false),
        ])
    func youth(from: String, isNeeded: Bool) throws {
        var tester = try ready(Self.concern(youthFrom: from))
        try tester.process(Self.consent("g1"), key: Self.child)
        try tester.process(Self.conclude(), key: Self.child)
        #expect(tester.published(CallMeeting.self).isEmpty == isNeeded)
        if isNeeded {
            try tester.process(Self.consent("youth"), key: Self.child)
            try tester.process(Self.conclude(), key: Self.child)
            #expect(tester.published(CallMeeting.self).count == 1)
        }
    }

    @Test("withdrawn consent calls off the meeting, also after the conclusion and by anybody (rule 13)")
    func withdrawn() throws {
        var tester = try ready()
        try tester.process(Self.consent("g1"), key: Self.child)
        try tester.process(Self.conclude(), key: Self.child)
        var withdrawal = Self.consent("g1", "withdrawn", [])
        withdrawal.by = ""
        try tester.process(withdrawal, key: Self.child)
        #expect(codes(tester).isEmpty)
        #expect(tester.published(CancelMeeting.self).count == 1)
    }

    @Test(
        "no outcome without all five answers, the child's voice and a date to come (rules 7, 9 and 10)",
        arguments: 1...5 as ClosedRange<Int32>)
    func unanswered(missing: Int32) throws {
        var tester = try opened()
        for question in 1...5 as ClosedRange<Int32> where question != missing {
            try tester.process(Self.answers(question...question), key: Self.child)
        }
        try tester.process(Self.conclude("nothing_further", next: "2026-11-23"), key: Self.child)
        #expect(Set(codes(tester)) == ["answers.missing", "child.not_heard", "next_date"])
    }

    @Test("a reason why the child was not asked stands for its voice (rule 7)")
    func notAsked() throws {
        var tester = try opened()
        try tester.process(Self.information(source: "child", area: "", kind: "not_asked"), key: Self.child)
        try tester.process(Self.answers(1...5), key: Self.child)
        try tester.process(Self.conclude("own_measures"), key: Self.child)
        #expect(codes(tester).isEmpty)
        #expect(tester.published(CallMeeting.self).isEmpty)
    }

    @Test("a mapping that is still open on its last day is told once; one that is concluded is not (rule 19)")
    func overdue() throws {
        var tester = try opened()
        try tester.advance(to: ExampleCounty.monday + 60 * 24 * 3_600)
        #expect(tester.published(MappingOverdue.self).map(\.owner) == [Self.by])
    }

    @Test("a command for another case, of another type or by nobody is refused with a reason")
    func refused() throws {
        var tester = try opened()
        var wrong = Self.answers(1...1)
        wrong.caseReference = "TST-BBBB-BBBB-BB"
        try tester.process(wrong, key: Self.child)
        try tester.process(MappingOverdue(), key: Self.child)
        var nobody = Self.answers(1...1)
        nobody.by = "nobody"
        try tester.process(nobody, key: Self.child)
        #expect(codes(tester) == ["case.unknown", "command.unknown", "person.unknown"])
    }

    @Test("random commands, valid and not, never break an invariant", arguments: (1...20).map(UInt64.init))
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var tester = try opened(Self.concern(guardians: ["g1", "g2"]))
        for step in 0..<500 {
            let published = tester.published.count
            switch Int.random(in: 0..<7, using: &random) {
            case 0: try tester.process(Self.concern(guardians: ["g1", "g2"]), key: Self.child)
            case 1:
                try tester.process(
                    Self.information(source: ["child", "guardian", "x"].randomElement(using: &random) ?? ""),
                    key: Self.child)
            case 2:
                let first = Int32.random(in: 0...6, using: &random)
                try tester.process(
                    Self.answers(first...max(first, Int32.random(in: 0...6, using: &random))), key: Self.child)
            case 3, 4:
                try tester.process(
                    Self.consent(
                        ["g1", "g2", "youth", "g3"].randomElement(using: &random) ?? "",
                        ["given", "given", "refused", "withdrawn"].randomElement(using: &random) ?? ""), key: Self.child
                )
            case 5:
                try tester.process(
                    Self.conclude(["cooperation", "own_measures", "x"].randomElement(using: &random) ?? ""),
                    key: Self.child)
            default: try tester.advance(to: tester.now + Double.random(in: 0...86_400, using: &random) / 100)
            }
            let state = try #require(try tester.state(MappingProcessor.cases, Self.child))
            #expect(!state.owner.isEmpty, "seed \(seed), step \(step): an owner always")
            if state.isOpen {
                #expect(
                    tester.reminders.contains { $0.key == Self.child }
                        || tester.published(MappingOverdue.self).count > 0, "seed \(seed), step \(step)")
            }
            if !state.outcome.isEmpty {
                #expect(state.answers.count >= 5, "seed \(seed), step \(step): no outcome without answers")
            }
            if state.meetingRequested {
                #expect(
                    ["g1", "g2"].allSatisfy { state.consents[$0]?.decision == "given" },
                    "seed \(seed), step \(step): no meeting without consent")
            }
            for event in tester.published[published...] { #expect(event.event.cause != nil, "no fact without a cause") }
        }
    }
}
