import Codec
import Domain
import Foundation
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import meetings

@Suite("Rule 15: the child is asked first, and the family has one coordinator at each time")
struct CoordinatorTests {
    private func called() throws -> CooperationTester {
        var tester = CooperationTester()
        try tester.call()
        return tester
    }

    private func held(_ change: (inout RecordMeeting) -> Void = { _ in }) throws -> CooperationTester {
        var tester = try called()
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.record("A", change)
        return tester
    }

    private func wish(_ person: String, by: String = "head-school") -> RecordChildsWish {
        .with {
            ($0.caseReference, $0.county, $0.by) = ("A", "TST", by)
            $0.wish = .with { ($0.person, $0.words) = (person, "Hen lyssnar på mig.") }
        }
    }

    private func change(
        to person: String, wanted: String, reason: String = "", by: String = "head-school"
    ) -> ChangeCoordinator {
        .with {
            ($0.caseReference, $0.county, $0.by) = ("A", "TST", by)
            $0.coordinator = .with {
                ($0.person, $0.reason, $0.chosenByChild) = (person, reason, person == wanted)
                $0.wish = .with { ($0.person, $0.words) = (wanted, "Hen lyssnar på mig.") }
            }
        }
    }

    @Test("rule 15: whom the child wants is recorded before the first meeting, and the record of the meeting has it")
    func before() throws {
        var tester = try called()
        try tester.send(wish("nurse"))
        #expect(tester.facts(ChildsWishRecorded.self).map(\.wish.person) == ["nurse"])
        #expect(try tester.state("A")?.wish.words == "Hen lyssnar på mig.")
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.record { $0.coordinator = .with { ($0.person, $0.chosenByChild) = ("family", true) } }
        #expect(tester.codes == ["coordinator.reason"], "the child wants somebody else")
        try tester.record { $0.coordinator = .with { ($0.person, $0.reason) = ("family", "Slutar i januari") } }
        let coordinator = try #require(tester.facts(MeetingHeld.self).first).coordinator
        #expect(coordinator.person == "family" && coordinator.wish.person == "nurse")
    }

    @Test(
        "rule 15: the child is asked where a meeting has been called for, by who leads or coordinates, of whom it will")
    func asked() throws {
        var tester = CooperationTester()
        try tester.send(wish("nurse"))
        #expect(tester.codes == ["person.not_allowed", "cooperation.none"])
        tester = try called()
        try tester.send(wish("nobody"))
        try tester.send(wish("nurse", by: "teacher"))
        try tester.send(wish(""))
        #expect(tester.codes == ["person.unknown", "person.not_allowed"])
        #expect(tester.facts(ChildsWishRecorded.self).map(\.wish.person) == [""])
    }

    @Test(
        "rule 15: between two meetings the coordinator is changed: the new one comes to the meeting, and Mapping knows")
    func changed() throws {
        var tester = try held()
        let before = tester.meeting
        #expect(before.participants.contains { $0.person == "family" })
        try tester.send(change(to: "teacher", wanted: "teacher"))
        #expect(tester.codes == [])
        let changed = try #require(tester.facts(CoordinatorChanged.self).first)
        #expect(changed.former == "family" && changed.coordinator.person == "teacher")
        #expect(tester.facts(NoteCooperation.self).last?.coordinator == "teacher")
        #expect(tester.meeting.id == before.id && tester.staff.contains("teacher"))
        #expect(tester.staff.contains("family"), "who is responsible for a measure still comes")
        #expect(try tester.state("A")?.coordinator.person == "teacher")
        // The new one coordinates from now on; the former does not.
        try tester.send(change(to: "nurse", wanted: "nurse", by: "family"))
        #expect(tester.codes == ["person.not_allowed"])
        try tester.send(change(to: "nurse", wanted: "nurse", by: "teacher"))
        #expect(tester.facts(CoordinatorChanged.self).last?.former == "teacher")
        #expect(!tester.staff.contains("teacher"), "who has no part left does not come")
    }

    @Test("rule 15: another choice than the child's needs the special reason, and the child is asked each time")
    func reason() throws {
        var tester = try held()
        try tester.send(change(to: "nurse", wanted: "teacher"))
        #expect(tester.codes == ["coordinator.reason"])
        var unasked = change(to: "nurse", wanted: "", reason: "Byter tjänst")
        unasked.coordinator.clearWish()
        try tester.send(unasked)
        #expect(tester.codes.last == "coordinator.wish")
        try tester.send(change(to: "family", wanted: "family"))
        #expect(tester.codes.last == "coordinator.same")
        #expect(tester.facts(CoordinatorChanged.self).isEmpty)
        try tester.send(change(to: "nurse", wanted: "teacher", reason: "Läraren slutar"))
        let changed = try #require(tester.facts(CoordinatorChanged.self).first).coordinator
        #expect(changed.reason == "Läraren slutar" && changed.wish.person == "teacher" && !changed.chosenByChild)
    }

    @Test("rule 15: before there is a plan nobody coordinates, so there is nothing to change")
    func tooEarly() throws {
        var tester = try called()
        try tester.send(change(to: "nurse", wanted: "nurse"))
        #expect(tester.codes == ["plan.none"])
    }

    @Test("rule 13: nobody coordinates whose organisation the consents do not cover")
    func uncovered() throws {
        var tester = CooperationTester()
        try tester.send(
            CooperationTester.callMeeting {
                ($0.caseReference, $0.county, $0.unit, $0.namedPerson) = ("A", "TST", "school", "head-school")
                ($0.areas, $0.organisations, $0.latestDate) = (["safety"], ["social_services"], "2026-12-14")
            })
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.record {
            $0.came = ["head-school", "family"]
            $0.plan.measures = [CooperationTester.measure("m1")]
        }
        try tester.send(change(to: "nurse", wanted: "nurse"))
        #expect(tester.facts(CoordinatorChanged.self).isEmpty && tester.codes.count == 1)
    }
}
