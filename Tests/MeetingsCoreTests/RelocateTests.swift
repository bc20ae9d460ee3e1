import Domain
import Foundation
import MeetingsCore
import TestSupport
import Testing

@Suite("Rule 2: after a move, who and what of where the child was stays at the meeting as the new owner says")
struct RelocateTests {
    private static let departure = Departure(municipalities: ["0001"], units: ["school"])

    /// A meeting of the first town, which the head teacher of the second one leads now.
    private func handedOver(_ change: (inout Request) -> Void = { _ in }) throws -> CountyInMemory {
        var county = CountyInMemory()
        county.county = ExampleCounty.twoTowns
        try county.call {
            $0.guardians = ["g1"]
            change(&$0)
        }
        try handOver(&county)
        return county
    }

    private func handOver(_ county: inout CountyInMemory) throws {
        try county.decide(
            HandOver(unit: "school-2", namedPerson: "head-2", .init(.school, attends: "school-2")), by: .suite)
    }

    private func relocate(kept: String..., keepsPlace: Bool = true) -> Relocate {
        Relocate(from: Self.departure, kept: kept, keepsPlace: keepsPlace)
    }

    private func staff(_ county: CountyInMemory) -> [String] {
        (county.cooperation?.booked?.participants ?? []).filter { !$0.isFamily }.map(\.person)
    }

    private func room(_ meeting: Meeting?) -> String {
        if case .room(let room) = meeting?.place { room } else { "" }
    }

    @Test("rule 22: a handover says where the child is now: nobody of the school that it has left gets a role by it")
    func schooling() throws {
        let county = try handedOver()
        let request = try #require(county.cooperation?.request)
        #expect((request.unit, request.attends, request.stage) == ("school-2", "school-2", .school))
    }

    @Test("a handover that says nothing of the schooling leaves it as it was")
    func noSchooling() throws {
        var county = CountyInMemory()
        try county.call()
        try county.decide(HandOver(unit: "gymnasium", namedPerson: "head-gymnasium"), by: .suite)
        #expect(county.cooperation?.request.attends == "school")
    }

    @Test(
        "rules 2 and 14: who is kept stays with the answer; in place of the others comes who has the role where the child is now"
    )
    func people() throws {
        var county = try handedOver()
        let before = try #require(county.meeting)
        #expect(staff(county) == ["head-2", "family", "nurse"])
        let invitation = Invitation(before.id, before.sequence)
        try county.decide(
            Answer(person: "nurse", email: nil, .accepted, to: invitation, stamp: nil), by: .person("nurse"))
        try county.decide(relocate(kept: "nurse"), by: .suite)
        #expect(staff(county) == ["head-2", "family-2", "nurse"])
        let after = try #require(county.meeting)
        #expect((after.slot, after.place) == (before.slot, before.place), "all are free then, and the room is kept")
        #expect(after.participants.first { $0.person == "nurse" }?.answer?.attendance == .accepted)
        #expect(county.bookings("family").isEmpty && county.bookings("family-2").count == 1)
        #expect(after.participants.filter(\.isFamily).map(\.person) == ["g1", "child"], "the family is theirs")
    }

    @Test("rules 14 and 19: where nobody has the role where the child is now, the organisation is missing, and a step")
    func nobody() throws {
        var county = try handedOver()
        try county.decide(relocate(), by: .suite)
        #expect(staff(county) == ["head-2", "family-2"])
        #expect(county.cooperation?.uninvited == [Uninvited(.healthCare, .role("nurse"))])
        let steps = county.told { fact -> Step? in
            guard case .mapping(let note) = fact, case .steps(_, let next, _) = note.content else { return nil }
            return next?.step
        }
        #expect(steps.last == .invite)
    }

    @Test("rule 2: whoever leads or coordinates stays, wherever they work")
    func coordinator() throws {
        var county = CountyInMemory()
        county.county = ExampleCounty.twoTowns
        try county.call()
        county.reachMeeting()
        try county.decide(CountyInMemory.record(followUp: "2027-01-20"))
        try handOver(&county)
        try county.decide(relocate(), by: .suite)
        #expect(staff(county).contains("family") && staff(county).contains("head-2"))
        #expect(!staff(county).contains("nurse"))
    }

    @Test("rule 18: a room near the new unit is found on the same day or later, never in the one that was left")
    func place() throws {
        var county = try handedOver()
        let before = try #require(county.meeting)
        #expect(room(before) == "Rum school")
        try county.decide(relocate(kept: "family", "nurse", keepsPlace: false), by: .suite)
        let after = try #require(county.meeting)
        #expect(room(after) == "Rum school-2")
        #expect(after.day >= before.day && after.sequence > before.sequence && after.id == before.id)
    }

    @Test(
        "rule 18: where there is no time for who comes instead, who was let go does not come all the same, and it is said"
    )
    func noTime() throws {
        var county = try handedOver()
        county.take("family-2", days: 365)
        let before = try #require(county.meeting)
        try county.decide(relocate(kept: "nurse"), by: .suite)
        #expect(staff(county) == ["head-2", "nurse"])
        #expect(county.meeting?.slot == before.slot)
        #expect(county.bookings("family").isEmpty)
        let impossible = county.told { fact -> Bool? in
            if case .call(.impossible) = fact { true } else { nil }
        }
        #expect(!impossible.isEmpty)
    }

    @Test("rule 2: those who wait for a time, and those who came last, follow as well; the same again changes nothing")
    func waiting() throws {
        var county = CountyInMemory()
        county.county = ExampleCounty.twoTowns
        county.take("family", days: 365)
        try county.call()
        try handOver(&county)
        try county.decide(relocate(kept: "nurse"), by: .suite)
        guard case .waiting(let waiting, _) = county.cooperation?.stage else {
            Issue.record("nobody waits")
            return
        }
        #expect(waiting.participants.filter { !$0.isFamily }.map(\.person) == ["head-2", "family-2", "nurse"])
        let (facts, before) = (county.facts.count, county.cooperation)
        try county.decide(relocate(kept: "nurse"), by: .suite)
        #expect(county.facts.count == facts && county.cooperation == before)
    }
}
