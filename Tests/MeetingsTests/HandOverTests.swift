import Codec
import Domain
import Foundation
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import meetings

@Suite("Who comes to a meeting changes while the case goes on")
struct HandOverTests {
    private func handOver(_ person: String, unit: String = "gymnasium") -> HandOverMeeting {
        .with { ($0.caseReference, $0.county, $0.unit, $0.namedPerson) = ("A", "TST", unit, person) }
    }

    private func change(add: [String], remove: [String] = []) -> ChangeParticipants {
        .with {
            ($0.caseReference, $0.county, $0.by, $0.reason) = ("A", "TST", "head-school", "Behövs")
            ($0.add, $0.remove) = (add, remove)
        }
    }

    /// Marks everybody as busy from now on, through their calendars elsewhere.
    private func taken(_ person: String, _ tester: CooperationTester, days: Double = 120) -> PublishBusyTimes {
        let now = tester.tester.now
        return .with {
            ($0.county, $0.person) = ("TST", person)
            $0.busy = [.with { ($0.start, $0.end) = (.init(now), .init(now + days * 86_400)) }]
        }
    }

    @Test("no more than fifty people are added to a meeting")
    func crowded() throws {
        var tester = CooperationTester()
        tester.tester.directory = try ExampleCounty.changed { county in
            county.people += (1...60).map { number in
                .with {
                    ($0.id, $0.name, $0.unit, $0.role) = ("extra-\(number)", "Extra Exempelson", "school", "teacher")
                    $0.email = "extra.\(number)@example.org"
                }
            }
        }
        try tester.call()
        try tester.send(change(add: (1...48).map { "extra-\($0)" }))
        #expect(tester.codes == ["list.long"] && tester.staff.count == 3)
        try tester.send(change(add: (1...51).map { "extra-\($0)" }))
        #expect(tester.codes == ["list.long", "list.long"])
        try tester.send(change(add: ["extra-1"]))
        #expect(tester.staff.contains("extra-1"))
    }

    @Test(
        "rule 18: somebody who is added and can never come is not booked; the meeting stays as it was, and it says why")
    func addedButTaken() throws {
        var tester = CooperationTester()
        try tester.call()
        let before = tester.meeting
        try tester.send(taken("teacher", tester))
        try tester.send(change(add: ["teacher"], remove: ["nurse"]))
        #expect(try tester.bookings("teacher").isEmpty)
        #expect(try tester.state("A")?.meeting == before)
        #expect(try tester.bookings("nurse").count == 1)
        #expect(tester.facts(MeetingImpossible.self).last?.reasons.map(\.person).contains("teacher") == true)
    }

    @Test("rule 2: who leads the case now comes in place of who did, at the same time, and may move the meeting")
    func handedOver() throws {
        var tester = CooperationTester()
        try tester.call()
        let before = tester.meeting
        try tester.send(handOver("head-gymnasium"))
        #expect((tester.meeting.id, tester.meeting.start, tester.meeting.sequence) == (before.id, before.start, 0))
        #expect(tester.staff == ["head-gymnasium", "family", "nurse"])
        #expect(try tester.bookings("head-school").isEmpty && tester.bookings("head-gymnasium").count == 1)
        func move(_ by: String) -> MoveMeeting {
            .with { ($0.caseReference, $0.county, $0.by, $0.reason) = ("A", "TST", by, "Annat möte") }
        }
        try tester.send(move("head-school"))
        #expect(tester.codes == ["person.not_allowed"])
        try tester.send(move("head-gymnasium"))
        #expect(tester.meeting.sequence == 1)
    }

    @Test("rule 17: a handover leaves plan, coordinator and the booked follow-up as they are")
    func handedOverLater() throws {
        var tester = CooperationTester()
        try tester.call()
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.record()
        let before = tester.meeting
        try tester.send(handOver("head-gymnasium"))
        let state = try #require(try tester.state("A"))
        #expect(state.meeting.start == before.start && state.meeting.id == before.id)
        #expect(state.coordinator.person == "family" && state.plan.measures.count == 2)
        #expect(tester.facts(MeetingCancelled.self).isEmpty)
    }

