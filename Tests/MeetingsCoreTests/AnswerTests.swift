import Domain
import Foundation
import MeetingsCore
import TestSupport
import Testing

@Suite("Rule 18: answers, whoever sends them and whenever they come")
struct AnswerTests {
    private func called(guardians: [String] = []) throws -> (CountyInMemory, Meeting) {
        var county = CountyInMemory()
        try county.call { $0.guardians = guardians }
        return (county, try #require(county.meeting))
    }

    private func answer(
        _ person: String, _ reply: Answer.Reply, to meeting: Meeting, sequence: Int32? = nil, from email: String? = nil,
        stamp: Date? = nil
    ) -> Answer {
        Answer(
            person: person, email: email, reply, to: Invitation(meeting.id, sequence ?? meeting.sequence), stamp: stamp,
            replyTo: email)
    }

    private func forwarded(_ county: CountyInMemory) -> [AnswerForwarded] {
        county.told { if case .answerForwarded(let fact) = $0 { fact } else { nil } }
    }

    private func outdated(_ county: CountyInMemory) -> [AnswerOutdated] {
        county.told { if case .answerOutdated(let fact) = $0 { fact } else { nil } }
    }

    // MARK: Which meeting

    @Test("a late decline of a meeting that was held does not move the follow-up, and is said to be outdated")
    func held() throws {
        var (county, first) = try called()
        county.now = first.start + 3_600
        try county.decide(CountyInMemory.record(followUp: "2027-01-20"))
        let followUp = try #require(county.meeting)
        try county.decide(answer("family", .declined, to: first), by: .suite)
        #expect(county.meeting == followUp && followUp.id != first.id)
        #expect(outdated(county).map(\.current) == [Invitation(followUp.id, followUp.sequence)])
        #expect(outdated(county).map(\.answered.invitation.meeting) == [first.id])
    }

    @Test("an answer to a meeting that was called off is outdated, and no meeting stands")
    func calledOff() throws {
        var (county, meeting) = try called()
        try county.decide(Cancel(isClosed: false), by: .suite)
        try county.decide(answer("family", .accepted, to: meeting), by: .suite)
        #expect(outdated(county).map(\.current) == [nil])
        var none = CountyInMemory()
        #expect(none.faults(answer("family", .accepted, to: meeting), by: .suite) == ["case_reference meetingNone"])
    }

    @Test("another mark under the same case is another meeting")
    func mark() throws {
        var (county, meeting) = try called()
        let forged = Answer(
            person: "family", email: nil, .declined, to: Invitation(MeetingID("A-ffffffff"), 0), stamp: nil)
        try county.decide(forged, by: .suite)
        #expect(county.meeting == meeting && outdated(county).count == 1)
    }

    @Test("an answer with a higher SEQUENCE than the invitation has is refused")
    func sequence() throws {
        var (county, meeting) = try called()
        #expect(
            county.faults(answer("family", .declined, to: meeting, sequence: 7), by: .suite)
                == ["sequence answerSequence"])
        #expect(county.meeting == meeting)
    }

    @Test("an answer stamped in 2090 does not block the real one")
    func stamp() throws {
        var (county, meeting) = try called()
        let year2090 = Date(timeIntervalSince1970: 3_800_000_000)
        try county.decide(answer("nurse", .tentative, to: meeting, stamp: year2090), by: .suite)
        county.now += 60
        try county.decide(answer("nurse", .accepted, to: meeting, stamp: county.now), by: .suite)
        let reply = try #require(county.meeting?.participants.first { $0.person == "nurse" }?.answer)
        #expect(reply.attendance == .accepted && reply.given == county.now)
    }

    @Test("the real answer counts in the same second too: a stamp has whole seconds (RFC 5545 §3.3.5)")
    func sameSecond() throws {
        var (county, meeting) = try called()
        let second = county.now
        county.now += 0.4
        let year2090 = Date(timeIntervalSince1970: 3_800_000_000)
        try county.decide(answer("nurse", .tentative, to: meeting, stamp: year2090), by: .suite)
        county.now += 0.4
        try county.decide(answer("nurse", .accepted, to: meeting, stamp: second), by: .suite)
        let reply = try #require(county.meeting?.participants.first { $0.person == "nurse" }?.answer)
        #expect(reply.attendance == .accepted && reply.given == second)
    }

    // MARK: Who

