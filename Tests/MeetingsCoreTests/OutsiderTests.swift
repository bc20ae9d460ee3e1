import Domain
import Foundation
import MeetingsCore
import TestSupport
import Testing

@Suite("Rules 12, 13 and 22: people from outside the directory come by a recorded decision, and read nothing")
struct OutsiderTests {
    private static let coach = details("coach@example.org")

    private static func details(_ email: String) -> Outsider.Details {
        .init(name: "Tränare Exempelson", role: "tränare", organisation: "IF Exempel", email: EmailAddress(email))
    }

    private static func invite(
        _ details: Outsider.Details = coach, isFamilyAsked: Bool = true, isWritten: Bool = true
    ) -> InviteOutsider {
        InviteOutsider(details, reason: "Ser barnet varje vecka", isFamilyAsked: isFamilyAsked, isWritten: isWritten)
    }

    private func called(admitsOutsiders: Bool = true, isProtected: Bool = false) throws -> CountyInMemory {
        var county = CountyInMemory()
        try county.call { ($0.admitsOutsiders, $0.isProtected) = (admitsOutsiders, isProtected) }
        return county
    }

    /// Where those from outside were written to, and with what: `+` for an invitation.
    private func told(_ county: CountyInMemory) -> [String] {
        county.told { fact -> String? in
            guard case .call(.outsider(.told(let told))) = fact else { return nil }
            return "\(told.isCancelled ? "-" : "+")\(told.email.reveal.text)"
        }
    }

    private func outsider(_ county: CountyInMemory) throws -> Outsider {
        try #require(county.cooperation?.outsiders.first)
    }

