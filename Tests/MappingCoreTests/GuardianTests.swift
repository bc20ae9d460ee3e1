import Domain
import Foundation
import MappingCore
import TestSupport
import Testing

@Suite("Rule 12: who the guardians are can be put right, and consents follow at once")
struct GuardianTests {
    private static let gun = Case.Guardian.Details(name: "Gun Exempelförälder")

    /// A case in cooperation, with the consent of each guardian.
    private func cooperating(_ guardians: String...) throws -> Story {
        var story = try Story.ready { $0.guardians = guardians }
        for guardian in guardians { try story.consent(.guardian(guardian)) }
        try story.cooperate()
        #expect(story.case.isMeetingRequested)
        return story
    }

    private func waits(_ story: Story) -> [Awaited] { story.case.awaited(on: story.today) }

    // MARK: Adding

    @Test("rule 12: where no guardian is known, the named person adds one, who consents, and the meeting is called")
    func unknown() throws {
        var story = try Story.ready { $0.guardians = [] }
        try story.cooperate()
        #expect(waits(story) == [.nobodyKnown])
        try story.give(AddGuardian(Self.gun, reason: "Skolan har frågat hemma."))
        let guardian = try #require(story.case.guardians.first)
        #expect(waits(story) == [.giver(.guardian(guardian.key))])
        try story.consent(.guardian(guardian.key))
        #expect(story.case.isMeetingRequested)
        guard case .call(let call) = story.requests().last else { throw Absent() }
        #expect(call.seats == .init(guardians: [guardian.key], isProtected: false))
    }

    @Test("rule 12: a guardian who is added while a meeting is booked has not consented, so it is called off at once")
    func added() throws {
        var story = try cooperating("g1")
        let before = story.facts.count
        try story.give(AddGuardian(Self.gun, reason: "Delad vårdnad."))
        #expect(story.requests(from: before) == [.cancel(county: "TST", isClosed: false)])
        #expect(waits(story).count == 1 && !story.case.isMeetingRequested)
    }

    @Test("rule 12: a case has no more guardians than it tells apart, and no former one is added who is none")
    func limits() throws {
        var story = try Story.ready { $0.guardians = (1...20).map { "g\($0)" } }
        #expect(story.refused(AddGuardian(Self.gun, reason: "ord")) == [.listLong])
        #expect(story.refused(AddGuardian(former: "g1", Self.gun, reason: "ord")) == [.guardianKnown, .listLong])
        try story.give(RemoveGuardian(.guardian("g20"), reason: "ord"))
        #expect(story.refused(AddGuardian(former: "g99", Self.gun, reason: "ord")) == [.guardianUnknown])
        try story.give(AddGuardian(former: "g20", Self.gun, reason: "Det var fel."))
        #expect(story.case.guardians.last == .init("g20") && story.case.formerGuardians.isEmpty)
    }

    // MARK: Removing

    @Test("rule 12: a step-parent whom a report has named is removed; the consents of the guardians are enough")
    func removed() throws {
        var story = try Story.ready { $0.guardians = ["g1", "step"] }
        try story.consent(.guardian("g1"))
        try story.cooperate()
        #expect(waits(story) == [.giver(.guardian("step"))])
        try story.give(RemoveGuardian(.guardian("step"), reason: "Styvförälder, inte vårdnadshavare."))
        #expect(story.case.isMeetingRequested && story.case.guardians == [.init("g1")])
        #expect(story.refused(RemoveGuardian(.guardian("step"), reason: "ord")) == [.guardianUnknown])
        #expect(story.refused(RemoveGuardian(.youth, reason: "ord")) == [.guardianUnknown])
    }

