import Domain
import Foundation
import MeetingsCore
import TestSupport
import Testing

@Suite("Rule 18: the solver")
struct SchedulerTests {
    @Test(
        "never double-booked, never outside hours, never without time for the way, always the earliest and the best: against brute force",
        arguments: (1...120).map(UInt64.init))
    func bruteForce(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let question = try Self.question(&random)
        let expected = Self.exhausted(question)
        switch Scheduler.answer(question) {
        case .choice(let choice): #expect(choice == expected, "seed \(seed)")
        case .none(let obstacles):
            #expect(expected == nil, "seed \(seed)")
            #expect(!obstacles.isEmpty)
        case .unread: Issue.record("seed \(seed): all rooms are loaded")
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
    private static func exhausted(_ question: Scheduler.Question) -> Scheduler.Choice? {
        var all: [(choice: Scheduler.Choice, several: Int, room: Int, day: LocalDate)] = []
        var day = question.first
        while day <= question.last {
            let weekday = CivilTime.clock(of: CivilTime.instant(day, minute: 720)).weekday
            let midnight = Int64(CivilTime.instant(day, minute: 0).timeIntervalSince1970)
            let taken = question.taken(day) ?? [:]
            for minute in stride(from: 0, to: 24 * 60, by: 15) where !WorkingDays.isHoliday(day) {
                if let lunch = question.lunch, minute < lunch.to, minute + question.minutes > lunch.from { continue }
                let start = Int64(CivilTime.instant(day, minute: minute).timeIntervalSince1970)
                let slot = Scheduler.Slot(start: start, end: start + Int64(question.minutes) * 60)
                func comes(_ calendar: Scheduler.Calendar, _ room: String) -> Bool {
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
                let quarters = stride(from: minute / 15, to: (minute + question.minutes) / 15, by: 1)
                // Minutes on the clock are quarters since midnight, but for the night on which the clock changes.
                let shift = (start - midnight) / 900 - Int64(minute / 15)
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
