import Domain
import Foundation

/// When and where people can meet (rule 18), on a quarter-hour grid. Pure; the clock is that of Europe/Stockholm.
///
/// Hard: who is required is at work, taken by nothing, and has the time to come from one place to the next; the room is
/// free; no public holiday. Soft, in this order: the earliest time, or one within the county's slack after it; more of the
/// optional people; fewer days with several meetings for one person; a place near the child.
enum Scheduler {
    /// A stretch of time in seconds since 1970; the end belongs to what follows.
    struct Slot: Sendable, Hashable {
        var start: Int64
        var end: Int64

        func overlaps(_ other: Slot) -> Bool { start < other.end && other.start < end }

        /// A bit for each quarter of an hour that it touches, the day's first the lowest.
        func quarters(since midnight: Int64) -> Quarters {
            let first = max(0, (start - midnight) / 900)
            let count = (end - midnight + 899) / 900 - first
            return ((1 << Quarters(max(0, count))) - 1) << Quarters(first)
        }

        /// The seconds between two slots that do not overlap.
        func gap(to other: Slot) -> Int64 { max(other.start - end, start - other.end) }
    }

    /// A bit for each quarter of an hour of a day. Meetings begin on the grid, so nothing is lost by counting in quarters.
    typealias Quarters = UInt128

    /// A booked meeting, with its place; empty where nobody has to go.
    struct Visit: Sendable, Hashable {
        var slot: Slot
        var place: String
    }

    /// What is known of one person's time.
    struct Calendar: Sendable {
        var person: String
        /// By weekday, 1 = Monday.
        var hours: [Int: WorkingHours]
        var busy: [Slot]
        var visits: [Visit] = []
        var absences: [ClosedRange<LocalDate>] = []

        /// At work on the day, from and to these minutes; nil on a day off.
        func hours(on day: LocalDate) -> WorkingHours? {
            absences.contains { $0.contains(day) } ? nil : hours[day.weekday]
        }

        func isTaken(_ slot: Slot) -> Bool {
            busy.contains(where: slot.overlaps) || visits.contains { slot.overlaps($0.slot) }
        }

        func isFree(
            _ slot: Slot, on day: LocalDate, minute: Int, minutes: Int, at place: String,
            travel: (String, String) -> Int
        ) -> Bool {
            guard let hours = hours(on: day) else { return false }
            return hours.from <= minute && minute + minutes <= hours.to && !isTaken(slot)
                && reaches(place, slot, travel)
        }

        /// Has the time to come from the meeting before, and to the one after.
        func reaches(_ place: String, _ slot: Slot, _ travel: (String, String) -> Int) -> Bool {
            place.isEmpty
                || visits.allSatisfy {
                    $0.place.isEmpty || $0.place == place
                        || slot.gap(to: $0.slot) >= Int64(travel($0.place, place)) * 60
                }
        }

        /// This person's part of a day, so that what lies far off is not looked at again and again.
        fileprivate func near(_ window: Slot) -> Calendar {
            let wide = Slot(start: window.start - 86_400, end: window.end + 86_400)
            var near = self
            near.busy = busy.filter(window.overlaps)
            near.visits = visits.filter { wide.overlaps($0.slot) }
            return near
        }
    }

    /// Everything that an answer depends on.
    struct Question {
        var required: [Calendar]
        var optional: [Calendar] = []
        var minutes: Int
        var first: LocalDate
        /// The last day on which the meeting may be held.
        var last: LocalDate
        /// The nearest to the child first. Empty: nobody has to go anywhere.
        var rooms: [String] = []
        /// For each room the quarters of an hour in which it is taken on a day; asked only for days that matter.
        var taken: (LocalDate) throws -> [String: Quarters] = { _ in [:] }
        /// Minutes on the way between two places.
        var travel: (String, String) -> Int = { _, _ in 0 }
        /// Days after the earliest time within which another may be better otherwise.
        var slackDays = 0
        /// When no meeting is held.
        var lunch: WorkingHours?
        /// It could be held without a room.
        var canBeDigital = false
    }

    /// Who or what is in the way, or what would help.
    struct Obstacle: Sendable, Hashable {
        /// Empty where it is nobody's.
        var person: String
        var fault: Fault

        init(_ fault: Fault, person: String = "") { (self.person, self.fault) = (person, fault) }
    }

    struct Choice: Sendable, Hashable {
        var slot: Slot
        /// Empty: none.
        var room: String
        /// The optional people whom it suits.
        var suits: [String]
    }

    enum Answer: Sendable, Hashable {
        case choice(Choice)
        case none([Obstacle])
    }

    /// Minutes between two possible beginnings.
    static let grid = 15

    /// How far ahead it looks for the first time after the last day, to say how many days would help.
    fileprivate static let lookAhead = 60

    /// - Throws: what ``Question/taken`` throws.
    static func answer(_ question: Question) throws -> Answer {
        guard let earliest = try question.earliest() else { return .none(try Obstacles(question).all) }
        guard question.slackDays > 0 else { return .choice(earliest.choice) }
        var slack = question
        slack.first = earliest.day
        slack.last = min(question.last, earliest.day.plus(question.slackDays))
        var best = earliest
        try slack.search { candidate in
            if candidate.isBetter(than: best) { best = candidate }
            return true
        }
        return .choice(best.choice)
    }
}