    @Test("rule 12: who is removed has no seat, and their consent does not count when they come back")
    func seat() throws {
        var story = try cooperating("g1", "g2")
        let before = story.facts.count
        try story.give(RemoveGuardian(.guardian("g2"), reason: "ord"))
        #expect(
            story.requests(from: before) == [
                .seat(.init(guardians: ["g1"], isProtected: false), county: "TST")
            ])
        #expect(story.case.consents[.guardian("g2")] == nil && story.case.isMeetingRequested)
        try story.give(AddGuardian(former: "g2", Self.gun, reason: "Det var fel."))
        #expect(waits(story) == [.giver(.guardian("g2"))])
    }

    @Test("rule 12: there is no override: the no of somebody who is removed counts until it is ended with a reason")
    func removedWithNo() throws {
        var story = try Story.ready { $0.guardians = ["g1", "step"] }
        try story.consent(.guardian("g1"))
        try story.consent(.guardian("step"), .refused)
        try story.cooperate()
        try story.give(RemoveGuardian(.guardian("step"), reason: "Styvförälder."))
        #expect(waits(story) == [.objection(.guardian("step"))] && !story.case.isMeetingRequested)
        try story.give(EndObjection(.guardian("step"), reason: "Inte vårdnadshavare."))
        #expect(story.case.isMeetingRequested)
    }

    @Test("rule 12: when the others are found to be nobody, they are not awaited any more")
    func others() throws {
        var story = try Story.ready { $0.guardians = (1...21).map { "g\($0)" } }
        for guardian in story.case.guardians { try story.consent(.guardian(guardian.key)) }
        try story.cooperate()
        #expect(waits(story) == [.giver(.others)])
        try story.give(RemoveGuardian(.others, reason: "Rapporten räknade upp släkten."))
        #expect(story.case.isMeetingRequested)
        #expect(story.refused(RemoveGuardian(.others, reason: "ord")) == [.guardianUnknown])
    }

    @Test("rule 12: no report brings a removed or merged guardian back; the owner sees that one names them")
    func reportedAgain() throws {
        var story = try Story.ready { $0.guardians = ["g1", "g2", "step"] }
        try story.give(RemoveGuardian(.guardian("step"), reason: "ord"))
        try story.give(MergeGuardians("g2", into: "g1", reason: "Samma person."))
        let before = story.facts.count
        try story.concern { ($0.id, $0.guardians) = ("later", ["step", "g2", "g1", "g3"]) }
        #expect(story.case.guardians.map(\.key) == ["g1", "g3"])
        #expect(story.facts[before...].contains(.guardians(.formerReported(["step", "g2"], concern: "later"))))
        try story.concern { ($0.id, $0.guardians) = ("again", ["g1"]) }
        let last = story.facts.last { if case .guardians(.formerReported) = $0 { true } else { false } }
        #expect(last == .guardians(.formerReported(["step", "g2"], concern: "later")))
    }

    @Test("rule 12: the guardians stay as they were put right when a later concern opens the case again")
    func reopened() throws {
        var story = try Story.ready { $0.guardians = ["g1", "step"] }
        try story.give(RemoveGuardian(.guardian("step"), reason: "ord"))
        try story.give(Conclude(.nothingFurther(lookAgain: Story.day("2026-12-14"))))
        try story.give(FollowUp(.end, effect: .better, text: "ord"))
        try story.concern { $0.guardians = ["g1", "step"] }
        #expect(story.case.isOpen && story.case.guardians == [.init("g1")])
    }

    // MARK: Merging

    @Test(
        "rule 13: of the words of one person the stricter counts: a no before a consent, and the later no",
        arguments: [
            (Case.Consent.Word.given(until: nil), Case.Consent.Word.refused, Case.Consent.Word.refused),
            (.withdrawn, .given(until: nil), .withdrawn), (.refused, .withdrawn, .withdrawn),
        ])
    func stricter(first: Case.Consent.Word, second: Case.Consent.Word, counts: Case.Consent.Word) throws {
        var story = try Story.ready { $0.guardians = ["g1", "g2"] }
        try story.consent(.guardian("g1"), first)
        story.now += 60
        try story.consent(.guardian("g2"), second)
        try story.give(MergeGuardians("g2", into: "g1", reason: "Samma person."))
        #expect(story.case.consents.count == 1 && story.case.consents[.guardian("g1")]?.word == counts)
        #expect(story.case.guardians == [.init("g1")])
    }

    @Test("rule 13: of two consents of one person what both cover counts, until the earlier end")
    func narrower() throws {
        var story = try Story.ready { $0.guardians = ["g1", "g2"] }
        func give(_ key: String, _ organisations: [Organisation], until: String?) throws {
            try story.give(
                RecordConsent(
                    giver: .guardian(key), word: .given(until: until.map(Story.day)), organisations: organisations,
                    form: "spoken", date: nil))
        }
        try give("g1", [.education, .healthCare, .socialServices], until: nil)
        try give("g2", [.healthCare, .socialServices], until: "2026-12-01")
        try story.cooperate()
        #expect(story.case.isMeetingRequested)
        try story.give(MergeGuardians("g1", into: "g2", reason: "Samma person."))
        let counts = try #require(story.case.consents[.guardian("g2")])
        #expect(counts.organisations == [.healthCare, .socialServices])
        #expect(counts.word == .given(until: Story.day("2026-12-01")) && story.case.isMeetingRequested)
        story.advance(to: "2026-12-02")
        #expect(!story.case.isMeetingRequested, "the earlier end")
    }

    @Test("rule 13: two consents of one person that cover nothing in common are none: the person is asked")
    func nothingInCommon() throws {
        var story = try Story.ready { $0.guardians = ["g1", "g2"] }
        for (key, organisation) in [("g1", Organisation.education), ("g2", .healthCare)] {
            try story.give(
                RecordConsent(
                    giver: .guardian(key), word: .given(until: nil), organisations: [organisation], form: "spoken",
                    date: nil))
        }
        try story.give(MergeGuardians("g1", into: "g2", reason: "Samma person."))
        #expect(story.case.consents.isEmpty)
    }

    @Test("rule 13: a withdrawal under the former key is the guardian's own, and so is a consent")
    func formerKey() throws {
        var story = try cooperating("g1", "g2")
        try story.give(MergeGuardians("g2", into: "g1", reason: "Samma person."))
        try story.give(AddGuardian(Self.gun, reason: "ord"))
        let new = try #require(story.case.guardians.last?.key)
        try story.give(MergeGuardians("g1", into: new, reason: "Samma person."))
        #expect(story.case.isMeetingRequested, "the consent followed both merges")
        try story.consent(.guardian("g2"), .withdrawn)
        #expect(waits(story) == [.giver(.guardian(new))] && story.case.objections.isEmpty)
        try story.consent(.guardian("g1"))
        #expect(story.case.isMeetingRequested)
        #expect(story.refused(MergeGuardians("g1", into: new, reason: "ord")) == [.guardianUnknown])
        #expect(story.refused(MergeGuardians(new, into: new, reason: "ord")) == [.guardianUnknown])
    }

    // MARK: Protected and deceased

    @Test(
        "rule 12: the consent of a guardian who has died is not awaited; where none lives, that is told apart from unknown"
    )
    func deceased() throws {
        var story = try Story.ready { $0.guardians = ["g1", "g2"] }
        try story.consent(.guardian("g1"))
        try story.cooperate()
        try story.give(CorrectGuardian("g2", Self.gun, .deceased, reason: "Avled i oktober."))
        #expect(story.case.isMeetingRequested)
        let before = story.facts.count
        try story.give(CorrectGuardian("g1", Self.gun, .deceased, reason: "ord"))
        #expect(waits(story) == [.nobodyLiving] && story.case.consents.isEmpty)
        #expect(story.requests(from: before) == [.cancel(county: "TST", isClosed: false)])
        try story.give(CorrectGuardian("g1", Self.gun, .reachable, reason: "Fel person."))
        #expect(waits(story) == [.giver(.guardian("g1"))], "what did not count is asked for anew")
    }

    @Test("rule 22: a protected guardian must consent; nobody writes to them, and no meeting's place is named")
    func protected() throws {
        var story = try cooperating("g1", "g2")
        let before = story.facts.count
        try story.give(CorrectGuardian("g2", Self.gun, .protected, reason: "Skyddad folkbokföring."))
        #expect(
            story.requests(from: before) == [
                .seat(.init(guardians: ["g1", "g2"], unwritten: ["g2"], isProtected: true), county: "TST")
            ])
        try story.consent(.guardian("g2"), .withdrawn)
        #expect(waits(story) == [.giver(.guardian("g2"))])
        try story.give(MergeGuardians("g2", into: "g1", reason: "Samma person."))
        #expect(story.case.guardians == [.init("g1", .protected)], "protection is never lost by a merge")
    }

    @Test("rule 12: a correction says what a guardian is called from now on; nothing else changes")
    func corrected() throws {
        var story = try cooperating("g1")
        let before = (story.case, story.facts.count)
        try story.give(CorrectGuardian("g1", Self.gun, .reachable, reason: "Felstavat."))
        #expect(story.case == before.0)
        #expect(
            Array(story.facts[before.1...]) == [
                .guardians(.corrected(.init(.init("g1"), Self.gun, reason: "Felstavat.", by: .person(Story.owner))))
            ])
        #expect(story.refused(CorrectGuardian("g9", Self.gun, .reachable, reason: "ord")) == [.guardianUnknown])
    }

    @Test("rule 12: whoever leads the case puts the guardians right, and nobody else")
    func authority() throws {
        var story = try Story.ready()
        try story.give(Delegate(to: "teacher"))
        #expect(story.refused(AddGuardian(Self.gun, reason: "ord"), by: "teacher") == [.personNotAllowed])
        #expect(
            story.refused(RemoveGuardian(.guardian("g1"), reason: "ord"), by: "teacher") == [.personNotAllowed])
        #expect(
            story.refused(EndObjection(.guardian("x"), reason: "ord"), by: "teacher").first == .personNotAllowed)
    }

    private struct Absent: Error {}
}

