import Codec
import Domain
import Foundation
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import meetings

@Suite("Rules 15 to 17: coordinator, plan, the family's word, follow-up")
struct PlanTests {
    private func held(_ change: (inout RecordMeeting) -> Void = { _ in }) throws -> CooperationTester {
        var tester = CooperationTester()
        try tester.call()
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.record("A", change)
        return tester
    }

    @Test("rule 15: the child chooses the coordinator first; another choice needs the special reason")
    func coordinator() throws {
        var tester = try held { $0.coordinator = .with { $0.person = "family" } }
        #expect(Set(tester.codes) == ["coordinator.wish", "coordinator.reason"])
        #expect(tester.facts(MeetingHeld.self).isEmpty)
        try tester.record {
            $0.coordinator = .with { ($0.person, $0.reason) = ("family", "Barnet ville inte välja") }
            $0.coordinator.wish.words = "Barnet säger att det inte spelar någon roll"
        }
        #expect(tester.facts(MeetingHeld.self).first?.coordinator.person == "family")
        #expect(tester.facts(NoteCooperation.self).last?.coordinator == "family")
    }

    @Test("who of the staff came is told in clear beside the sealed record; nobody for a meeting that was not held")
    func ended() throws {
        let ended = try #require(try held { $0.came = ["head-school", "family"] }.facts(MeetingEnded.self).first)
        #expect(Set(ended.came) == ["head-school", "family"] && ended.caseReference == "A")
        #expect(!EventRegistry.sealed.contains(MeetingEnded.eventType))
        var tester = CooperationTester()
        try tester.call()
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.send(
            RecordNotHeld.with {
                ($0.caseReference, $0.county, $0.by, $0.reason) = ("A", "TST", "head-school", "Sjukdom")
            })
        #expect(tester.facts(MeetingEnded.self).map(\.came) == [[]])
    }

    @Test("rule 16: it is a SIP when social services and health care both take part, and a plan otherwise")
    func sip() throws {
        #expect(try held().facts(MeetingHeld.self).first?.plan.sip == true)
        let tester = try held {
            $0.came = ["head-school", "family"]
            $0.plan.measures = [CooperationTester.measure("m1")]
        }
        #expect(tester.facts(MeetingHeld.self).first?.plan.sip == false)
    }

