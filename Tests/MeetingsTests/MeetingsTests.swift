import Codec
import Domain
import Foundation
import Streams
import StreamsTesting
import TestSupport
import Testing

@testable import meetings

@Suite("Samarbeta: who meets, and when")
struct MeetingsTests {
    static func call(
        _ reference: String, latest: String = "2026-12-14",
        organisations: [String] = ["social_services", "health_care"]
    ) -> CallMeeting {
        .with {
            ($0.caseReference, $0.county, $0.unit, $0.namedPerson) = (reference, "TST", "school", "head-school")
            ($0.areas, $0.organisations, $0.latestDate) = (["safety"], organisations, latest)
        }
    }

    private func tester() -> ProcessorTester<MeetingsProcessor> {
        ProcessorTester(
            MeetingsProcessor(), application: "meetings", directory: ExampleCounty.directory, now: ExampleCounty.monday)
    }

    @Test("rule 14: the county's table decides the participants, by organisation and area")
    func participants() throws {
        var tester = tester()
        try tester.process(Self.call("A"), key: "TST")
        try tester.process(Self.call("B", organisations: ["health_care"]), key: "TST")
        let meetings = tester.published(MeetingScheduled.self).map(\.meeting)
        #expect(
            meetings.map { $0.participants.map(\.person) } == [
                ["head-school", "family", "nurse"], ["head-school", "nurse"],
            ])
        #expect(meetings[0].participants.map(\.required) == [true, true, false])
    }

    @Test("rule 18: meetings come after the notice time, and the second of the same people after the first")
    func collision() throws {
        var tester = tester()
        for index in 0..<12 { try tester.process(Self.call("case-\(index)"), key: "TST") }
        let starts = tester.published(MeetingScheduled.self).map(\.meeting.start.date)
        #expect(starts.first == CivilTime.instant(try #require(LocalDate("2026-11-30")), minute: 8 * 60))
        #expect(zip(starts, starts.dropFirst()).allSatisfy { $1 >= $0 + 3_600 })
    }

    @Test("a meeting that is called off gives the time back, with a higher SEQUENCE, and a new call gets it")
    func cancelled() throws {
        var tester = tester()
        try tester.process(Self.call("A"), key: "TST")
        let cancel = CancelMeeting.with { ($0.caseReference, $0.county) = ("A", "TST") }
        try tester.process(cancel, key: "TST")
        try tester.process(cancel, key: "TST")
        try tester.process(Self.call("B"), key: "TST")
        let scheduled = tester.published(MeetingScheduled.self).map(\.meeting)
        #expect(tester.published(MeetingCancelled.self).map(\.meeting.sequence) == [1])
        #expect(scheduled[0].start == scheduled[1].start)
    }

    @Test("a case has one meeting at a time, and the same call twice is one call")
    func once() throws {
        var tester = tester()
        try tester.process(Self.call("A"), key: "TST", id: "1")
        try tester.process(Self.call("A"), key: "TST", id: "1")
        try tester.process(Self.call("A"), key: "TST", id: "2")
        #expect(tester.published(MeetingScheduled.self).count == 1)
        #expect(tester.published(CommandRefused.self).flatMap { $0.reasons.map(\.code) } == ["meeting.exists"])
    }

    @Test("a child with protected identity gets no place (rule 22)")
    func protected() throws {
        var tester = tester()
        var call = Self.call("A")
        call.protectedIdentity = true
        try tester.process(call, key: "TST")
        #expect(tester.published(MeetingScheduled.self).first?.meeting.place == "")
    }

    @Test("rule 22: an identity that becomes protected takes the place out of what was sent, with a higher SEQUENCE")
    func becomesProtected() throws {
        var tester = tester()
        try tester.process(Self.call("A"), key: "TST")
        for _ in 0..<2 {
            try tester.process(
                ProtectMeeting.with { ($0.caseReference, $0.county) = ("A", "TST") }, key: "TST")
        }
        let meetings = tester.published(MeetingScheduled.self).map(\.meeting)
        #expect(meetings.map(\.sequence) == [0, 1] && meetings[0].start == meetings[1].start)
        #expect(!meetings[0].place.isEmpty && meetings[1].place.isEmpty)
    }

    @Test("where no time exists, it says who is in the way (rule 18)")
    func impossible() throws {
        var tester = tester()
        tester.directory.counties["TST"]?.people["family"]?.hours = [6: WorkingHours(from: 480, to: 1_020)]
        try tester.process(Self.call("A"), key: "TST")
        let answer = try #require(tester.published(MeetingImpossible.self).first)
        #expect(Set(answer.reasons.map(\.person)) == ["head-school", "family"])
        #expect(tester.published(MeetingScheduled.self).isEmpty)
    }

    @Test(
        "never double-booked, never outside hours, never without time for the way, always the earliest and the best: against brute force",
        arguments: (1...120).map(UInt64.init))
    func bruteForce(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let question = try Self.question(&random)
        let expected = try Self.exhausted(question)
        switch try Scheduler.answer(question) {
        case .choice(let choice): #expect(choice == expected, "seed \(seed)")
        case .none(let obstacles):
            #expect(expected == nil, "seed \(seed)")
            #expect(!obstacles.isEmpty)
        }
    }

    /// Up to three required and two optional people over a few days, around a change of the clock or the turn of the year.
    private static func question(_ random: inout SeededGenerator) throws -> Scheduler.Question {
        let first = try #require(
            LocalDate(["2026-03-27", "2026-10-23", "2026-12-30"].randomElement(using: &random) ?? ""))
        let midnight = Int64(CivilTime.instant(first, minute: 0).timeIntervalSince1970)
        func slots(_ most: Int) -> [Scheduler.Slot] {
            (0..<Int.random(in: 0...most, using: &random)).map { _ in
                let start = midnight + Int64.random(in: 0...(5 * 96), using: &random) * 900
                return Scheduler.Slot(start: start, end: start + Int64.random(in: 1...16, using: &random) * 900)
            }
        }
        let names = ["A", "B", "C"].prefix(Int.random(in: 0...3, using: &random))
        let taken = names.flatMap { name in slots(6).map { Scheduler.Visit(slot: $0, place: name) } }
        func calendars(_ kind: String, _ count: ClosedRange<Int>) -> [Scheduler.Calendar] {
            (0..<Int.random(in: count, using: &random)).map { index in
                var hours: [Int: WorkingHours] = [:]
                for weekday in 1...7 where Int.random(in: 0..<3, using: &random) > 0 {
                    let from = Int.random(in: 420...720, using: &random)
                    hours[weekday] = WorkingHours(from: from, to: from + Int.random(in: 30...400, using: &random))
                }
                return Scheduler.Calendar(
                    person: "\(kind)\(index)", hours: hours, busy: slots(4),
                    visits: slots(4).map {
                        .init(slot: $0, place: ["", "A", "B", "Z"].randomElement(using: &random) ?? "")
                    })
            }
        }
        return Scheduler.Question(
            required: calendars("r", 1...3), optional: calendars("o", 0...2),
            minutes: Int.random(in: 1...8, using: &random) * 15, first: first,
            last: first.plus(Int.random(in: 0...4, using: &random)),
            rooms: Array(names),
            taken: { day in
                // Quarter by quarter, as somebody would tick them off.
                let midnight = Int64(CivilTime.instant(day, minute: 0).timeIntervalSince1970)
                return Dictionary(
                    uniqueKeysWithValues: names.map { name in
                        let ticked = (0..<100).reduce(into: UInt128(0)) { bits, quarter in
                            let start = midnight + Int64(quarter) * 900
                            let slot = Scheduler.Slot(start: start, end: start + 900)
                            if taken.contains(where: { $0.place == name && slot.overlaps($0.slot) }) {
                                bits |= 1 << UInt128(quarter)
                            }
                        }
                        return (name, ticked)
                    })
            },
            travel: { $0 == $1 ? 0 : $0 == "Z" || $1 == "Z" ? 50 : 20 },
            slackDays: Bool.random(using: &random) ? 0 : Int.random(in: 1...3, using: &random),
            lunch: Bool.random(using: &random) ? nil : WorkingHours(from: 705, to: 760))
    }

    /// Every quarter of an hour in every room, compared as the rule says, written without looking at the solver.
    private static func exhausted(_ question: Scheduler.Question) throws -> Scheduler.Choice? {
        var all: [(choice: Scheduler.Choice, several: Int, room: Int, day: LocalDate)] = []
        var day = question.first
        while day <= question.last {
            for minute in stride(from: 0, to: 24 * 60, by: 15) where !WorkingDays.isHoliday(day) {
                if let lunch = question.lunch, minute < lunch.to, minute + question.minutes > lunch.from { continue }
                let start = Int64(CivilTime.instant(day, minute: minute).timeIntervalSince1970)
                let slot = Scheduler.Slot(start: start, end: start + Int64(question.minutes) * 60)
                func comes(_ calendar: Scheduler.Calendar, _ room: String) -> Bool {
                    let weekday = CivilTime.clock(of: CivilTime.instant(day, minute: 720)).weekday
                    guard let hours = calendar.hours[weekday], hours.from <= minute,
                        minute + question.minutes <= hours.to, !calendar.busy.contains(where: slot.overlaps)
                    else { return false }
                    return calendar.visits.allSatisfy { visit in
                        let isOnTheWay = !room.isEmpty && !visit.place.isEmpty && visit.place != room
                        let way = isOnTheWay ? Int64(question.travel(visit.place, room)) * 60 : 0
                        return visit.slot.end + way <= slot.start || slot.end + way <= visit.slot.start
                    }
                }
                let rooms = question.rooms.isEmpty ? [""] : question.rooms
                let taken = try question.taken(day)
                let quarters = stride(from: minute / 15, to: (minute + question.minutes) / 15, by: 1)
                // Minutes on the clock are quarters since midnight, but for the night on which the clock changes.
                let shift =
                    (start - Int64(CivilTime.instant(day, minute: 0).timeIntervalSince1970)) / 900 - Int64(minute / 15)
                for (index, room) in rooms.enumerated()
                where quarters.allSatisfy({ (taken[room] ?? 0) >> UInt128(Int64($0) + shift) & 1 == 0 }) {
                    guard question.required.allSatisfy({ comes($0, room) }) else { continue }
                    let suited = question.optional.filter { comes($0, room) }
                    let several = (question.required + suited).filter { calendar in
                        calendar.visits.contains {
                            CivilTime.day(of: Date(timeIntervalSince1970: Double($0.slot.start))) == day
                        }
                    }
                    all.append((.init(slot: slot, room: room, suits: suited.map(\.person)), several.count, index, day))
                }
            }
            day = day.plus(1)
        }
        guard let earliest = all.min(by: { $0.choice.slot.start < $1.choice.slot.start }) else { return nil }
        let allowed = all.filter {
            question.slackDays == 0
                ? $0.choice.slot.start == earliest.choice.slot.start : $0.day <= earliest.day.plus(question.slackDays)
        }
        return allowed.min {
            (-$0.choice.suits.count, $0.several, $0.room, $0.choice.slot.start)
                < (-$1.choice.suits.count, $1.several, $1.room, $1.choice.slot.start)
        }?.choice
    }
}
