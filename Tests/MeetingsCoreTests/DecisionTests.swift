import Domain
import Foundation
import MeetingsCore
import TestSupport
import Testing

@Suite("What Meetings decides, as values")
struct DecisionTests {
    private func called(_ change: (inout Request) -> Void = { _ in }) throws -> CountyInMemory {
        var county = CountyInMemory()
        try county.call("A", change)
        return county
    }

    private func held(followUp: String? = "2027-01-20") throws -> CountyInMemory {
        var county = try called()
        county.now = try #require(county.meeting).start + 3_600
        try county.decide(CountyInMemory.record(followUp: followUp))
        return county
    }

    // MARK: The life of a meeting

    @Test("rule 14: a call books those whom the county's table names, and the child")
    func call() throws {
        let county = try called()
        let meeting = try #require(county.meeting)
        #expect(meeting.participants.map(\.person) == ["head-school", "family", "nurse", "child"])
        #expect(meeting.place == .room("Rum school") && meeting.sequence == 0)
        #expect(county.bookings("family").map(\.meeting) == [meeting.id])
    }

    @Test("a call for a day that is not ahead is refused; so is one beside a meeting that stands, both at once")
    func refusedCall() throws {
        var county = try called()
        var request = CountyInMemory.request
        request.latestDate = CountyInMemory.day("2026-11-23")
        #expect(county.faults(Call(request), by: .suite) == [" meetingExists", "latest_date latestDate"])
    }