    @Test(
        "rule 16: each measure has an area, words, a responsible person, an organisation and a date; and the child took part or it says why not"
    )
    func incomplete() throws {
        let tester = try held {
            $0.child.how = ""
            $0.plan.measures = [PlannedMeasure()]
        }
        #expect(
            Set(tester.codes) == [
                "child.participation", "word.unknown", "text.missing", "person.unknown", "date.invalid",
            ])
        #expect(try held { $0.plan.measures = [] }.codes == ["plan.measures"])
    }

    @Test("rule 17: with a plan its follow-up is booked, and Mapping watches the date")
    func followUpBooked() throws {
        let tester = try held()
        #expect(
            tester.notes.dropFirst() == [
                "meeting+plan_follow_up+book_follow_up → plan_follow_up 2027-01-21",
                "book_follow_up → plan_follow_up 2027-01-21",
            ])
        let meetings = tester.facts(MeetingScheduled.self)
        #expect(meetings.map(\.why) == ["", "follow_up"])
        #expect(CivilTime.day(of: tester.meeting.start.date).description == "2027-01-20")
        #expect(meetings[0].meeting.id != meetings[1].meeting.id)
    }

    @Test(
        "rule 17: a plan without a follow-up within the county's time is an alarm at once",
        arguments: ["", "2027-06-01"])
    func alarm(date: String) throws {
        let tester = try held { $0.plan.followUpDate = date }
        #expect(tester.facts(PlanAlarm.self).map(\.coordinator) == ["family"])
        #expect(tester.facts(PlanAlarm.self).map(\.manager) == ["manager"])
        #expect(tester.notes.last?.contains("book_follow_up 2026-12-02") == true)
    }

    @Test("rule 17: the family's word reaches the coordinator at once and waits for an answer")
    func concern() throws {
        var tester = try held()
        let word = ReportPlanConcern.with {
            ($0.caseReference, $0.county, $0.by, $0.text) = ("A", "TST", "nurse", "Samtalen har inte blivit av")
        }
        try tester.send(word)
        #expect(tester.facts(PlanConcernReported.self).map(\.coordinator) == ["family"])
        #expect(tester.notes.last == " → answer_family 2026-12-02")
        let answer = AnswerPlanConcern.with {
            ($0.caseReference, $0.county, $0.by, $0.text) = ("A", "TST", "family", "Ny tid på tisdag")
        }
        try tester.send(answer)
        #expect(tester.notes.last == "answer_family →  ")
        try tester.send(answer)
        #expect(tester.codes == ["plan_concern.none"])
    }

    @Test(
        "rule 17: each measure is judged; what ends is gone, what changes says so, with history, and it is followed up again"
    )
    func revised() throws {
        var tester = try held()
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.followUp([("m1", "change")], next: "2027-03-01")
        #expect(tester.codes == ["judgement.missing"])
        try tester.followUp([("m1", "change"), ("m2", "end")], next: "2027-03-01")
        let fact = try #require(tester.facts(PlanFollowedUp.self).first)
        #expect(fact.plan.measures.map(\.text) == ["Varannan vecka"] && fact.plan.revision == 2 && !fact.closes)
        #expect(try tester.state("A")?.history.map(\.revision) == [1])
        #expect(CivilTime.day(of: tester.meeting.start.date).description == "2027-03-01")
        #expect(tester.facts(EndCooperation.self).isEmpty)
    }

    @Test("a plan has at most forty measures, however they are added")
    func full() throws {
        var tester = try held()
        func followUp(adding count: Int) throws {
            try tester.send(
                RecordPlanFollowUp.with {
                    ($0.caseReference, $0.county, $0.by, $0.nextDate) = ("A", "TST", "family", "2027-03-01")
                    $0.child = .with { ($0.tookPart, $0.how) = (true, "Berättade själv") }
                    $0.judgements = ["m1", "m2"].map { measure in
                        .with { ($0.measure, $0.effect, $0.decision) = (measure, "better", "continue") }
                    }
                    $0.added = (0..<count).map { _ in CooperationTester.measure() }
                })
        }
        try followUp(adding: 39)
        #expect(tester.codes == ["plan.full"])
        try followUp(adding: 41)
        #expect(tester.codes == ["plan.full", "list.long"])
        try followUp(adding: 38)
        #expect(tester.facts(PlanFollowedUp.self).last?.plan.measures.count == 40)
    }

    @Test("of earlier revisions of a plan the last three are kept; the facts hold all")
    func history() throws {
        var tester = try held()
        for month in 2...6 {
            try tester.followUp([("m1", "change"), ("m2", "continue")], next: "2027-0\(month)-02")
        }
        #expect(tester.codes.isEmpty)
        #expect(tester.facts(PlanFollowedUp.self).map(\.plan.revision) == [2, 3, 4, 5, 6])
        #expect(try tester.state("A")?.history.map(\.revision) == [3, 4, 5])
    }

    @Test("rule 17: the last follow-up closes the case")
    func closes() throws {
        var tester = try held()
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.followUp([("m1", "end"), ("m2", "end")], next: "", because: "Stödet behövs inte.")
        #expect(tester.facts(PlanFollowedUp.self).map(\.closes) == [true])
        let end = try #require(tester.facts(EndCooperation.self).first)
        #expect((end.by, end.reason, end.worse) == ("family", "Stödet behövs inte.", false))
        try tester.followUp([("m1", "end")], next: "")
        #expect(tester.codes == ["person.not_allowed", "cooperation.none", "plan.none"])
    }

    @Test("rule 17: the last follow-up says why nothing more is needed; that a measure made it worse goes with it")
    func closingReason() throws {
        var tester = try held()
        try tester.followUp([("m1", "end"), ("m2", "end")], next: "", because: " ", effect: "worse")
        #expect(tester.codes == ["closing.reason"] && tester.facts(PlanFollowedUp.self).isEmpty)
        try tester.followUp([("m1", "end"), ("m2", "end")], next: "", because: "Familjen flyttar.", effect: "worse")
        let end = try #require(tester.facts(EndCooperation.self).first)
        #expect(end.worse && end.reason == "Familjen flyttar.")
    }

    @Test("a follow-up that came before its meeting calls that meeting off")
    func early() throws {
        var tester = try held()
        try tester.followUp([("m1", "end"), ("m2", "end")], next: "", because: "Klart.")
        #expect(tester.facts(MeetingCancelled.self).map(\.meeting.id) == [tester.meeting.id])
        #expect(try tester.bookings("family").allSatisfy { $0.meeting != tester.meeting.id })
    }

    @Test("rules 15 and 19: a meeting is recorded as held or not held when its time has come, and not before")
    func ahead() throws {
        var tester = CooperationTester()
        try tester.call()
        let notHeld = RecordNotHeld.with {
            ($0.caseReference, $0.county, $0.by, $0.reason) = ("A", "TST", "head-school", "Sjukdom")
        }
        let meeting = tester.meeting
        tester.tester.now = meeting.start.date - 1
        try tester.record()
        try tester.send(notHeld)
        #expect(tester.codes == ["meeting.ahead", "meeting.ahead"])
        #expect(tester.facts(MeetingHeld.self).isEmpty && tester.facts(MeetingNotHeld.self).isEmpty)
        #expect(tester.meeting.id == meeting.id, "it stands as it did")
        tester.tester.now = meeting.start.date
        try tester.record()
        #expect(tester.facts(MeetingHeld.self).map(\.meeting.id) == [meeting.id])
    }

    @Test("rule 19: a meeting that did not take place is called again")
    func notHeld() throws {
        var tester = CooperationTester()
        try tester.call()
        let before = tester.meeting
        try tester.tester.advance(to: before.end.date)
        try tester.send(
            RecordNotHeld.with {
                ($0.caseReference, $0.county, $0.by, $0.reason) = ("A", "TST", "head-school", "Sjukdom")
            })
        #expect(tester.facts(MeetingNotHeld.self).count == 1)
        #expect(tester.meeting.id == before.id && tester.meeting.start.date > before.end.date)
    }
}
