import Domain
import Foundation

/// When everybody can meet: the earliest time on a quarter-hour grid at which all are at work and none is taken
/// (rule 18). Pure; the clock is that of Europe/Stockholm.
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
    }

    /// Who and what is in the way.
    struct Obstacle: Sendable, Hashable {
        var person: String
        var fault: Fault
    }

    enum Answer: Sendable, Hashable {
        case slot(Slot)
        case none([Obstacle])
    }

    /// Minutes between two possible beginnings.
    static let grid = 15

    /// - Parameter through: the last day on which the meeting may be held.
    static func earliest(
        _ calendars: [Calendar], minutes: Int, from first: LocalDate, through last: LocalDate
    ) -> Answer {
        if let slot = search(calendars, minutes, first, last) { return .slot(slot) }
        return .none(obstacles(calendars, minutes, first, last))
    }

    private static func search(
        _ calendars: [Calendar], _ minutes: Int, _ first: LocalDate, _ last: LocalDate
    ) -> Slot? {
        var day = first
        while day <= last {
            let weekday = CivilTime.clock(of: CivilTime.instant(day, minute: 12 * 60)).weekday
            let from = calendars.map { $0.hours[weekday]?.from ?? .max }.max() ?? .max
            let to = calendars.map { $0.hours[weekday]?.to ?? 0 }.min() ?? 0
            if from < to, !WorkingDays.isHoliday(day) {
                for minute in stride(from: (from + grid - 1) / grid * grid, through: to - minutes, by: grid) {
                    let start = Int64(CivilTime.instant(day, minute: minute).timeIntervalSince1970)
                    let slot = Slot(start: start, end: start + Int64(minutes) * 60)
                    if !calendars.contains(where: { $0.busy.contains(where: slot.overlaps) }) { return slot }
                }
            }
            day = day.plus(1)
        }
        return nil
    }

    /// Each person without whom there would be a time; else that it is the combination.
    private static func obstacles(
        _ calendars: [Calendar], _ minutes: Int, _ first: LocalDate, _ last: LocalDate
    ) -> [Obstacle] {
        let blockers = calendars.indices.filter { index in
            var others = calendars
            others.remove(at: index)
            return others.isEmpty || search(others, minutes, first, last) != nil
        }
        if blockers.isEmpty {
            return [Obstacle(person: "", fault: Fault(.timeNoCommon))]
        }
        return blockers.map { Obstacle(person: calendars[$0].person, fault: Fault(.timeBlocked)) }
    }
}
