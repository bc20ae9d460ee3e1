import Codec
import Domain
import Foundation
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import mapping

@Suite("Rule 2: a case goes where the child goes, when a person says so")
struct CaseMoveTests {
    @Test("rule 2: a moved child's case is handed over, both units are told, and its meeting follows to the new owner")
    func move() throws {
        var tester = try MappingTester.ready()
        try tester.delegate(to: "teacher")
        try tester.send(MappingTester.consent("g1"))
        try tester.conclude()
        try tester.move(stage: "outside_upper_secondary", unit: "")
        let moved = try #require(tester.facts(CaseMoved.self).first)
        #expect((moved.fromPerson, moved.toPerson, moved.toUnit) == (MappingTester.owner, "head-kaa", "kaa"))
        #expect((tester.status.owner, tester.status.delegate) == ("head-kaa", ""))
        #expect(tester.facts(CancelMeeting.self).isEmpty && tester.facts(CallMeeting.self).count == 1)
        #expect(tester.facts(HandOverMeeting.self).map { [$0.unit, $0.namedPerson] } == [["kaa", "head-kaa"]])
        try tester.move(stage: "nowhere", unit: "", municipality: "9999", by: "head-kaa")
        #expect(tester.codes == ["municipality.unknown", "word.unknown"])
    }

    @Test("rule 2: a report moves nothing by itself; the unit that it leads to confirms, and the case is handed over")
    func proposedMove() throws {
        var tester = try MappingTester.ready()
        try tester.concern(proposing: "gymnasium", stage: "upper_secondary")
        #expect(tester.facts(CaseMoved.self).isEmpty && tester.status.owner == MappingTester.owner)
        let proposal = try #require(tester.facts(MoveProposed.self).first)
        #expect(
            (proposal.proposed.unit, proposal.owner, proposal.ownerAlone) == ("gymnasium", MappingTester.owner, false))
        #expect((tester.status.step, tester.dueDay) == ("acknowledge", "2026-11-25"))
        try tester.takeOn()
        #expect((tester.status.step, tester.dueDay) == ("decide_move", "2026-11-30"))
        try tester.confirmMove(to: "gymnasium", by: "nurse")
        try tester.send(
            DeclineMove.with { ($0.caseReference, $0.by, $0.unit) = (MappingTester.reference, "nurse", "gymnasium") })
        #expect(tester.codes == ["person.not_allowed", "person.not_allowed", "text.missing"])
        try tester.confirmMove(to: "gymnasium", by: "head-gymnasium")
        let moved = try #require(tester.facts(CaseMoved.self).first)
        #expect((moved.why, moved.by, moved.toPerson) == ("command", "head-gymnasium", "head-gymnasium"))
        #expect(tester.status.owner == "head-gymnasium" && tester.status.step == "review_move")
        try tester.send(
            ReviewMove.with { ($0.caseReference, $0.by) = (MappingTester.reference, "head-gymnasium") })
        #expect(tester.facts(MoveReviewed.self).count == 1 && tester.status.step == "conclude")
    }

    @Test(
        "rule 2: a move to another county calls the meeting off here and for there, in time, with nothing left from here"
    )
    func moveAway() throws {
        var tester = try MappingTester.ready()
        var elsewhere = ExampleCounty.message
        elsewhere.code = "OTH"
        elsewhere.municipalities[0].code = "0002"
        for index in elsewhere.units.indices { elsewhere.units[index].municipality = "0002" }
        for index in elsewhere.rooms.indices { elsewhere.rooms[index].municipality = "0002" }
        tester.tester.directory = Directory(["TST": ExampleCounty.county, "OTH": try elsewhere.county()])
        try tester.send(MappingTester.consent("g1"))
        try tester.conclude(next: "2026-12-14")
        try tester.concern { $0.protectedIdentity = true }
        try tester.send(
            NoteCooperation.with {
                ($0.caseReference, $0.step, $0.date) = (MappingTester.reference, "plan_follow_up", "2027-03-01")
                ($0.done, $0.coordinator) = (["meeting"], "family")
            })
        try tester.advance(to: "2027-01-11", hour: 9)
        try tester.move(stage: "school", unit: "school", municipality: "0002")
        #expect(tester.facts(CancelMeeting.self).map(\.county) == ["TST"])
        let call = try #require(tester.facts(CallMeeting.self).last)
        #expect((call.county, call.latestDate, call.protectedIdentity) == ("OTH", "2027-02-01", true))
        #expect(tester.status.county == "OTH")
        #expect(tester.state.deadlines.keys.sorted() == ["acknowledge", "meeting", "review_move"])
    }

    @Test("rule 2: an owner whom the directory no longer has hands over to who has the role now")
    func removed() throws {
        var tester = MappingTester()
        try tester.concern()
        tester.tester.directory = try ExampleCounty.changed { county in
            county.people.removeAll { $0.id == MappingTester.owner }
            county.participants = ExampleCounty.nobodyCalled
            if let index = county.units.firstIndex(where: { $0.id == "school" }) {
                county.units[index].namedPerson = "teacher"
            }
        }
        try tester.advance(to: "2026-11-24", hour: 9)
        #expect(tester.status.owner == "teacher")
        #expect(tester.facts(CaseMoved.self).map(\.why) == ["directory"])
    }
}
