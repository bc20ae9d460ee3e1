import Domain
import Foundation

/// When people can meet (rule 18): the earliest time on a quarter-hour grid at which all who are required are at work
/// and none of them is taken. Who is optional comes if that time suits. Pure; the clock is that of Europe/Stockholm.
enum Scheduler {
    /// A stretch of time in seconds since 1970; the end belongs to what follows.
    struct Slot: Sendable, Hashable {
        var start: Int64
        var end: Int64

        func overlaps(_ other: Slot) -> Bool { start < other.end && other.start < end }
    }

    /// What is known of one person's time.
    struct Calendar: Sendable {
        var person: String
        /// By weekday, 1 = Monday.
        var hours: [Int: WorkingHours]
        var busy: [Slot]
        var absences: [ClosedRange<LocalDate>] = []

        /// At work on the day, from and to these minutes; nil on a day off.
        func hours(on day: LocalDate) -> WorkingHours? {
            absences.contains { $0.contains(day) } ? nil : hours[day.weekday]
        }

        func isFree(_ slot: Slot, on day: LocalDate, minute: Int, minutes: Int) -> Bool {
            guard let hours = hours(on: day) else { return false }
            return hours.from <= minute && minute + minutes <= hours.to && !busy.contains(where: slot.overlaps)
        }
    }

    /// Who and what is in the way.
    struct Obstacle: Sendable, Hashable {
        var person: String
        var fault: Fault
    }

    enum Answer: Sendable, Hashable {
        /// The time, and which of the optional people it suits.
        case slot(Slot, with: [String])
        case none([Obstacle])
    }

    /// Minutes between two possible beginnings.
    static let grid = 15

    /// How far ahead it looks for the first time after the last day, to say how many days would help.
    private static let lookAhead = 60

    /// - Parameter through: the last day on which the meeting may be held.
    static func earliest(
        _ required: [Calendar], optional: [Calendar] = [], minutes: Int, from first: LocalDate, through last: LocalDate
    ) -> Answer {
        guard let (slot, day, minute) = search(required, minutes, first, last) else {
            return .none(obstacles(required, minutes, first, last))
        }
        let suited = optional.filter { $0.isFree(slot, on: day, minute: minute, minutes: minutes) }
        return .slot(slot, with: suited.map(\.person))
    }

    private static func search(
        _ calendars: [Calendar], _ minutes: Int, _ first: LocalDate, _ last: LocalDate
    ) -> (Slot, LocalDate, Int)? {
        var day = first
        while day <= last {
            defer { day = day.plus(1) }
            guard !WorkingDays.isHoliday(day) else { continue }
            let hours = calendars.map { $0.hours(on: day) }
            let from = hours.map { $0?.from ?? .max }.max() ?? .max
            let to = hours.map { $0?.to ?? 0 }.min() ?? 0
            guard from < to else { continue }
            let begin = (from + grid - 1) / grid * grid
            guard begin + minutes <= to else { continue }
            func instant(_ minute: Int) -> Int64 { Int64(CivilTime.instant(day, minute: minute).timeIntervalSince1970) }
            let base = instant(begin)
            let window = Slot(start: base, end: base + Int64(to - begin) * 60 + 3_600)
            let taken = calendars.flatMap { $0.busy.filter(window.overlaps) }
            var minute = begin
            while minute + minutes <= to {
                // The clock changes between two and three at night; after that a day's minutes are even.
                let start = begin >= 180 ? base + Int64(minute - begin) * 60 : instant(minute)
                let slot = Slot(start: start, end: start + Int64(minutes) * 60)
                guard let until = taken.lazy.filter(slot.overlaps).map(\.end).max() else { return (slot, day, minute) }
                // Nothing before the end of what is in the way can fit.
                minute += begin >= 180 ? max(1, (Int(until - start) + grid * 60 - 1) / (grid * 60)) * grid : grid
            }
        }
        return nil
    }

    /// Each person without whom there would be a time, else that it is the combination; and when the first time comes
    /// after the last day.
    private static func obstacles(
        _ calendars: [Calendar], _ minutes: Int, _ first: LocalDate, _ last: LocalDate
    ) -> [Obstacle] {
        if first > last { return [Obstacle(person: "", fault: Fault(.timeNotice))] }
        let blockers = calendars.indices.filter { index in
            var others = calendars
            others.remove(at: index)
            return others.isEmpty || search(others, minutes, first, last) != nil
        }
        var obstacles =
            blockers.isEmpty
            ? [Obstacle(person: "", fault: Fault(.timeNoCommon))]
            : blockers.map { Obstacle(person: calendars[$0].person, fault: Fault(.timeBlocked)) }
        if let (_, day, _) = search(calendars, minutes, last.plus(1), last.plus(lookAhead)) {
            obstacles.append(Obstacle(person: "", fault: Fault(.timeLater, ["day": day.description])))
        }
        return obstacles
    }
}