    @Test(
        "a handover to somebody who cannot come then moves the meeting; to one who never can calls it off until there is time"
    )
    func handedOverAway() throws {
        var tester = CooperationTester()
        try tester.call()
        let before = tester.meeting
        try tester.send(taken("head-gymnasium", tester, days: 8))
        try tester.send(handOver("head-gymnasium"))
        #expect(tester.meeting.id == before.id && tester.meeting.start.date > before.start.date)
        try tester.send(taken("head-kaa", tester))
        try tester.send(handOver("head-kaa", unit: "kaa"))
        #expect(tester.facts(MeetingCancelled.self).count == 1)
        #expect(tester.facts(MeetingImpossible.self).last?.namedPerson == "head-kaa")
        try tester.send(PublishBusyTimes.with { ($0.county, $0.person) = ("TST", "head-kaa") })
        try tester.send(
            MoveMeeting.with {
                ($0.caseReference, $0.county, $0.by, $0.reason) = ("A", "TST", "head-kaa", "Ledig igen")
            })
        #expect(tester.staff == ["head-kaa", "family", "nurse"])
        #expect(try tester.bookings("head-gymnasium").isEmpty)
    }

    @Test("a handover before there was a time, and one between two meetings, are for whatever is booked next")
    func handedOverBetween() throws {
        var tester = CooperationTester()
        try tester.send(taken("family", tester))
        try tester.call()
        try tester.send(handOver("head-gymnasium"))
        try tester.send(PublishBusyTimes.with { ($0.county, $0.person) = ("TST", "family") })
        try tester.send(
            MoveMeeting.with {
                ($0.caseReference, $0.county, $0.by, $0.reason) = ("A", "TST", "head-gymnasium", "Ledig igen")
            })
        #expect(tester.staff == ["head-gymnasium", "family", "nurse"])
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.record { ($0.by, $0.plan.followUpDate) = ("head-gymnasium", "") }
        try tester.send(handOver("head-kaa", unit: "kaa"))
        try tester.send(
            BookPlanFollowUp.with {
                ($0.caseReference, $0.county, $0.by, $0.date) = ("A", "TST", "head-kaa", "2027-01-20")
            })
        #expect(tester.staff == ["head-kaa", "family", "nurse"])
    }

    @Test("rule 13: nobody comes, leads or is responsible whose organisation the consents do not cover")
    func scope() throws {
        var tester = CooperationTester()
        try tester.send(
            CooperationTester.callMeeting {
                ($0.caseReference, $0.county, $0.unit, $0.namedPerson) = ("A", "TST", "school", "head-school")
                ($0.areas, $0.organisations) = (["safety"], ["social_services"])
                $0.latestDate = "2026-12-14"
            })
        try tester.send(change(add: ["nurse"]))
        try tester.answer("family", "delegated", to: "head-care")
        #expect(tester.codes == ["consent.scope", "consent.scope"])
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.record {
            $0.coordinator.person = "nurse"
        }
        let refused = try #require(tester.facts(CommandRefused.self).last)
        #expect(refused.reasons.map(\.path) == ["coordinator.person", "plan.measures[1].responsible"])
        // The organisation that leads the case, and those that are covered, may.
        try tester.record { $0.plan.measures[1] = CooperationTester.measure("m2", "education") }
        #expect(tester.facts(MeetingHeld.self).count == 1)
    }

