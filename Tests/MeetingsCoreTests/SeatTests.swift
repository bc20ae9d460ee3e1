import Domain
import Foundation
import MeetingsCore
import TestSupport
import Testing

@Suite("Rules 12 and 22: who comes to the meeting follows who the guardians are")
struct SeatTests {
    private func called(_ guardians: String...) throws -> CountyInMemory {
        var county = CountyInMemory()
        try county.call { $0.guardians = guardians }
        return county
    }

    private func seats(_ guardians: String..., unwritten: [String] = [], isProtected: Bool = false) -> SeatGuardians {
        SeatGuardians(guardians: guardians, unwritten: unwritten, isProtected: isProtected)
    }

    private func family(_ participants: [Participant]?) -> [String] {
        (participants ?? []).filter(\.isFamily).map(\.person)
    }

    @Test(
        "rule 12: who is no guardian any more has no seat, and their calendar is free again; the others keep their time"
    )
    func removed() throws {
        var county = try called("g1", "g2")
        let before = try #require(county.meeting)
        try county.decide(seats("g1"), by: .suite)
        let after = try #require(county.meeting)
        #expect(family(after.participants) == ["g1", "child"])
        #expect((after.slot, after.sequence) == (before.slot, before.sequence))
        #expect(county.calendars.filter { !$0.value.bookings.isEmpty }.count == after.participants.count)
        let facts = county.facts.count
        try county.decide(seats("g1"), by: .suite)
        #expect(county.facts.count == facts, "the same again changes nothing")
    }

    @Test("rule 12: two who were taken for different people keep one seat, and a guardian who is added gets one")
    func changed() throws {
        var county = try called("g1")
        try county.decide(seats("g1", "g3"), by: .suite)
        #expect(family(county.meeting?.participants) == ["g1", "child", "g3"])
        #expect(county.meeting?.participants.last?.isRequired == true)
    }

    @Test("rule 22: an answer from where a former guardian was told of the meeting is nobody's")
    func told() throws {
        var county = try called("g1", "g2")
        let address = try #require(EmailAddress("gun@example.org"))
        try county.decide(InformFamily(to: "g2", .email(address)))
        try county.decide(seats("g1"), by: .suite)
        #expect(county.cooperation?.told == [:])
        #expect(county.faults(InformFamily(to: "g2", .phone)) == ["to familyUnknown"])
    }

    @Test("rule 22: nobody writes to a guardian with protected personal data, and the place is taken out")
    func protected() throws {
        var county = try called("g1", "g2")
        let address = try #require(EmailAddress("gun@example.org"))
        try county.decide(InformFamily(to: "g2", .email(address)))
        try county.decide(seats("g1", "g2", unwritten: ["g2"], isProtected: true), by: .suite)
        #expect(county.meeting?.place == .unnamed && county.cooperation?.told == [:])
        #expect(family(county.meeting?.participants) == ["g1", "g2", "child"], "they take part all the same")
        for channel in [InformFamily.Channel.email(address), .letter] {
            #expect(county.faults(InformFamily(to: "g2", channel)) == ["channel familyUnwritten"])
        }
        #expect(county.faults(InformFamily(to: "g2", .inPerson)).isEmpty)
        #expect(county.faults(InformFamily(to: "g1", .letter)).isEmpty)
    }

    @Test("rule 12: a meeting that is called anew, and the next follow-up, have the guardians as they are then")
    func later() throws {
        var county = try called("g1", "g2")
        try county.decide(Cancel(isClosed: false), by: .suite)
        try county.decide(seats("g1"), by: .suite)
        #expect(family(county.cooperation?.former?.meeting.participants) == ["g1", "child"])
        #expect(county.meeting == nil)
        var none = CountyInMemory()
        #expect(none.faults(seats("g1"), by: .suite) == ["case_reference meetingNone"])
    }
}