    @Test("a guardian answers from the address that they were told at last, and from no earlier one")
    func corrected() throws {
        var (county, meeting) = try called(guardians: ["g1", "g2"])
        for (person, email) in [("g1", "wrong@example.org"), ("g2", "two@example.org"), ("g1", "Right@example.org")] {
            try county.decide(InformFamily(to: person, .email(try #require(EmailAddress(email)))))
        }
        #expect(county.cooperation?.told == ["right@example.org": "g1", "two@example.org": "g2"])
        try county.decide(answer("", .declined, to: meeting, from: "wrong@example.org"), by: .suite)
        #expect(county.meeting == meeting, "nothing has moved")
        #expect(forwarded(county).map(\.why) == [.refused([.participantUnknown])])
        try county.decide(answer("", .accepted, to: meeting, from: "right@example.org"), by: .suite)
        #expect(county.meeting?.participants.first { $0.person == "g1" }?.answer?.attendance == .accepted)
    }

    @Test("a letter or a phone call leaves the address that a guardian was told at before")
    func otherChannel() throws {
        var (county, _) = try called(guardians: ["g1"])
        try county.decide(InformFamily(to: "g1", .email(try #require(EmailAddress("one@example.org")))))
        try county.decide(InformFamily(to: "g1", .phone))
        #expect(county.cooperation?.told == ["one@example.org": "g1"])
    }

    @Test("the addresses of those who are not to come any more are forgotten, so that they never pile up")
    func former() throws {
        var (county, _) = try called(guardians: ["g1", "g2"])
        for person in ["g1", "g2"] {
            try county.decide(InformFamily(to: person, .email(try #require(EmailAddress("\(person)@example.org")))))
        }
        try county.decide(ChangeAttendees(added: [], removed: ["g1"], reason: "r"))
        try county.decide(InformFamily(to: "g2", .email(try #require(EmailAddress("new@example.org")))))
        #expect(county.cooperation?.told == ["new@example.org": "g2"])
    }

    // MARK: What a person decides

    @Test("a delegation by mail changes nothing: the named person is told who is to come instead")
    func delegation() throws {
        var (county, meeting) = try called()
        try county.decide(
            answer("family", .delegated(to: "head-social"), to: meeting, from: "fia@example.org"), by: .suite)
        #expect(county.meeting == meeting)
        let fact = try #require(forwarded(county).first)
        #expect((fact.person, fact.delegate, fact.to) == ("family", "head-social", "head-school"))
        #expect(fact.why == .delegated && fact.replyTo == "fia@example.org")
    }

    @Test("a second decline of a meeting by one person moves nothing: the named person is told, and may move it")
    func declinedAgain() throws {
        var (county, meeting) = try called()
        try county.decide(answer("family", .declined, to: meeting), by: .suite)
        let moved = try #require(county.meeting)
        #expect(moved.sequence == 1)
        try county.decide(answer("family", .declined, to: moved), by: .suite)
        #expect(county.meeting?.slot == moved.slot && county.meeting?.sequence == 1)
        #expect(county.meeting?.participants.first { $0.person == "family" }?.answer?.attendance == .declined)
        #expect(forwarded(county).map(\.why) == [.declinedAgain] && forwarded(county).map(\.to) == ["head-school"])
        try county.decide(Move(reason: "Ringt Fia", notBefore: nil, latestDate: nil, form: nil))
        #expect(county.meeting?.sequence == 2)
    }

    @Test("another person's first decline moves the meeting, and so does a first decline of the next meeting")
    func firstDeclines() throws {
        var (county, meeting) = try called()
        try county.decide(answer("family", .declined, to: meeting), by: .suite)
        try county.decide(answer("head-school", .declined, to: try #require(county.meeting)), by: .suite)
        #expect(county.meeting?.sequence == 2)
        county.now = try #require(county.meeting).start + 3_600
        try county.decide(CountyInMemory.record(followUp: "2027-01-20"))
        let followUp = try #require(county.meeting)
        try county.decide(answer("family", .declined, to: followUp), by: .suite)
        #expect(county.meeting?.id == followUp.id && county.meeting?.sequence == 1 && forwarded(county).isEmpty)
    }

    @Test("an answer by mail that cannot be carried out is told to its sender and to the named person")
    func refusedMail() throws {
        var (county, meeting) = try called()
        try county.decide(answer("nurse", .declined, to: meeting), by: .suite)
        county.take("nurse", days: 60)
        county.now += 60
        #expect(county.faults(answer("nurse", .accepted, to: meeting), by: .suite) == ["answer participantBusy"])
        try county.decide(answer("nurse", .accepted, to: meeting, from: "nils@example.org"), by: .suite)
        let fact = try #require(forwarded(county).last)
        #expect(fact.why == .refused([.participantBusy]) && fact.replyTo == "nils@example.org")
        #expect((fact.person, fact.to) == ("nurse", "head-school"))
    }

    @Test("a letter and a proposal of another time go to the named person, and change nothing")
    func letters() throws {
        var (county, meeting) = try called(guardians: ["g1"])
        try county.decide(InformFamily(to: "g1", .email(try #require(EmailAddress("vera@example.org")))))
        try county.decide(
            Forward(meeting: meeting.id, .letter, person: nil, email: "vera@example.org"), by: .suite)
        try county.decide(
            Forward(meeting: meeting.id, .counter, person: "family", email: "fia@example.org"), by: .suite)
        #expect(county.meeting == meeting)
        #expect(forwarded(county).map(\.why) == [.letter, .counter])
        #expect(forwarded(county).map(\.person) == ["g1", "family"])
        #expect(forwarded(county).allSatisfy { $0.to == "head-school" })
    }
}