@Suite("Rule 13: a no of somebody who is not known counts, is shown, and is ended with a reason")
struct ObjectionTests {
    private func doubt(_ story: Story) -> ConsentDoubt? {
        guard case .content(.consentRecorded(_, let doubt)) = story.facts.last(where: \.isConsent) else { return nil }
        return doubt
    }

    @Test("rule 13: a withdrawal that names nobody known counts, and its owner is told of it as such")
    func stranger() throws {
        var story = try Story.ready()
        try story.consent(.guardian("g1"))
        try story.cooperate()
        try story.consent(.guardian("g1 with an error"), .withdrawn)
        #expect(!story.case.isMeetingRequested && story.case.objections == [.guardian("g1 with an error")])
        #expect(
            doubt(story)
                == ConsentDoubt(isGiverUnknown: true, isByUnknown: false, to: Story.owner, county: "TST"))
        #expect(story.case.awaited(on: story.today).compactMap(\.name).isEmpty, "nobody is asked")
    }

    @Test("rule 13: the owner ends it with a reason, which the privacy officer is told; then the meeting is called")
    func ended() throws {
        var story = try Story.ready()
        story.directory.counties["TST"]?.privacyOfficer = "officer"
        try story.consent(.guardian("g1"))
        try story.cooperate()
        let stranger = Giver.guardian("stranger")
        try story.consent(stranger, .refused)
        let before = story.facts.count
        try story.give(EndObjection(stranger, reason: "Skrivfel i blanketten."))
        #expect(
            story.facts[before]
                == .guardians(
                    .objectionEnded(
                        stranger, reason: "Skrivfel i blanketten.", by: .person(Story.owner), to: "officer",
                        county: "TST")))
        #expect(story.case.isMeetingRequested && story.case.objections.isEmpty)
        try story.consent(stranger, .withdrawn)
        #expect(!story.case.isMeetingRequested, "said again, it counts again")
    }

    @Test("rule 12: the no of a guardian on record or of the youth cannot be ended by anybody but themselves")
    func noOverride() throws {
        var story = try Story.ready()
        for giver in [Giver.guardian("g1"), .youth] {
            try story.consent(giver, .refused)
            #expect(story.refused(EndObjection(giver, reason: "ord")) == [.objectionNone])
        }
        #expect(story.refused(EndObjection(.others, reason: "ord")) == [.objectionNone])
    }

    @Test(
        "rule 13: a no counts whoever records it, and says where that is nobody of the directory",
        arguments: ["", "typo"])
    func unknownBy(person: String) throws {
        var story = try Story.ready()
        try story.consent(.guardian("g1"))
        try story.cooperate()
        try story.give(
            RecordConsent(giver: .guardian("g1"), word: .withdrawn, organisations: [], form: "", date: nil), by: person)
        #expect(!story.case.isMeetingRequested)
        #expect(
            doubt(story) == ConsentDoubt(isGiverUnknown: false, isByUnknown: true, to: Story.owner, county: "TST"))
        #expect(story.case.consents[.guardian("g1")]?.by == .suite, "what was written there is kept nowhere")
    }

    @Test("rule 13: of a consent, and of a guardian's no by one of the staff, nobody must be told")
    func undoubted() throws {
        var story = try Story.ready()
        for word in [Case.Consent.Word.given(until: nil), .refused, .withdrawn] {
            try story.consent(.guardian("g1"), word)
            #expect(doubt(story) == nil)
        }
    }
}

extension CaseFact {
    fileprivate var isConsent: Bool {
        if case .content(.consentRecorded) = self { true } else { false }
    }
}
