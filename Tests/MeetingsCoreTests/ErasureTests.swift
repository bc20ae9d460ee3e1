import Domain
import Foundation
import MeetingsCore
import TestSupport
import Testing

@Suite("Rule 23: Meetings forgets a case that is erased")
struct ErasureTests {
    private func cancelled(_ county: CountyInMemory) -> [Meeting] {
        county.told { if case .cancelled(let meeting) = $0 { meeting } else { nil } }
    }

    private func declined(_ county: CountyInMemory, _ person: String) -> [BusyTime] {
        county.calendars[CalendarID(person: person)]?.busy ?? []
    }

    @Test("the meeting is called off first; afterwards nobody's calendar knows of the case, and others' meetings stand")
    func erased() throws {
        var county = CountyInMemory()
        try county.call("B")
        try county.call("A")
        let meeting = try #require(county.meeting)
        let invitation = Invitation(meeting.id, meeting.sequence)
        try county.decide(
            Answer(person: "family", email: nil, .declined, to: invitation, stamp: nil), by: .person("family"))
        #expect(!declined(county, "family").isEmpty)
        try county.decide(Erase(), by: .suite)
        #expect(county.cooperation == nil && cancelled(county).map(\.id) == [meeting.id])
        #expect(county.facts.last == .erased)
        for (id, calendar) in county.calendars {
            #expect(!calendar.bookings.contains { $0.meeting.caseReference == "A" }, "\(id)")
            #expect(!calendar.busy.contains { $0.reason == .declined(reference: "A") }, "\(id)")
        }
        #expect(county.bookings("family").map(\.meeting.caseReference) == ["B"])
    }

    @Test(
        "it is answered whatever is known: a case without a meeting, one that waits for a time, and one erased before")
    func answered() throws {
        var county = CountyInMemory()
        try county.decide(Erase(), by: .suite)
        county.take("family", days: 120)
        try county.call("A")
        try county.decide(Erase(), by: .suite)
        try county.decide(Erase(), by: .suite)
        #expect(county.cooperation == nil && cancelled(county).isEmpty)
        #expect(county.told { $0 == .erased ? true : nil }.count == 3)
    }
}