/// One possible beginning, with the best room for it.
private struct Candidate {
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
    fileprivate func earliest() throws -> Candidate? {
        var found: Candidate?
        try search { candidate in
            found = candidate
            return false
        }
        return found
    }

    fileprivate func with(required: [Scheduler.Calendar]) -> Self {
        var other = self
        (other.required, other.optional) = (required, [])
        return other
    }

    /// Each possible beginning in order of time, until `goesOn` says no.
    fileprivate func search(_ goesOn: (Candidate) -> Bool) throws {
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
                let known = try quarters ?? takenQuarters(day)
                quarters = known
                let wanted = slot.quarters(since: midnight)
                let free = known.indices.lazy.filter { known[$0] & wanted == 0 }
                if let candidate = candidate(slot, day, minute, people, rooms: free), !goesOn(candidate) { return }
                minute += grid
            }
        }
    }

    /// In the order of the rooms.
    private func takenQuarters(_ day: LocalDate) throws -> [Scheduler.Quarters] {
        if rooms.isEmpty { return [] }
        let taken = try taken(day)
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

/// Why there is no time: which person and constraint excludes which part of the window, and the smallest changes that
/// would open it.
private struct Obstacles {
    let question: Scheduler.Question

    init(_ question: Scheduler.Question) { self.question = question }

    var all: [Scheduler.Obstacle] {
        get throws {
            if question.first > question.last { return [.init(Fault(.timeNotice))] }
            return try exclusions() + changes()
        }
    }

    /// Person by person the days on which alone they could not; then those on which it is the combination.
    private func exclusions() throws -> [Scheduler.Obstacle] {
        var days: [LocalDate] = []
        var day = question.first
        while day <= question.last {
            if WorkingDays.isWorkingDay(day) { days.append(day) }
            day = day.plus(1)
        }
        var excluded: [Scheduler.Obstacle] = []
        var isExplained = Array(repeating: false, count: days.count)
        for calendar in question.required {
            var reasons: [FaultCode?] = []
            for (index, day) in days.enumerated() {
                let reason = try reason(calendar, day)
                reasons.append(reason)
                if reason != nil { isExplained[index] = true }
            }
            excluded += spans(reasons, days).map { .init($0, person: calendar.person) }
        }
        return excluded + spans(isExplained.map { $0 ? nil : .timeCombination }, days).map { .init($0) }
    }

    private func reason(_ calendar: Scheduler.Calendar, _ day: LocalDate) throws -> FaultCode? {
        if calendar.absences.contains(where: { $0.contains(day) }) { return .timeAbsent }
        guard let hours = calendar.hours(on: day), hours.to - hours.from >= question.minutes else { return .timeOff }
        var alone = question.with(required: [calendar])
        (alone.first, alone.last, alone.rooms) = (day, day, [])
        return try alone.earliest() == nil ? .timeBusy : nil
    }

    /// Days in a row for the same reason as one.
    private func spans(_ reasons: [FaultCode?], _ days: [LocalDate]) -> [Fault] {
        var faults: [Fault] = []
        var start = 0
        for index in reasons.indices {
            let isLast = index + 1 == reasons.count || reasons[index + 1] != reasons[index]
            guard isLast else { continue }
            if let code = reasons[index] {
                let days = start == index ? "\(days[start])" : "\(days[start])–\(days[index])"
                faults.append(Fault(code, ["days": days]))
            }
            start = index + 1
        }
        return faults
    }

    private func changes() throws -> [Scheduler.Obstacle] {
        var changes: [Scheduler.Obstacle] = []
        var anywhere = question
        anywhere.rooms = []
        if !question.rooms.isEmpty, let found = try anywhere.earliest() {
            // People could, if there were a room or nobody had to go there.
            changes.append(.init(Fault(.timeRoom)))
            if question.canBeDigital { changes.append(.init(Fault(.timeDigital, ["day": found.day.description]))) }
        }
        let count = question.required.count
        for index in question.required.indices where count > 1 {
            var others = question.required
            let one = others.remove(at: index)
            guard let without = try question.with(required: others).earliest() else { continue }
            changes.append(.init(Fault(.timeBlocked, ["day": without.day.description]), person: one.person))
            // Two meetings in place of one: the caller is at both.
            if index > 0, count > 2,
                let apart = try question.with(required: [question.required[0], one]).earliest()
            {
                changes.append(
                    .init(
                        Fault(.timeSplit, ["day": without.day.description, "other": apart.day.description]),
                        person: one.person))
            }
        }
        var later = question
        (later.first, later.last) = (question.last.plus(1), question.last.plus(Scheduler.lookAhead))
        if let found = try later.earliest() { changes.append(.init(Fault(.timeLater, ["day": found.day.description]))) }
        return changes.isEmpty ? [.init(Fault(.timeNoCommon))] : changes
    }
}
