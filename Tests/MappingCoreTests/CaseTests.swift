import Domain
import MappingCore
import TestSupport
import Testing

import struct Codec.CountyDirectory

@Suite("Mapping's core: each rule on values alone")
struct CaseTests {
    @Test("rule 6: a concern opens a case with an owner and a next step")
    func opens() throws {
        let story = try Story()
        #expect(story.case.phase == .mapping && story.case.owner.person == Story.owner)
        #expect(story.case.nextStep?.step == .acknowledge)
        #expect(story.case.areasFound == [.home, .safety], "in the wheel's order")
    }

    @Test("rule 6: a later concern joins an open case, and opens a closed one anew; harm stays visible")
    func joins() throws {
        var story = try Story.ready { $0.isHarmSuspected = true }
        try story.concern { $0.guardians = ["g2"] }
        #expect(story.case.guardians.map(\.key) == ["g1", "g2"] && story.case.answers.count == 5)
        try story.give(Conclude(.nothingFurther(lookAgain: Story.day("2026-12-14"))))
        try story.give(FollowUp(.end, effect: .better, text: "ord", closingReason: "Anmält och utrett."))
        #expect(story.case.phase == .closed(after: .nothingFurther(lookAgain: Story.day("2026-12-14"))))
        try story.concern { $0.guardians = ["g1"] }
        #expect(story.case.phase == .mapping && story.case.answers.isEmpty && story.case.isHarmSuspected)
        #expect(story.case.guardians.map(\.key) == ["g1", "g2"])
    }

    @Test("rule 6: work stays in the unit, and in what the county lists as one activity")
    func activities() throws {
        var story = try Story()
        #expect(story.refused(Delegate(to: "head-gymnasium")) == [.delegateOutside])
        story.directory = try ExampleCounty.changed { county in
            for index in county.units.indices where ["school", "gymnasium"].contains(county.units[index].id) {
                county.units[index].activity = "Testby skolor"
            }
        }
        #expect(story.refused(Delegate(to: "head-preschool")) == [.delegateOutside])
        try story.give(Delegate(to: "head-gymnasium"))
        #expect(story.case.delegate == "head-gymnasium")
    }

    @Test("rule 10: own measures are done by people of the own organisation alone")
    func ownPeople() throws {
        let story = try Story.ready()
        func conclude(_ responsible: String...) -> Conclude {
            let measures = responsible.map { Case.Measure(area: .home, text: "Samtal", responsible: $0) }
            return Conclude(.ownMeasures(.init(measures, followUp: Story.day("2026-12-14"))))
        }
        #expect(story.refused(conclude("teacher", "head-gymnasium")).isEmpty)
        #expect(story.refused(conclude("teacher", "nurse", "nobody")) == [.responsibleOutside, .personUnknown])
    }

    @Test("rule 6: work is delegated within the own activity, and handed back")
    func delegates() throws {
        var story = try Story()
        #expect(story.refused(Delegate(to: "nurse")) == [.delegateOutside])
        #expect(story.refused(Delegate(to: "nobody"), by: "family") == [.personNotAllowed, .personUnknown])
        #expect(story.refused(HandBack()) == [.delegateNone])
        try story.give(Delegate(to: "teacher"))
        #expect(story.case.delegate == "teacher" && story.refused(TakeOn(), by: "teacher").isEmpty)
        try story.give(HandBack(), by: "teacher")
        #expect(story.case.delegate == nil)
    }