    @Test(
        "rule 17: a follow-up for which there was no time is tried again by hand; one that is missing is booked by the coordinator"
    )
    func bookedLater() throws {
        var tester = CooperationTester()
        tester.tester.directory.counties["TST"]?.settings.foundTime = .propose
        try tester.call()
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.send(taken("nurse", tester))
        try tester.send(taken("family", tester))
        try tester.record()
        #expect(tester.facts(MeetingImpossible.self).count == 1 && tester.meeting.sequence == 0)
        #expect(tester.facts(PlanAlarm.self).count == 1, "no time is no follow-up")
        #expect(tester.notes.last?.hasPrefix(" → book_follow_up") == true)
        try tester.send(PublishBusyTimes.with { ($0.county, $0.person) = ("TST", "family") })
        try tester.send(
            MoveMeeting.with {
                ($0.caseReference, $0.county, $0.by, $0.reason) = ("A", "TST", "family", "Ledig igen")
            })
        #expect(tester.facts(MeetingScheduled.self).last?.why == "follow_up")
        #expect(tester.notes.contains { $0.hasPrefix("book_follow_up → plan_follow_up") })
        #expect(tester.notes.last?.hasPrefix(" → invite ") == true, "the nurse, who is optional, has no time")
        // Moved, it is a follow-up still.
        try tester.answer("family", "declined")
        #expect(tester.facts(MeetingScheduled.self).last?.why == "declined")
        #expect(CivilTime.day(of: tester.meeting.start.date).description >= "2027-01-20", "not before its date")
        #expect(tester.notes.last?.hasPrefix("book_follow_up → plan_follow_up") == true)
    }

    @Test("rule 17: the coordinator answers the alarm of a plan without a follow-up by booking one")
    func alarmAnswered() throws {
        var tester = CooperationTester()
        try tester.call()
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.record { $0.plan.followUpDate = "" }
        #expect(tester.facts(PlanAlarm.self).count == 1)
        func book(_ date: String, by: String = "family") -> BookPlanFollowUp {
            .with { ($0.caseReference, $0.county, $0.by, $0.date) = ("A", "TST", by, date) }
        }
        try tester.send(book("2020-01-01", by: "nurse"))
        #expect(tester.codes == ["person.not_allowed", "next_date"])
        try tester.send(book("2027-01-20"))
        #expect(CivilTime.day(of: tester.meeting.start.date).description == "2027-01-20")
        #expect(try tester.state("A")?.plan.followUpDate == "2027-01-20")
        #expect(tester.facts(NoteCooperation.self).contains { $0.done.contains("book_follow_up") })
        try tester.send(book("2027-01-25"))
        #expect(tester.codes.last == "meeting.exists")
    }

    @Test(
        "who has left is succeeded on the next morning by whoever has the role; where nobody has, the named person is told"
    )
    func succeeded() throws {
        var tester = CooperationTester()
        try tester.call()
        let before = tester.meeting
        tester.tester.directory = try ExampleCounty.changed { county in
            for index in county.people.indices where county.people[index].id == "family" {
                county.people[index].id = "family-2"
            }
        }
        try tester.tester.advance(to: tester.tester.now + 2 * 86_400)
        #expect(tester.staff == ["head-school", "family-2", "nurse"])
        #expect(tester.meeting.start == before.start && tester.meeting.sequence == 0)
        #expect(try tester.bookings("family").isEmpty && tester.bookings("family-2").count == 1)
        tester.tester.directory = try ExampleCounty.changed { county in
            county.people.removeAll { ["family", "nurse"].contains($0.id) }
            county.participants = ExampleCounty.nobodyCalled
        }
        try tester.tester.advance(to: tester.tester.now + 2 * 86_400)
        #expect(tester.staff == ["head-school"] && tester.reasons == ["role.nobody"])
        #expect(tester.facts(MeetingImpossible.self).count == 1, "told once")
    }