    @Test(
        "rule 12: without consents that cover them, or where the family was not asked, nobody from outside is invited")
    func consent() throws {
        var county = try called(admitsOutsiders: false)
        #expect(county.faults(Self.invite()) == ["outsider outsiderConsent"])
        #expect(
            county.faults(Self.invite(isFamilyAsked: false)) == ["outsider outsiderConsent", "asked outsiderUnasked"])
        #expect(told(county).isEmpty && county.cooperation?.outsiders == [])
    }

    @Test("the named person or the coordinator decides, for a meeting that is booked or waits for a time")
    func who() throws {
        var county = try called()
        #expect(county.faults(Self.invite(), by: .person("nurse")) == ["by personNotAllowed"])
        try county.decide(Cancel(isClosed: false, tellsOutsiders: true), by: .suite)
        #expect(county.faults(Self.invite()) == ["case_reference meetingNone"])
    }

    @Test("rule 18: they bind no time: the meeting stays as it is, and nobody's calendar has them")
    func noTime() throws {
        var county = try called()
        let (meeting, calendars) = (county.meeting, county.calendars)
        try county.decide(Self.invite())
        #expect(county.meeting == meeting && county.calendars == calendars)
        #expect(told(county) == ["+coach@example.org"])
    }

    @Test("rule 22: they are told each time and place, and that it is called off, at the address that was decided on")
    func told() throws {
        var county = try called()
        try county.decide(Self.invite())
        try county.decide(Move(reason: "ord", notBefore: nil, latestDate: nil, form: nil))
        try county.decide(Cancel(isClosed: true, tellsOutsiders: true), by: .suite)
        #expect(told(county) == ["+coach@example.org", "+coach@example.org", "-coach@example.org"])
        #expect(county.cooperation?.outsiders == [])
    }

    @Test("rule 13: after a withdrawal, or where the consents cover them no more, nobody from outside is told anything")
    func withdrawn() throws {
        var withdrawn = try called()
        try withdrawn.decide(Self.invite())
        try withdrawn.decide(Cancel(isClosed: false), by: .suite)
        #expect(told(withdrawn) == ["+coach@example.org"])
        var narrower = try called()
        try narrower.decide(Self.invite())
        try narrower.decide(AdmitOutsiders(false), by: .suite)
        try narrower.decide(Move(reason: "ord", notBefore: nil, latestDate: nil, form: nil))
        #expect(told(narrower) == ["+coach@example.org"] && narrower.cooperation?.outsiders == [])
        #expect(narrower.meeting != nil, "the others meet all the same")
        for county in [withdrawn, narrower] {
            let dismissed = county.told { fact -> Bool? in
                if case .call(.outsider(.dismissed(_, nil, _))) = fact { true } else { nil }
            }
            #expect(dismissed == [true], "the case says that they do not come")
        }
    }

    @Test("rule 22: whoever a person tells is never written to")
    func unwritten() throws {
        var county = try called()
        try county.decide(Self.invite(isWritten: false))
        try county.decide(Move(reason: "ord", notBefore: nil, latestDate: nil, form: nil))
        #expect(told(county).isEmpty && county.cooperation?.outsiders.count == 1)
        let nowhere = Outsider.Details(name: "Tolk", role: "tolk", organisation: "Tolkförmedlingen", email: nil)
        #expect(county.faults(Self.invite(nowhere)) == ["outsider.email outsiderEmail"])
        try county.decide(Self.invite(nowhere, isWritten: false))
        #expect(county.cooperation?.outsiders.count == 2)
    }

    @Test(
        "rule 22: where the identity becomes protected, nobody from outside is written to until a person decides anew")
    func protected() throws {
        var county = try called()
        try county.decide(Self.invite())
        try county.decide(Protect(), by: .suite)
        try county.decide(Move(reason: "ord", notBefore: nil, latestDate: nil, form: nil))
        #expect(told(county) == ["+coach@example.org"])
        try county.decide(Self.invite())
        try county.decide(Protect(), by: .suite)
        #expect(told(county) == ["+coach@example.org", "+coach@example.org"], "decided on anew, and kept")
        #expect(county.cooperation?.outsiders.count == 1, "who was invited already is the same person")
        let places = county.told { fact -> Meeting.Place? in
            if case .call(.outsider(.told(let told))) = fact { told.meeting.place } else { nil }
        }
        #expect(places.last == .unnamed)
    }

    @Test("somebody from outside is taken away again, and told; a person who is not there is refused")
    func dismissed() throws {
        var county = try called()
        try county.decide(Self.invite())
        let outsider = try outsider(county)
        #expect(county.faults(DismissOutsider("outsider:x", reason: "ord")) == ["outsider outsiderUnknown"])
        #expect(
            county.faults(DismissOutsider(outsider.id, reason: "ord"), by: .person("nurse")) == ["by personNotAllowed"])
        try county.decide(DismissOutsider(outsider.id, reason: "Behövs inte"))
        #expect(told(county) == ["+coach@example.org", "-coach@example.org"])
        #expect(county.cooperation?.outsiders == [])
    }

    @Test("a decision holds for one meeting: to the follow-up nobody from outside is invited by it")
    func followUp() throws {
        var county = try called()
        try county.decide(Self.invite())
        county.reachMeeting()
        try county.decide(CountyInMemory.record(followUp: "2027-01-20"))
        #expect(county.meeting != nil && county.cooperation?.outsiders == [])
        #expect(told(county) == ["+coach@example.org"])
    }

    @Test("rules 12 and 15: who was invited from outside is recorded as come, and nobody else from there")
    func came() throws {
        var county = try called()
        try county.decide(Self.invite())
        let outsider = try outsider(county)
        county.reachMeeting()
        var record = CountyInMemory.record(followUp: "2027-01-20")
        record.came += [outsider.id, "outsider:x"]
        #expect(county.faults(record) == ["came[3] personUnknown"])
        record.came.removeLast()
        try county.decide(record)
        let came = county.told { if case .held(let held) = $0 { held.came } else { nil } }
        #expect(came == [record.came])
    }

    @Test("rule 18: their answer by mail is kept and told, the later one counts, and it moves nothing")
    func answer() throws {
        var county = try called()
        try county.decide(Self.invite())
        let meeting = try #require(county.meeting)
        func answer(_ reply: Answer.Reply, minutes: Double = 0) -> Answer {
            Answer(
                person: "", email: "Coach@example.org", reply, to: .init(meeting.id, meeting.sequence),
                stamp: county.now + minutes * 60 - 3_600)
        }
        try county.decide(answer(.declined, minutes: 5), by: .suite)
        let earlier = answer(.accepted)
        try county.decide(earlier, by: .suite)
        #expect(try outsider(county).answer?.reply.attendance == .declined && county.meeting == meeting)
        let facts = county.told { fact -> String? in
            switch fact {
            case .answered(let answered): "answered \(answered.person)"
            case .answerOutdated: "outdated"
            default: nil
            }
        }
        #expect(facts == ["answered \(try outsider(county).id)", "outdated"])
        try county.decide(Move(reason: "ord", notBefore: nil, latestDate: nil, form: nil))
        try county.decide(answer(.accepted, minutes: 9), by: .suite)
        #expect(try outsider(county).answer?.reply.attendance == .declined, "to an invitation that is not in force")
    }

    @Test("as many as ten are invited from outside")
    func crowd() throws {
        var county = try called()
        for number in 1...10 { try county.decide(Self.invite(Self.details("p\(number)@example.org"))) }
        #expect(county.faults(Self.invite(Self.details("p11@example.org"))) == ["outsider listLong"])
        #expect(county.faults(Self.invite(Self.details("P3@example.org"))).isEmpty)
    }

    @Test("rule 23: an erased case keeps nobody from outside")
    func erased() throws {
        var county = try called()
        try county.decide(Self.invite())
        try county.decide(Erase(), by: .suite)
        #expect(county.cooperation == nil)
    }
}
