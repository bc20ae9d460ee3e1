/// An event with all that is known under its UID: its recurrences, and the events that replace some of them.
struct CalendarSeries {
    private var masters: [CalendarEvent] = []
    private var replacements: [CalendarEvent] = []
    /// The replacements that change later instances, in order.
    private let laterChanges: [(from: Int, event: CalendarEvent)]
    private let replaced: CalendarInstances

    /// - Parameter events: those of one UID. Of several versions of the same, the highest SEQUENCE counts.
    init(_ events: [CalendarEvent]) {
        let newest = events.lazy.filter { $0.instance == nil }.map(\.sequence).max()
        masters = events.filter { $0.instance == nil && $0.sequence == newest }
        var newestOf: [Int: Int] = [:]
        for event in events {
            if let instance = event.instance {
                newestOf[instance.instant] = max(newestOf[instance.instant] ?? 0, event.sequence)
            }
        }
        replacements = events.filter { event in
            event.instance.map { newestOf[$0.instant] == event.sequence } ?? false
        }
        replaced = CalendarInstances(replacements.compactMap(\.instance))
        laterChanges = replacements.compactMap { event in
            event.changesLater ? event.instance.map { ($0.instant, event) } : nil
        }.sorted { $0.from < $1.from }
    }

    /// When it takes time, in seconds since 1970; in no order, and as often as it does.
    ///
    /// - Throws: ``CalendarFeed/Problem`` where the budget ends.
    func times(in window: Range<Int>, _ budget: inout CalendarBudget) throws(CalendarFeed.Problem) -> [Range<Int>] {
        var times: [Range<Int>] = []
        for event in replacements where !event.isFree {
            for instance in try event.instances(in: window, widened: (0, 0), &budget) {
                times.append(instance.start.instant..<instance.end)
            }
        }
        let widening = widening
        for master in masters where !master.isFree || !laterChanges.isEmpty {
            for instance in try master.instances(in: window, widened: widening, &budget)
            where !replaced.contains(instance.start) {
                if let change = change(at: instance.start.instant) {
                    guard !change.isFree else { continue }
                    let start = change.moved(instance.start)
                    times.append(start.instant..<change.duration.end(of: start))
                } else if !master.isFree {
                    times.append(instance.start.instant..<instance.end)
                }
            }
        }
        return times.filter { $0.overlaps(window) }
    }

    /// The last change for later instances before an instant.
    private func change(at instant: Int) -> CalendarEvent? {
        var (low, high) = (0, laterChanges.count)
        while low < high {
            let middle = (low + high) / 2
            if laterChanges[middle].from <= instant { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : laterChanges[low - 1].event
    }

    /// How far before and after a window an instance can lie that is moved into it.
    private var widening: (before: Int, after: Int) {
        laterChanges.reduce((0, 0)) { widest, change in
            let moved = change.event.start.instant - change.from
            let before = max(0, moved) + change.event.duration.largestSeconds + 86_400
            return (max(widest.before, before), max(widest.after, max(0, -moved) + 86_400))
        }
    }
}

/// Instances of a series as RECURRENCE-ID and EXDATE name them: by their start, or by their day.
struct CalendarInstances {
    private var instants: Set<Int> = []
    private var days: Set<Int> = []
    /// The days of those that are named by a time, by which a whole day is found, too.
    private var daysOfInstants: Set<Int> = []

    init(_ times: [CalendarTime]) {
        for time in times {
            if time.isDate {
                days.insert(time.day)
            } else {
                instants.insert(time.instant)
                // A time in UTC means the day that it is in Sweden.
                daysOfInstants.insert((time.zone.isUTC ? time.wall(in: .sweden) : time.wall).floored(by: 86_400))
            }
        }
    }

    func contains(_ start: CalendarTime) -> Bool {
        days.contains(start.day)
            || (start.isDate ? daysOfInstants.contains(start.day) : instants.contains(start.instant))
    }
}

extension CalendarEvent {
    /// Its instances that take time within a window: DTSTART, RRULE and RDATE without EXDATE and EXRULE.
    ///
    /// - Parameter widened: by how much the window is larger for this once.
    /// - Throws: ``CalendarFeed/Problem`` where the budget ends.
    fileprivate func instances(
        in window: Range<Int>, widened: (before: Int, after: Int), _ budget: inout CalendarBudget
    ) throws(CalendarFeed.Problem) -> [(start: CalendarTime, end: Int)] {
        // What the clock shows is at most a day from UTC.
        let low = window.lowerBound - widened.before - duration.largestSeconds - 86_400
        let range = low...(window.upperBound + widened.after + 86_400)
        // DTSTART is the first of its series even where the rule does not match it, unless the rule ended before it.
        let lasts = rules.map(last(of:))
        var walls: Set<Int> = lasts.isEmpty || lasts.contains { $0 >= start.wall } ? [start.wall] : []
        for (rule, last) in zip(rules, lasts) {
            walls.formUnion(try rule.walls(from: start, in: range, until: last, &budget))
        }
        for rule in excludedRules {
            walls.subtract(try rule.walls(from: start, in: range, until: last(of: rule), &budget))
        }
        let excluded = CalendarInstances(excluded)
        var found: [(start: CalendarTime, end: Int)] = []
        for wall in walls where range.contains(wall) {
            let start = CalendarTime(wall: wall, zone: start.zone, isDate: start.isDate)
            if !excluded.contains(start) { found.append((start, duration.end(of: start))) }
        }
        for (start, duration) in added where !excluded.contains(start) {
            // A whole day beside times is a whole day.
            let usual = start.isDate && !self.start.isDate ? CalendarDuration(days: 1) : self.duration
            found.append((start, (duration ?? usual).end(of: start)))
        }
        try budget.spend(found.count)
        return found
    }

    /// What UNTIL is by the clock of DTSTART.
    private func last(of rule: RecurrenceRule) -> Int {
        guard let until = rule.until else { return .max }
        if until.isDate { return until.wall + (start.isDate ? 0 : 86_399) }
        return until.zone.isUTC ? start.zone.wall(until.instant) : until.wall
    }

    /// Where an instance is moved that comes after the one which this event replaces: by as much as that one.
    fileprivate func moved(_ other: CalendarTime) -> CalendarTime {
        guard let instance else { return other }
        let zone = start.zone
        let wall = other.wall(in: zone) + start.wall - instance.wall(in: zone)
        return start.isDate
            ? CalendarTime(wall: wall.floored(by: 86_400) * 86_400, zone: zone, isDate: true)
            : CalendarTime(wall: wall, zone: zone, isDate: false)
    }
}