    @Test("counties that share a task share nothing: neither people and rooms of the same name, nor who has left")
    func counties() throws {
        var tester = CooperationTester()
        var other = ExampleCounty.message
        other.code = "OTH"
        for index in other.people.indices where other.people[index].id == "nurse" { other.people[index].id = "nurse-2" }
        tester.tester.directory.counties["OTH"] = try other.county()
        try tester.call()
        try tester.tester.process(
            CooperationTester.callMeeting {
                ($0.caseReference, $0.county, $0.unit, $0.namedPerson) = ("OTH-A", "OTH", "school", "head-school")
                ($0.areas, $0.organisations) = (["safety"], ["social_services", "health_care"])
                $0.latestDate = "2026-12-14"
            }, key: "OTH")
        let meetings = tester.facts(MeetingScheduled.self).map(\.meeting)
        #expect(meetings.map(\.start) == [meetings[0].start, meetings[0].start])
        #expect(meetings[0].place == meetings[1].place && !meetings[0].place.isEmpty)
        try tester.tester.advance(to: tester.tester.now + 2 * 86_400)
        #expect(tester.facts(MeetingScheduled.self).count == 2, "nobody has left")
    }

    @Test("rule 21: where the coordinator has left, the family's word reaches the named person")
    func coordinatorLeft() throws {
        var tester = CooperationTester()
        try tester.call()
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.record()
        tester.tester.directory.counties["TST"]?.people["family"] = nil
        try tester.send(
            ReportPlanConcern.with {
                ($0.caseReference, $0.county, $0.by, $0.text) = ("A", "TST", "teacher", "Samtalen uteblir")
            })
        #expect(tester.facts(PlanConcernReported.self).map(\.coordinator) == ["head-school"])
    }

    @Test("rule 15: a case that begins again has no coordinator and no plan from before, but its history")
    func again() throws {
        var tester = CooperationTester()
        try tester.call()
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.record()
        try tester.send(CancelMeeting.with { ($0.caseReference, $0.county, $0.closed) = ("A", "TST", true) })
        let state = try #require(try tester.state("A"))
        #expect(!state.hasPlan && !state.hasCoordinator && state.history.map(\.revision) == [1])
        try tester.call(latest: "2027-02-28")
        #expect(tester.staff == ["head-school", "family", "nurse"])
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.record { $0.clearCoordinator() }
        #expect(tester.codes == ["person.unknown", "coordinator.reason"], "the first meeting appoints the coordinator")
    }

    @Test("rule 12: consent that ends and comes again calls the coordinator and who is responsible as well")
    func resumed() throws {
        var tester = CooperationTester()
        try tester.call()
        try tester.tester.advance(to: tester.meeting.end.date)
        try tester.record { $0.plan.measures[0] = CooperationTester.measure("m1", "education") }
        try tester.send(CancelMeeting.with { ($0.caseReference, $0.county) = ("A", "TST") })
        try tester.call(latest: "2027-02-28")
        #expect(tester.staff == ["head-school", "family", "nurse", "teacher"])
    }

    @Test("a guardian who was told at an address answers from it")
    func guardianAnswers() throws {
        var tester = CooperationTester()
        try tester.call(guardians: ["g1"])
        let before = tester.meeting
        func answer(_ email: String) -> AnswerMeeting {
            .with {
                ($0.caseReference, $0.county, $0.email, $0.answer) = ("A", "TST", email, "declined")
                ($0.meeting, $0.stamp) = (before.id, .init(tester.tester.now))
            }
        }
        try tester.send(answer("vera@example.org"))
        #expect(tester.facts(AnswerForwarded.self).map(\.reasons) == [["participant.unknown"]])
        try tester.send(
            TellFamily.with {
                ($0.caseReference, $0.county, $0.by, $0.to) = ("A", "TST", "head-school", "g1")
                ($0.channel, $0.email) = ("email", "Vera@example.org")
            })
        try tester.send(answer("vera@example.org"))
        #expect(tester.facts(MeetingAnswered.self).map(\.person) == ["g1"])
        #expect(tester.meeting.sequence == 1 && tester.meeting.start.date >= before.end.date)
        // A teacher at another school, say.
        var both = answer("vera@example.org")
        (both.person, both.answer, both.sequence) = ("head-bhv", "accepted", 1)
        try tester.send(both)
        #expect(tester.facts(MeetingAnswered.self).map(\.person) == ["g1", "g1"])
    }
}