    @Test("where no time exists, they wait for one, and it says why; a call that is taken back leaves nothing to book")
    func waiting() throws {
        var county = CountyInMemory()
        county.take("family", days: 120)
        try county.call()
        guard case .waiting(let waiting, after: nil) = county.cooperation?.stage else {
            Issue.record("not waiting")
            return
        }
        #expect(waiting.participants.map(\.person).contains("family"))
        #expect(
            county.told { if case .call(.impossible(let fact)) = $0 { fact.namedPerson } else { nil } } == [
                "head-school"
            ])
        try county.decide(Cancel(isClosed: false), by: .suite)
        #expect(county.cooperation?.stage == .idle(after: nil))
        let move = Move(reason: "Igen", notBefore: nil, latestDate: nil, form: nil)
        #expect(county.faults(move) == ["case_reference meetingNone"])
    }

    @Test("rule 13: nothing blocks that a meeting is called off; everybody has the time back")
    func cancel() throws {
        var county = try called()
        try county.decide(Cancel(isClosed: false), by: .suite)
        #expect(county.cooperation?.former?.end == .calledOff && county.cooperation?.former?.meeting.sequence == 1)
        #expect(county.bookings("family").isEmpty && county.rooms.values.allSatisfy { $0.quarters.isEmpty })
        var none = CountyInMemory()
        #expect(none.faults(Cancel(isClosed: true), by: .suite) == ["case_reference meetingNone"])
    }

    @Test("rule 22: a protected identity takes the place away, and the room is free again")
    func protect() throws {
        var county = try called()
        for _ in 0..<2 { try county.decide(Protect(), by: .suite) }
        #expect(county.meeting?.place == .unnamed && county.meeting?.sequence == 1)
        #expect(county.rooms.values.allSatisfy { $0.quarters.isEmpty })
    }

    @Test("rule 18: a required participant who declines moves the meeting, and does not get the same time again")
    func declined() throws {
        var county = try called()
        let before = try #require(county.meeting)
        let decline = Answer(person: "family", email: nil, .declined, to: Invitation(before.id, 0), stamp: nil)
        try county.decide(decline, by: .suite)
        let after = try #require(county.meeting)
        #expect(after.id == before.id && after.sequence == 1 && after.slot.start >= before.slot.end)
        let known = county.facts.count
        try county.decide(decline, by: .suite)
        let answered = Answered(person: "family", answer: .declined, to: Invitation(before.id, 0))
        #expect(county.meeting == after, "an answer to an earlier invitation changes nothing")
        #expect(
            Array(county.facts.dropFirst(known)) == [
                .answerOutdated(.init(answered, current: Invitation(before.id, 1)))
            ])
    }

    @Test("who delegates is replaced by somebody known, free and covered by the consents; else it says what is wrong")
    func delegated() throws {
        var county = try called { $0.organisations = [.socialServices] }
        let invitation = Invitation(try #require(county.meeting).id, 0)
        func delegate(to person: String) -> Answer {
            Answer(person: "family", email: nil, .delegated(to: person), to: invitation, stamp: nil)
        }
        #expect(county.faults(delegate(to: "nobody")) == ["delegate_to personUnknown"])
        #expect(county.faults(delegate(to: "nurse")) == ["delegate_to consentScope"])
        county.take("head-social", days: 60)
        #expect(county.faults(delegate(to: "head-social")) == ["delegate_to participantBusy"])
        county.free("head-social")
        #expect(county.faults(delegate(to: "head-social")).isEmpty)
        #expect(county.meeting?.participants.map(\.person) == ["head-school", "head-social", "child"])
    }

    @Test("rule 2: who leads now comes in place of who did; where they never can, the meeting is called off and waits")
    func handOver() throws {
        var county = try called()
        try county.decide(HandOver(unit: "gymnasium", namedPerson: "head-gymnasium"), by: .suite)
        #expect(county.meeting?.participants.first?.person == "head-gymnasium" && county.meeting?.sequence == 0)
        county.take("head-kaa", days: 200)
        try county.decide(HandOver(unit: "kaa", namedPerson: "head-kaa"), by: .suite)
        #expect(county.meeting == nil && county.cooperation?.former?.end == .calledOff)
        #expect(county.cooperation?.former?.meeting.participants.first?.person == "head-kaa")
    }

    @Test(
        "other participants keep SEQUENCE and the answers of those who stay; another time or place raises it (RFC 5546)"
    )
    func participantsChanged() throws {
        var county = try called()
        let invitation = Invitation(try #require(county.meeting).id, 0)
        try county.decide(Answer(person: "family", email: nil, .accepted, to: invitation, stamp: nil), by: .suite)
        try county.decide(ChangeAttendees(added: ["teacher"], removed: ["nurse"], reason: "Behövs"))
        let meeting = try #require(county.meeting)
        #expect(meeting.sequence == 0 && meeting.participants.map(\.person).contains("teacher"))
        #expect(meeting.participants.first { $0.person == "family" }?.answer?.attendance == .accepted)
        // An invitation that went out before the change can still be answered.
        let known = county.facts.count
        try county.decide(Answer(person: "head-school", email: nil, .accepted, to: invitation, stamp: nil), by: .suite)
        let answered = Answered(person: "head-school", answer: .accepted, to: invitation)
        #expect(Array(county.facts.dropFirst(known)) == [.answered(answered)])
        try county.decide(Protect(), by: .suite)
        #expect(county.meeting?.sequence == 1, "the place")
        try county.decide(Move(reason: "Annat möte", notBefore: nil, latestDate: nil, form: nil))
        #expect(county.meeting?.sequence == 2, "the time")
    }

    @Test("everything that is against a command is told at once, with its place")
    func allAtOnce() throws {
        var county = try called { $0.organisations = [.socialServices] }
        let change = ChangeAttendees(added: ["nobody", "nurse"], removed: ["head-school"], reason: "Behövs")
        #expect(
            county.faults(change, by: .person("teacher")) == [
                "by personNotAllowed", "add[0] personUnknown", "add[1] consentScope", "remove[0] participantKept",
            ])
        var none = CountyInMemory()
        #expect(none.faults(change) == ["by personNotAllowed", "case_reference meetingNone"])
    }

    @Test("a digital meeting has a link; where the county has none, it is refused")
    func digital() throws {
        var county = try called()
        let move = Move(reason: "Långt", notBefore: nil, latestDate: nil, form: .digital)
        #expect(county.faults(move) == ["format meetingLink"])
        county.county.settings.meetingLink = "https://mote.example.org/"
        let before = try #require(county.meeting)
        try county.decide(move)
        #expect(county.meeting?.place == .digital(link: "https://mote.example.org/\(before.id.text)"))
        #expect(county.meeting?.slot == before.slot && county.cooperation?.form == .digital)
    }

    // MARK: The plan

    @Test(
        "rules 15 and 16: the first meeting appoints a coordinator; with both parties it is a SIP, with its follow-up booked"
    )
    func record() throws {
        let county = try held()
        let agreement = try #require(county.cooperation?.agreement)
        #expect(agreement.coordinator.person == "family" && agreement.plan.isSIP && agreement.plan.revision == 1)
        #expect(county.meeting?.day == CountyInMemory.day("2027-01-20"))
        var other = try called()
        other.reachMeeting()
        #expect(
            other.faults(CountyInMemory.record(coordinator: nil, followUp: nil)) == [
                "coordinator.person personUnknown", "coordinator.reason coordinatorReason",
            ])
    }

    @Test("rule 16: a measure names the organisation of whoever is responsible, and a day that is ahead")
    func measures() throws {
        var county = try called()
        county.reachMeeting()
        var record = CountyInMemory.record(followUp: "2027-01-20")
        record.measures[0].content.organisation = .healthCare
        record.measures[1].content.date = CivilTime.day(of: county.now)
        #expect(
            county.faults(record) == [
                "plan.measures[0].organisation measureOrganisation", "plan.measures[1].date nextDate",
            ])
    }

    @Test("rule 16: a plan is a SIP by the organisations of those who are responsible, whatever it was called before")
    func derived() throws {
        var county = try held()
        county.county.people["nurse"]?.unit = "social"
        try county.decide(CountyInMemory.judge([("m1", .continue), ("m2", .continue)], next: "2027-02-20"))
        #expect(county.cooperation?.agreement?.plan.isSIP == false)
    }

    @Test("rule 17: a plan without a follow-up is an alarm, which the coordinator answers by booking one")
    func alarm() throws {
        var county = try held(followUp: nil)
        let alarms = county.told { if case .plan(.followUpMissing(let alarm)) = $0 { alarm } else { nil } }
        #expect(alarms == [Alarm(coordinator: "family", manager: "manager")])
        #expect(county.faults(BookFollowUp(on: CountyInMemory.day("2020-01-01"))) == ["date nextDate"])
        try county.decide(BookFollowUp(on: CountyInMemory.day("2027-01-20")), by: .person("family"))
        #expect(county.meeting?.day == CountyInMemory.day("2027-01-20"))
    }

    @Test("rule 17: the family's word waits for an answer, once")
    func concern() throws {
        var county = try held()
        try county.decide(ReportConcern(text: "Samtalen uteblir"), by: .person("nurse"))
        #expect(county.cooperation?.agreement?.isConcernOpen == true)
        try county.decide(AnswerConcern(text: "Ny tid"), by: .person("family"))
        #expect(county.faults(AnswerConcern(text: "Ny tid")) == ["case_reference concernNone"])
        #expect(county.faults(ReportConcern(text: "Hej"), by: .person("nobody")) == ["by personUnknown"])
    }

    @Test(
        "rule 17: each measure is judged; what ended is gone, what changed says so; the last follow-up closes the case")
    func followUp() throws {
        var county = try held()
        #expect(
            county.faults(CountyInMemory.judge([("m1", .change), ("m9", .end)], next: "2020-01-01")) == [
                "judgements[m2] judgementMissing", "judgements[1].measure judgementMissing", "next_date nextDate",
            ])
        try county.decide(CountyInMemory.judge([("m1", .change), ("m2", .end)], next: "2027-03-01"))
        #expect(county.cooperation?.agreement?.plan.measures.map(\.content.text) == ["Varannan vecka"])
        #expect(county.cooperation?.history.map(\.revision) == [1])
        #expect(county.told { if case .cancelled(let meeting) = $0 { meeting.day } else { nil } }.count == 1)
        var last = CountyInMemory.judge([("m1", .end)], next: nil)
        last.closingReason = nil
        #expect(county.faults(last) == ["closing_reason closingReason"], "it says why nothing more is needed")
        last.closingReason = "Stödet behövs inte."
        last.judgements[0].effect = .worse
        try county.decide(last)
        #expect(county.cooperation?.agreement == nil && county.cooperation?.history.count == 3)
        #expect(county.cooperation?.former?.end == .replaced, "the meeting that was booked for it is called off")
        let end = Note.Ended(by: "head-school", reason: "Stödet behövs inte.", isWorse: true)
        #expect(county.facts.last == .mapping(Note(.ended(end))), "Mapping closes the case")
    }

    @Test("rule 22: each notice to the family is a decision about the meeting as it is, or that it is called off")
    func family() throws {
        var county = try called { $0.guardians = ["g1"] }
        let address = try #require(EmailAddress("Vera@example.org"))
        try county.decide(InformFamily(to: "g1", .email(address)))
        #expect(county.cooperation?.told == ["vera@example.org": "g1"])
        #expect(
            county.faults(InformFamily(to: "g9", .letter), by: .person("nurse")) == [
                "by personNotAllowed", "to familyUnknown",
            ])
        try county.decide(Cancel(isClosed: false), by: .suite)
        try county.decide(InformFamily(to: "g1", .phone))
        let told = county.told { if case .family(.told(let fact)) = $0 { fact.meeting?.isCancelled } else { nil } }
        #expect(told == [false, true])
    }

    // MARK: What follows by itself

    @Test("rule 18: leave moves a meeting for whom it needs, and for nobody else; another meeting's is left alone")
    func moveAway() throws {
        var county = try called()
        let id = try #require(county.meeting?.id)
        try county.decide(MoveAway("nurse", from: id, .absence), by: .suite)
        try county.decide(MoveAway("family", from: MeetingID("A-other"), .absence), by: .suite)
        #expect(county.meeting?.sequence == 0)
        county.county.people["family"]?.absences = [CountyInMemory.day("2026-11-30")...CountyInMemory.day("2026-11-30")]
        try county.decide(MoveAway("family", from: id, .absence), by: .suite)
        #expect(county.meeting?.sequence == 1 && county.meeting?.day == CountyInMemory.day("2026-12-01"))
    }

    @Test("who has left is succeeded by whoever has the role; where nobody has, the named person is told")
    func succeed() throws {
        var county = try called()
        let id = try #require(county.meeting?.id)
        county.county.people["family"] = nil
        try county.decide(Succeed("family", at: id), by: .suite)
        #expect(county.meeting?.participants.map(\.person) == ["head-school", "nurse", "child"])
        let codes = county.told {
            if case .call(.impossible(let fact)) = $0 { fact.obstacles.map(\.fault.code) } else { nil }
        }
        #expect(codes == [[.roleNobody]])
    }
}
