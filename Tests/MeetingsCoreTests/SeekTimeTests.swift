import Domain
import Foundation
import MeetingsCore
import TestSupport
import Testing

@Suite("No time says who, and is looked for again")
struct SeekTimeTests {
    /// A call for which the social services' family support has no time.
    private func waiting(_ change: (inout CountyInMemory) -> Void = { _ in }) throws -> CountyInMemory {
        var county = CountyInMemory()
        county.take("family", days: 120)
        change(&county)
        try county.call()
        return county
    }

    private func impossible(_ county: CountyInMemory) -> [Impossible] {
        county.told { if case .call(.impossible(let fact)) = $0 { fact } else { nil } }
    }

    private func proposed(_ county: CountyInMemory) -> [Proposed] {
        county.told { if case .call(.proposed(let fact)) = $0 { fact } else { nil } }
    }

    @Test("who stands in the way is told by role and unit, of the family by what they are (rule 18)")
    func who() throws {
        var county = CountyInMemory()
        county.take("family", days: 120)
        county.take("g1", days: 120)
        try county.call { $0.guardians = ["g1"] }
        let told = impossible(county).flatMap(\.obstacles).compactMap(\.who)
        let family = try #require(county.county.people["family"])
        #expect(told.contains(.init("family", role: family.role, unit: family.unit)))
        #expect(told.contains(.init("g1", role: "guardian", unit: nil)))
    }

    @Test(
        "it is told to the named person and to whoever asked for the time, and with a plan to the coordinator (rule 18)"
    )
    func to() throws {
        var county = try waiting()
        #expect(impossible(county).map(\.to) == [["head-school"]])
        let manager = try #require(county.county.units["school"]?.manager)
        try county.decide(Move(reason: "Igen", notBefore: nil, latestDate: nil, form: nil), by: .person(manager))
        #expect(impossible(county).last?.to == ["head-school", manager])
        county.free("family")
        try county.decide(SeekTime(), by: .suite)
        county.now = try #require(county.meeting?.start) + 7_200
        county.take("family", days: 120)
        try county.decide(CountyInMemory.record(followUp: "2026-12-21"))
        #expect(impossible(county).last?.to == ["head-school", "family"])
    }

    @Test(
        "when calendars open, those who wait get the earliest time by themselves, and nothing is said as long as not (rule 18)"
    )
    func books() throws {
        var county = try waiting()
        let before = county.facts.count
        try county.decide(SeekTime(), by: .suite)
        #expect(county.facts.count == before && county.meeting == nil)
        county.free("family")
        try county.decide(SeekTime(), by: .suite)
        let booked = try #require(county.meeting)
        var straight = CountyInMemory()
        try straight.call()
        #expect(booked.slot == straight.meeting?.slot)
        #expect(county.bookings("family").map(\.meeting) == [booked.id])
        try county.decide(SeekTime(), by: .suite)
        #expect(county.meeting == booked, "nobody waits any more")
    }

    @Test(
        "a county can have the time proposed: nothing is booked, it is proposed once, and whoever decides books it (rule 18)"
    )
    func proposes() throws {
        var county = try waiting { $0.county.settings.foundTime = .propose }
        county.free("family")
        for _ in 0..<3 { try county.decide(SeekTime(), by: .suite) }
        let proposal = try #require(proposed(county).first)
        #expect(proposed(county).count == 1 && proposal.to == ["head-school"])
        #expect(county.meeting == nil && county.bookings("family").isEmpty)
        try county.decide(Move(reason: "Passar", notBefore: nil, latestDate: nil, form: nil))
        #expect(county.meeting?.slot == proposal.slot)
    }

    @Test(
        "a proposed time that is taken before anybody books it is told as gone, and the next one is proposed anew (rule 18)"
    )
    func gone() throws {
        var county = try waiting { $0.county.settings.foundTime = .propose }
        county.free("family")
        try county.decide(SeekTime(), by: .suite)
        county.take("family", days: 120)
        for _ in 0..<2 { try county.decide(SeekTime(), by: .suite) }
        #expect(impossible(county).count == 2, "once for the call, once for what was proposed")
        county.free("family")
        try county.decide(SeekTime(), by: .suite)
        #expect(proposed(county).count == 2)
    }

    @Test(
        "a required role that nobody has is waited for: no meeting is booked without it, and whoever gets it comes (rules 14 and 18)"
    )
    func missingRole() throws {
        var county = CountyInMemory()
        let family = try #require(county.county.people["family"])
        county.county.people["family"] = nil
        try county.call()
        #expect(impossible(county).map { $0.obstacles.map(\.fault.code) } == [[.roleNobody]])
        try county.decide(SeekTime(), by: .suite)
        #expect(county.meeting == nil)
        county.county.people["family"] = family
        try county.decide(SeekTime(), by: .suite)
        #expect(county.meeting?.participants.first { $0.person == "family" }?.isRequired == true)
    }

    @Test(
        "that no time is looked for any more is told once: the call is taken back, or the case is closed; a time that is found says it itself (rules 13, 17 and 18)"
    )
    func ended() throws {
        func ends(_ county: CountyInMemory) -> Int {
            county.told { fact -> Bool? in if case .call(.waitEnded) = fact { true } else { nil } }.count
        }
        for isClosed in [false, true] {
            var county = try waiting()
            for _ in 0..<2 { try county.decide(Cancel(isClosed: isClosed), by: .suite) }
            #expect(ends(county) == 1, "closed: \(isClosed)")
        }
        var found = try waiting()
        found.free("family")
        try found.decide(SeekTime(), by: .suite)
        try found.decide(Cancel(isClosed: false), by: .suite)
        #expect(ends(found) == 0)
    }

    @Test("the last follow-up ends the wait for its meeting: nothing is booked for a case that is closed (rule 17)")
    func closed() throws {
        var county = CountyInMemory()
        try county.call()
        county.now = try #require(county.meeting?.start) + 7_200
        county.take("family", days: 120)
        try county.decide(CountyInMemory.record(followUp: "2026-12-21"))
        try county.decide(CountyInMemory.judge([("m1", .end), ("m2", .end)], next: nil))
        county.free("family")
        try county.decide(SeekTime(), by: .suite)
        #expect(county.meeting == nil)
        #expect(county.told { fact -> Bool? in if case .call(.waitEnded) = fact { true } else { nil } } == [true])
    }

    @Test("what waits is looked to every morning, also before the county has booked anything (rule 18)")
    func watched() throws {
        var county = CountyInMemory()
        county.county.people["family"] = nil
        try county.call()
        let waiting = Planning(CaseKey("A", county: "TST"), county.cooperation)
        let decided = try SeekTime().decide(on: waiting, by: .suite, county.context)
        #expect(decided.subject.agenda.isToBeWatched)
    }
}
