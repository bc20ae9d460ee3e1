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
        #expect(tester.tester.published.first { $0.topic == "mapping-steps" }?.key == "child-A")
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
        try tester.answer("head-school", "accepted", sequence: 1, at: 60)
        try tester.answer("head-school", "declined", sequence: 1, at: 30)
        #expect(tester.facts(MeetingScheduled.self).count == 2 && tester.codes.isEmpty)
        let outdated = tester.facts(AnswerOutdated.self)
        #expect(outdated.map(\.person) == ["family", "head-school"])
        #expect(outdated.map { [$0.sequence, $0.currentSequence] } == [[0, 1], [1, 1]])
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

    @Test(
        "never a double booking, never outside hours or on leave, whatever is called, moved, declined and called off",
        arguments: (1...15).map(UInt64.init))
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var tester = CooperationTester()
        tester.tester.directory = try ExampleCounty.changed { $0.settings.meetingLink = "https://mote.example.org/" }
        let county = try #require(tester.tester.directory.counties["TST"])
        func one(_ words: [String]) -> String { words.randomElement(using: &random) ?? "" }
        let people = ExampleCounty.county.people.keys.sorted()
        let guardians = ["g1", "g2", "g3"]
        let rooms = county.rooms.keys.map { "room:\($0)" }
        for step in 0..<120 {
            let reference = one(["A", "B", "C", "D", "E", "F"])
            let sequence = try tester.state(reference)?.meeting.sequence ?? 0
            let day = CivilTime.day(of: tester.tester.now).plus(Int.random(in: 1...20, using: &random)).description
            switch Int.random(in: 0..<13, using: &random) {
            case 0, 1: try tester.call(reference, latest: day, guardians: [one(guardians)])
            case 2:
                try tester.answer(
                    one(people), one(["declined", "accepted", "delegated"]), reference, sequence: sequence,
                    to: one(people))
            case 3: try tester.answer("family", "declined", reference, sequence: sequence)
            case 4: try tester.send(CancelMeeting.with { ($0.caseReference, $0.county) = (reference, "TST") })
            case 5:
                try tester.send(
                    ChangeParticipants.with {
                        ($0.caseReference, $0.county, $0.by, $0.reason) = (reference, "TST", "head-school", "ord")
                        ($0.add, $0.remove) = ([one(people)], [one(people)])
                    })
            case 6:
                let start = tester.tester.now + Double(Int.random(in: 0...2_000, using: &random) * 900)
                try tester.send(
                    PublishBusyTimes.with {
                        ($0.county, $0.person) = ("TST", one(people))
                        $0.busy = [.with { ($0.start, $0.end) = (.init(start), .init(start + 7_200)) }]
                    })
            case 7:
                try tester.send(
                    MoveMeeting.with {
                        ($0.caseReference, $0.county, $0.by, $0.reason) = (reference, "TST", "head-school", "ord")
                        ($0.latestDate, $0.format) = (day, one(["", "room", "digital"]))
                    })
            case 8:
                try tester.send(
                    HandOverMeeting.with {
                        ($0.caseReference, $0.county) = (reference, "TST")
                        ($0.unit, $0.namedPerson) = ("school", one(["head-school", "teacher", "head-kaa"]))
                    })
            case 9:
                let leads = try tester.state(reference)?.call.namedPerson ?? ""
                let next = CivilTime.day(of: tester.tester.now).plus(Int.random(in: 1...30, using: &random))
                try tester.record(reference) { ($0.by, $0.plan.followUpDate) = (leads, next.description) }
            case 10:
                let away = CivilTime.day(of: tester.tester.now).plus(Int.random(in: 1...10, using: &random))
                tester.tester.directory.counties["TST"]?.people[one(people)]?.absences = [away...away.plus(1)]
            case 11:
                let name = one(["teacher", "nurse", "head-care"])
                // Somebody leaves, or comes back.
                let known = tester.tester.directory.counties["TST"]?.people[name]
                tester.tester.directory.counties["TST"]?.people[name] =
                    known == nil ? ExampleCounty.county.people[name] : nil
            default: try tester.tester.advance(to: tester.tester.now + 43_200)
            }
            for person in people + guardians + rooms {
                let slots = try tester.bookings(person).map { Scheduler.Slot(start: $0.start, end: $0.end) }
                    .sorted { $0.start < $1.start }
                #expect(
                    zip(slots, slots.dropFirst()).allSatisfy { !$0.overlaps($1) },
                    "seed \(seed), step \(step): \(person) twice")
                let visits = try tester.bookings(person).sorted { $0.start < $1.start }
                #expect(
                    zip(visits, visits.dropFirst()).allSatisfy {
                        $0.place.isEmpty || $1.place.isEmpty
                            || $1.start - $0.end >= Int64(county.minutes(from: $0.place, to: $1.place)) * 60
                    }, "seed \(seed), step \(step): \(person) has no time for the way")
                guard people.contains(person) else { continue }
                for slot in slots {
                    let start = Date(timeIntervalSince1970: Double(slot.start))
                    let (minute, weekday) = CivilTime.clock(of: start)
                    let hours = ExampleCounty.county.people[person]?.hours[weekday]
                    let isWithin =
                        hours.map { $0.from <= minute && minute + Int(slot.end - slot.start) / 60 <= $0.to } ?? false
                    #expect(
                        isWithin && WorkingDays.isWorkingDay(CivilTime.day(of: start)),
                        "seed \(seed), step \(step): \(person)")
                }
            }
            // A booking is a standing meeting's, and each standing meeting to come is booked for all its people.
            for reference in ["A", "B", "C", "D", "E", "F"] {
                guard let state = try tester.state(reference), state.hasMeeting,
                    state.meeting.start.date > tester.tester.now
                else { continue }
                for participant in state.meeting.participants where !participant.staysAway {
                    let name = participant.person == "child" ? "child:\(reference)" : participant.person
                    let isBooked = try tester.bookings(name).contains { $0.meeting == state.meeting.id }
                    #expect(
                        isBooked == !(state.cancelled || state.over),
                        "seed \(seed), step \(step): \(reference) \(participant.person)")
                }
            }
        }
        let sequences = Dictionary(grouping: tester.facts(MeetingScheduled.self).map(\.meeting), by: \.id)
            .mapValues { $0.map(\.sequence) }
        #expect(
            sequences.values.allSatisfy { zip($0, $0.dropFirst()).allSatisfy { $0 < $1 } },
            "each change raises SEQUENCE")
    }
}