    @Test("rules 7, 9 and 10: an outcome says all that it lacks at once")
    func conclude() throws {
        let story = try Story()
        let today = Conclude(.nothingFurther(lookAgain: story.today))
        #expect(
            story.refused(today, by: "nurse") == [.personNotAllowed] + Array(repeating: .answerMissing, count: 5) + [
                .childNotHeard, .guardiansNotHeard, .nextDate,
            ])
        let ready = try Story.ready()
        let measures = Case.OwnMeasures(
            [.init(area: .safety, text: "ord", responsible: "nobody")], followUp: Story.day("2026-12-14"))
        #expect(ready.refused(Conclude(.ownMeasures(measures))) == [.personUnknown])
    }

    @Test("rule 8: a correction keeps the earlier words; one of what nobody wrote is refused")
    func correct() throws {
        var story = try Story()
        let correction = CorrectInformation(
            information: "concern-1", finding: .obstacle(.init(.care)), text: "nytt", reason: "fel")
        try story.give(correction)
        #expect(story.case.information.first?.finding == .obstacle(.init(.care)))
        #expect(story.case.corrections.map(\.before.finding) == [.need(.init(.home, .safety))])
        let unknown = CorrectInformation(
            information: "?", finding: .obstacle(.init(.care)), text: "nytt", reason: "fel")
        #expect(story.refused(unknown) == [.informationUnknown])
    }

    @Test("rule 10: own measures go on, are reopened, or close the case; nothing else has a follow-up")
    func followUp() throws {
        var story = try Story.ready()
        #expect(story.refused(FollowUp(.end, effect: .same, text: "ord")) == [.followUpNone])
        let own = Case.OwnMeasures(
            [.init(area: .safety, text: "ord", responsible: "teacher")], followUp: Story.day("2026-12-14"))
        try story.give(Conclude(.ownMeasures(own)))
        #expect(story.refused(FollowUp(.continue(until: story.today), effect: .same, text: "ord")) == [.nextDate])
        try story.give(FollowUp(.continue(until: Story.day("2027-01-15")), effect: .same, text: "ord"))
        #expect(story.case.outcome?.next == Story.day("2027-01-15"))
        try story.give(FollowUp(.reopen, effect: .worse, text: "ord"))
        #expect(story.case.phase == .mapping && story.case.outcome == nil)
        #expect(story.refused(Reopen(reason: "ord")) == [.mappingOpen])
    }

    @Test("rule 12: cooperation waits for consents, starts with the last one, and stops with the first withdrawal")
    func consents() throws {
        var story = try Story.ready()
        try story.cooperate()
        #expect(story.case.awaited(on: story.today) == [.giver(.guardian("g1"))] && story.requests().isEmpty)
        try story.consent(.guardian("g1"))
        #expect(story.case.isMeetingRequested && story.requests().count == 1)
        try story.consent(.guardian("g1"), .withdrawn)
        #expect(story.requests().last == .cancel(county: "TST", isClosed: false))
        #expect(story.case.deadlines.keys.sorted() == [.consent] && !story.case.isMeetingRequested)
    }

    @Test("rule 12: a person's judgement of maturity asks for the youth's own consent")
    func maturity() throws {
        var story = try Story.ready()
        try story.consent(.guardian("g1"))
        try story.give(JudgeMaturity(youthConsents: true, reason: "ord"))
        try story.cooperate()
        #expect(story.case.awaited(on: story.today) == [.giver(.youth)])
    }

    @Test("rule 13: a withdrawal is blocked by nothing; a consent that is given must hold")
    func withdrawal() throws {
        var story = try Story.ready()
        try story.give(Conclude(.nothingFurther(lookAgain: Story.day("2026-12-14"))))
        try story.give(FollowUp(.end, effect: .better, text: "ord"))
        func consent(_ word: Case.Consent.Word) -> RecordConsent {
            RecordConsent(
                giver: .guardian("stranger"), word: word, organisations: [.education], form: "",
                date: story.today.plus(1))
        }
        #expect(story.refused(consent(.withdrawn), by: "").isEmpty && story.refused(consent(.refused), by: "").isEmpty)
        #expect(
            story.refused(consent(.given(until: story.today.plus(-1))), by: "") == [
                .caseClosed, .personUnknown, .consentGiver, .dateInvalid, .dateInvalid,
            ])
    }

    @Test("rule 17: Meetings says what is next, never that nothing is; its end closes the case without a further word")
    func cooperation() throws {
        var story = try Story.ready()
        #expect(story.refused(NoteCooperation(done: [], next: nil, coordinator: nil)) == [.cooperationNone])
        try story.consent(.guardian("g1"))
        try story.cooperate()
        #expect(story.refused(NoteCooperation(done: [.meeting], next: nil, coordinator: nil)) == [.textMissing])
        // Somebody who is missing at the meeting is a step, and none that leads the case on (rule 19).
        let invite = NoteCooperation.Next(.invite, on: Story.day("2026-11-25"))
        try story.give(NoteCooperation(done: [], next: invite, coordinator: nil))
        #expect(story.case.nextStep?.step == .invite)
        #expect(story.refused(NoteCooperation(done: [.meeting], next: nil, coordinator: nil)) == [.textMissing])
        try story.give(NoteCooperation(done: [.invite], next: nil, coordinator: nil))
        let next = NoteCooperation.Next(.planFollowUp, on: Story.day("2027-01-21"))
        try story.give(NoteCooperation(done: [.meeting], next: next, coordinator: "family"))
        #expect(story.case.nextStep?.step == .planFollowUp && story.case.coordinator == "family")
        let before = story.facts.count
        try story.give(EndCooperation(reason: "Stödet behövs inte.", isWorse: false), by: "family")
        let closing = CourseFact.Closing(
            reason: "Stödet behövs inte.", by: .person("family"), to: [Story.owner, "manager"], county: "TST")
        #expect(story.facts[before...] == [.course(.closed(closing))])
    }

    @Test(
        "rules 17 and 19: the family's word has its date until it is answered, also where a consent is missing by then, or the mapping is anew"
    )
    func familysWord() throws {
        var story = try Story.ready()
        try story.consent(.guardian("g1"))
        try story.cooperate()
        let word = NoteCooperation(
            done: [], next: .init(.answerFamily, on: Story.day("2026-11-25")), coordinator: "family")
        try story.give(word)
        try story.consent(.guardian("g1"), .withdrawn)
        #expect(Set(story.case.deadlines.keys) == [.consent, .answerFamily])
        try story.give(Reopen(reason: "ord"))
        #expect(Set(story.case.deadlines.keys) == [.conclude, .answerFamily])
        let answered = NoteCooperation(done: [.answerFamily], next: nil, coordinator: "family")
        try story.give(answered)
        try story.give(word)
        #expect(Set(story.case.deadlines.keys) == [.conclude, .answerFamily])
        let meeting = NoteCooperation.Next(.meeting, on: Story.day("2026-11-25"))
        #expect(
            story.refused(NoteCooperation(done: [.answerFamily], next: meeting, coordinator: nil)) == [.cooperationNone]
        )
    }

    @Test("rule 2: a move hands the case over, and its meeting follows")
    func move() throws {
        var story = try Story.ready()
        try story.consent(.guardian("g1"))
        try story.cooperate()
        let destination = try #require(Destination(municipality: "0001", in: story.directory))
        let before = story.facts.count
        try story.give(Move(to: destination, stage: .outsideUpperSecondary, attends: nil))
        #expect(story.case.owner.person == "head-kaa")
        #expect(story.requests(from: before) == [.handOver(Story.kaa)])
        #expect(Destination(municipality: "9999", in: story.directory) == nil)
    }

    @Test("rule 2: if the owner has left the directory, the case passes to whoever has the role now")
    func owner() throws {
        var story = try Story()
        story.directory = try ExampleCounty.changed { county in
            county.people.removeAll { $0.id == Story.owner }
            county.participants = ExampleCounty.nobodyCalled
            for index in county.units.indices where county.units[index].id == "school" {
                county.units[index].namedPerson = "teacher"
            }
        }
        #expect(story.case.keepingOwner(story.context).subject.owner.person == "teacher")
        try story.concern { $0.owner = .init(unit: "school", person: "teacher") }
        #expect(story.case.owner.person == "teacher", "a concern finds nobody who has left")
    }

    @Test("rules 4 and 19: dates are told once a level, and a birthday hands the case over in order")
    func time() throws {
        var story = try Story { $0.adultFrom = Story.day("2027-01-10") }
        story.advance(to: "2027-01-09")
        let told = story.facts.compactMap { fact -> String? in
            guard case .course(.reminded(let reminded)) = fact else { return nil }
            return "\(reminded.step) \(reminded.level)"
        }
        #expect(
            told == [
                "acknowledge owner", "acknowledge manager", "acknowledge county", "conclude owner", "conclude manager",
                "conclude county",
            ])
        #expect(story.case.deadlines[.handOver] == nil)
        story.advance(to: "2027-01-11")
        #expect(story.case.deadlines[.handOver] != nil && story.case.isOpen)
        try story.give(FollowUp(.end, effect: .same, text: "ord"))
        #expect(story.case.wakes.keys.allSatisfy { $0 == .retention })
    }
}
