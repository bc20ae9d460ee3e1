import Domain
import Foundation

/// One possible beginning, with the best room for it.
struct Candidate {
    var choice: Scheduler.Choice
    var day: LocalDate
    /// People who meet on that day already.
    var several: Int
    /// How far down the list of rooms.
    var room: Int

    func isBetter(than other: Candidate) -> Bool {
        (-choice.suits.count, several, room, choice.slot.start)
            < (-other.choice.suits.count, other.several, other.room, other.choice.slot.start)
    }
}

extension Scheduler.Question {
    func earliest(from day: LocalDate? = nil) throws(Scheduler.Unread) -> Candidate? {
        var (found, question): (Candidate?, Self) = (nil, self)
        question.first = max(first, day ?? first)
        try question.search { candidate in
            found = candidate
            return false
        }
        return found
    }

    /// The best time within the slack after the earliest.
    func best(after earliest: Candidate) throws(Scheduler.Unread) -> Candidate {
        var (best, slack) = (earliest, self)
        slack.first = earliest.day
        slack.last = min(last, earliest.day.plus(slackDays))
        try slack.search { candidate in
            if candidate.isBetter(than: best) { best = candidate }
            return true
        }
        return best
    }

    func with(required: [Scheduler.Calendar]) -> Self {
        var other = self
        (other.required, other.optional) = (required, [])
        return other
    }

    /// Each possible beginning in order of time, until `goesOn` says no.
    func search(_ goesOn: (Candidate) -> Bool) throws(Scheduler.Unread) {
        typealias Slot = Scheduler.Slot
        let grid = Scheduler.grid
        var day = first
        while day <= last {
            defer { day = day.plus(1) }
            guard !WorkingDays.isHoliday(day) else { continue }
            let hours = required.map { $0.hours(on: day) }
            let from = hours.map { $0?.from ?? .max }.max() ?? .max
            let to = hours.map { $0?.to ?? 0 }.min() ?? 0
            guard from < to else { continue }
            let begin = (from + grid - 1) / grid * grid
            guard begin + minutes <= to else { continue }
            func instant(_ minute: Int) -> Int64 { Int64(CivilTime.instant(day, minute: minute).timeIntervalSince1970) }
            let base = instant(begin)
            let window = Slot(start: base - 3_600, end: base + Int64(to - begin) * 60 + 3_600)
            let people = required.map { $0.near(window) }
            let busy = people.flatMap { $0.busy + $0.visits.map(\.slot) }.filter(window.overlaps)
            let midnight = instant(0)
            var quarters: [Scheduler.Quarters]?
            var minute = begin
            while minute + minutes <= to {
                if let lunch, minute < lunch.to, lunch.from < minute + minutes {
                    minute += (max(lunch.to - minute, 1) + grid - 1) / grid * grid
                    continue
                }
                // The clock changes between two and three at night; after that a day's minutes are even.
                let start = begin >= 180 ? base + Int64(minute - begin) * 60 : instant(minute)
                let slot = Slot(start: start, end: start + Int64(minutes) * 60)
                if let until = busy.lazy.filter(slot.overlaps).map(\.end).max() {
                    // Nothing before the end of what is in the way can fit.
                    minute += begin >= 180 ? max(1, (Int(until - start) + grid * 60 - 1) / (grid * 60)) * grid : grid
                    continue
                }
                let known = if let quarters { quarters } else { try takenQuarters(day) }
                quarters = known
                let wanted = slot.quarters(since: midnight)
                let free = known.indices.lazy.filter { known[$0] & wanted == 0 }
                if let candidate = candidate(slot, day, minute, people, rooms: free), !goesOn(candidate) { return }
                minute += grid
            }
        }
    }

    /// In the order of the rooms.
    private func takenQuarters(_ day: LocalDate) throws(Scheduler.Unread) -> [Scheduler.Quarters] {
        if rooms.isEmpty { return [] }
        guard let taken = taken(day) else { throw Scheduler.Unread(day: day) }
        return rooms.map { taken[$0] ?? 0 }
    }

    /// The best room at a time at which nobody who is required is taken; nil where there is none.
    private func candidate(
        _ slot: Scheduler.Slot, _ day: LocalDate, _ minute: Int, _ people: [Scheduler.Calendar],
        rooms freeRooms: some Sequence<Int>
    ) -> Candidate? {
        var free: [Scheduler.Calendar]?
        func candidate(_ index: Int, _ name: String) -> Candidate? {
            guard people.allSatisfy({ $0.reaches(name, slot, travel) }) else { return nil }
            let suits =
                free
                ?? optional.filter {
                    $0.isFree(slot, on: day, minute: minute, minutes: minutes, at: "", travel: travel)
                }
            free = suits
            let suited = suits.filter { $0.reaches(name, slot, travel) }
            let several = (people + suited).count { calendar in
                calendar.visits.contains {
                    CivilTime.day(of: Date(timeIntervalSince1970: Double($0.slot.start))) == day
                }
            }
            return Candidate(
                choice: .init(slot: slot, room: name, suits: suited.map(\.person)), day: day, several: several,
                room: index)
        }
        if rooms.isEmpty { return candidate(0, "") }
        var best: Candidate?
        for index in freeRooms {
            guard let next = candidate(index, rooms[index]) else { continue }
            if best.map(next.isBetter) ?? true { best = next }
            // Nobody is left out, and every further room is farther away.
            if next.choice.suits.count == free?.count { break }
        }
        return best
    }
}
