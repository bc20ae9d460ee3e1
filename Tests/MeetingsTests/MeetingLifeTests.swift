import Codec
import Domain
import Foundation
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

import enum MeetingsCore.Scheduler

@testable import meetings

@Suite("Rule 18: the life of a meeting")
struct MeetingLifeTests {
    @Test("Mapping is told when the meeting should be held and recorded")
    func told() throws {
        var tester = CooperationTester()
        try tester.call()
        #expect(tester.notes == [" → meeting 2026-12-01"])
        #expect(tester.tester.published.first { $0.topic == "mapping-steps" }?.key == "A")
    }

    @Test("a required participant who declines moves the meeting, with a higher SEQUENCE, and frees the former time")
    func declined() throws {
        var tester = CooperationTester()
        try tester.call()
        let before = tester.meeting
        try tester.answer("family", "declined")
        #expect(tester.meeting.id == before.id && tester.meeting.sequence == 1)
        #expect(tester.meeting.start.date >= before.end.date)
        for person in ["head-school", "family", "nurse"] { #expect(try tester.bookings(person).count == 1) }
        // Whoever takes the former time next gets it, except the one who said no.
        try tester.answer("family", "accepted", sequence: 1)
        #expect(tester.facts(MeetingScheduled.self).count == 2)
    }

    @Test("an optional participant who declines moves nothing; a tentative one neither")
    func optional() throws {
        var tester = CooperationTester()
        try tester.call()
        try tester.answer("nurse", "declined")
        try tester.answer("family", "tentative")
        #expect(tester.facts(MeetingScheduled.self).count == 1)
        #expect(tester.facts(MeetingAnswered.self).map(\.answer) == ["declined", "tentative"])
    }

    @Test("an optional participant who declines has the time back, and comes after all only if it is free still")
    func comesBack() throws {
        var tester = CooperationTester()
        try tester.call(guardians: ["g1"])
        try tester.answer("nurse", "declined")
        #expect(try tester.bookings("nurse").isEmpty && tester.bookings("family").count == 1)
        try tester.answer("nurse", "accepted", at: 60)
        #expect(try tester.bookings("nurse").count == 1)
        try tester.answer("child", "declined")
        try tester.answer("child", "accepted", at: 60)
        #expect(try tester.bookings("child:A").count == 1)
        try tester.answer("nurse", "declined", at: 120)
        let meeting = tester.meeting
        try tester.send(
            PublishBusyTimes.with {
                ($0.county, $0.person) = ("TST", "nurse")
                $0.busy = [.with { ($0.start, $0.end) = (meeting.start, meeting.end) }]
            })
        try tester.answer("nurse", "tentative", at: 180)
        #expect(tester.codes == ["participant.busy"])
        #expect(try tester.bookings("nurse").isEmpty)
    }

    @Test(
        "an answer to an earlier invitation, or older than the one that is known, changes nothing and is said to be so")
    func stale() throws {
        var tester = CooperationTester()
        try tester.call()
        try tester.answer("family", "declined")
        try tester.answer("family", "declined", sequence: 0)
        #expect(tester.facts(MeetingScheduled.self).count == 2)
        try tester.answer("head-school", "accepted", sequence: 1, at: -30)
        try tester.answer("head-school", "declined", sequence: 1, at: -60)
        #expect(tester.facts(MeetingScheduled.self).count == 2 && tester.codes.isEmpty)
        let outdated = tester.facts(AnswerOutdated.self)
        #expect(outdated.map(\.person) == ["family", "head-school"])
        #expect(outdated.map { [$0.sequence, $0.currentSequence] } == [[0, 1], [1, 1]])
    }

    @Test("an answer that names no meeting is refused: it could be meant for one that is over")
    func withoutMeeting() throws {
        var tester = CooperationTester()
        try tester.call()
        try tester.answer("family", "declined", meeting: "")
        #expect(tester.codes == ["meeting.missing"] && tester.meeting.sequence == 0)
    }

    @Test("who delegates is replaced, if the other one is free then")
    func delegated() throws {
        var tester = CooperationTester()
        try tester.call()
        try tester.answer("family", "delegated", to: "head-social")
        #expect(tester.meeting.participants.map(\.person).contains("head-social"))
        #expect(try tester.bookings("family").isEmpty && tester.bookings("head-social").count == 1)
        try tester.call("B")
        try tester.answer("family", "delegated", "B", to: "nobody")
        try tester.answer("stranger", "accepted", "B")
        try tester.answer("family", "maybe", "B")
        #expect(tester.codes == ["person.unknown", "participant.unknown", "word.unknown"])
    }

    @Test("a meeting is moved by hand, with a reason; where no time exists it stays, and it says who is in the way")
    func moved() throws {
        var tester = CooperationTester()
        try tester.call()
        func move(_ notBefore: String, _ latest: String, by: String = "head-school") -> MoveMeeting {
            .with {
                ($0.caseReference, $0.county, $0.by, $0.reason) = ("A", "TST", by, "Annat möte")
                ($0.notBefore, $0.latestDate) = (notBefore, latest)
            }
        }
        try tester.send(move("2026-12-07", "2026-12-11"))
        #expect(CivilTime.day(of: tester.meeting.start.date).description == "2026-12-07")
        try tester.send(move("2026-12-12", "2026-12-13"))
        #expect(tester.facts(MeetingImpossible.self).count == 1)
        #expect(CivilTime.day(of: tester.meeting.start.date).description == "2026-12-07")
        #expect(try tester.bookings("family").count == 1)
        try tester.send(move("soon", "2026-12-11", by: "nurse"))
        #expect(tester.codes == ["person.not_allowed", "date.invalid"])
    }

    @Test("the named person adds and removes participants with a reason, but neither themselves nor the coordinator")
    func participants() throws {
        var tester = CooperationTester()
        try tester.call()
        func change(add: [String], remove: [String]) -> ChangeParticipants {
            .with {
                ($0.caseReference, $0.county, $0.by, $0.reason) = ("A", "TST", "head-school", "Behövs")
                ($0.add, $0.remove) = (add, remove)
            }
        }
        try tester.send(change(add: ["teacher"], remove: ["nurse"]))
        #expect(tester.staff == ["head-school", "family", "teacher"])
        #expect(try tester.bookings("nurse").isEmpty)
        try tester.send(change(add: ["nobody"], remove: ["head-school"]))
        #expect(tester.codes == ["person.unknown", "participant.kept"])
    }

    @Test("busy times from elsewhere are respected, and move what they collide with")
    func busy() throws {
        var tester = CooperationTester()
        try tester.call()
        let before = tester.meeting
        try tester.send(
            PublishBusyTimes.with {
                ($0.county, $0.person) = ("TST", "family")
                $0.busy = [.with { ($0.start, $0.end) = (before.start, .init(before.end.date + 3_600)) }]
            })
        #expect(tester.meeting.id == before.id && tester.meeting.sequence == 1)
        #expect(tester.meeting.start.date >= before.end.date + 3_600)
    }

    @Test("leave and public holidays are not booked, and optional people come only if the time suits")
    func leave() throws {
        var tester = CooperationTester()
        tester.tester.directory = try ExampleCounty.changed { county in
            for (id, from, to) in [("family", "2026-11-30", "2026-12-04"), ("nurse", "2026-12-07", "2026-12-31")] {
                guard let index = county.people.firstIndex(where: { $0.id == id }) else { continue }
                county.people[index].absences = [.with { ($0.from, $0.to) = (from, to) }]
            }
        }
        try tester.call()
        #expect(CivilTime.day(of: tester.meeting.start.date).description == "2026-12-07")
        #expect(tester.staff == ["head-school", "family"])
    }

    @Test("where the notice time leaves no day, it says so, and which day would do")
    func notice() throws {
        var tester = CooperationTester()
        try tester.call(latest: "2026-11-27")
        #expect(tester.facts(MeetingImpossible.self).first?.reasons.map(\.code) == ["time.notice"])
        try tester.call("B", latest: "2026-12-14")
        tester.tester.directory.counties["TST"]?.people["family"]?.hours = [5: WorkingHours(from: 480, to: 540)]
        try tester.call("C", latest: "2026-12-03")
        #expect(tester.reasons == ["time.off", "time.blocked", "time.later"])
    }
}
