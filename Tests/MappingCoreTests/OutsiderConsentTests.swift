import Domain
import Foundation
import MappingCore
import TestSupport
import Testing

@Suite("Rules 12 and 13: people from outside the directory take part only where every consent lets them")
struct OutsiderConsentTests {
    /// A case in cooperation with two guardians, each of whose consents may let people from outside take part.
    private static func cooperating(_ first: Bool, _ second: Bool) throws -> Story {
        var story = try Story.ready { $0.guardians = ["g1", "g2"] }
        try consent("g1", first, &story)
        try consent("g2", second, &story)
        try story.cooperate()
        return story
    }

    private static func consent(
        _ key: String, _ admitsOutsiders: Bool, until: LocalDate? = nil, _ story: inout Story
    ) throws {
        try story.give(
            RecordConsent(
                giver: .guardian(key), word: .given(until: until), organisations: Organisation.allCases,
                admitsOutsiders: admitsOutsiders, form: "signature", date: nil))
    }

    private static func admitted(_ story: Story) -> [Bool] {
        story.requests().compactMap { request in
            switch request {
            case .call(let call): call.admitsOutsiders
            case .admitOutsiders(let isAdmitted, _): isAdmitted
            default: nil
            }
        }
    }

    @Test("rule 13: one consent that does not cover them is enough against it")
    func every() throws {
        #expect(Self.admitted(try Self.cooperating(true, true)) == [true])
        #expect(Self.admitted(try Self.cooperating(true, false)) == [false])
    }

    @Test("rule 12: from the age of the youth's own consent it must cover them, too")
    func youth() throws {
        var story = try Story.ready { $0.youthConsentFrom = Story.day("2026-01-01") }
        try Self.consent("g1", true, &story)
        try story.consent(.youth)
        try story.cooperate()
        #expect(Self.admitted(story) == [false])
    }

    @Test("rule 13: a narrower or wider consent is told to Meetings at once, and the same again is not")
    func changed() throws {
        var story = try Self.cooperating(true, true)
        try Self.consent("g2", false, &story)
        try Self.consent("g1", false, &story)
        #expect(Self.admitted(story) == [true, false] && story.case.isMeetingRequested)
        try Self.consent("g1", true, &story)
        try Self.consent("g2", true, &story)
        #expect(Self.admitted(story) == [true, false, true])
    }

    @Test(
        "rule 13: a withdrawal calls the meeting off, and nobody from outside is told; where the case closes, they are")
    func cancelled() throws {
        var withdrawn = try Self.cooperating(true, true)
        try withdrawn.consent(.guardian("g1"), .withdrawn)
        #expect(withdrawn.requests().last == .cancel(county: "TST", isClosed: false, tellsOutsiders: false))
        var reopened = try Self.cooperating(true, true)
        try reopened.give(Reopen(reason: "ord"))
        #expect(reopened.requests().last == .cancel(county: "TST", isClosed: false, tellsOutsiders: true))
    }

    @Test("rule 13: two guardians who are one person let them take part only where both words did")
    func merged() throws {
        var story = try Self.cooperating(true, false)
        try story.give(MergeGuardians("g2", into: "g1", reason: "ord"))
        #expect(story.case.consents[.guardian("g1")]?.admitsOutsiders == false)
    }

    @Test("rule 13: a refusal covers nobody, whatever it says")
    func refused() throws {
        var story = try Story.ready()
        try story.give(
            RecordConsent(
                giver: .guardian("g1"), word: .refused, organisations: [], admitsOutsiders: true, form: "", date: nil))
        #expect(story.case.consents[.guardian("g1")]?.admitsOutsiders == false)
        #expect(!story.case.admitsOutsiders(on: story.today))
    }
}
