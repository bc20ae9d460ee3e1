import Domain
import Foundation

/// When somebody is taken, as an iCalendar feed of theirs says (RFC 5545): events with their recurrences, and published
/// free-busy times.
///
/// Only the times are read: what an event is about never leaves the file, and cannot make it unreadable either. Our own
/// meetings, known by their UID, are left out.
struct CalendarFeed {
    /// Why a feed is refused: all that was found, each with its line.
    struct Problem: Error, CustomStringConvertible {
        static let largestFaults = 20

        private(set) var faults: [String]

        init(_ fault: String) { faults = [fault] }

        fileprivate init(_ faults: [String]) { self.faults = faults }

        var description: String {
            let left = faults.count - Self.largestFaults
            return (faults.prefix(Self.largestFaults) + (left > 0 ? ["and \(left) more"] : [])).joined(separator: "\n")
        }
    }

    /// Before they are merged.
    static let largestTimes = 100_000

    /// Merged, in order, within the window that was asked for.
    let busy: [Range<Date>]
    /// Some of it tells only free and busy: our own meetings may be among the times.
    let mayHoldOurs: Bool
    /// What reading it took (``CalendarBudget``).
    let steps: Int

    /// - Throws: ``Problem`` where the text is no calendar, or something that decides when cannot be read: times that were
    ///   left out would let somebody be booked twice. Also for what is too large, or takes too long to work out.
    init(_ data: Data, in window: Range<Date>) throws(Problem) {
        let names = CalendarEvent.properties.union(["FREEBUSY", "TZID", "TZOFFSETFROM", "TZOFFSETTO"])
        let text = try CalendarText.read(data, keeping: names)
        let calendars = text.calendars
        if calendars.isEmpty { throw Problem("this is no iCalendar text (RFC 5545)") }
        var times = BusyTimes(
            window: Int(window.lowerBound.timeIntervalSince1970)..<Int(window.upperBound.timeIntervalSince1970))
        for calendar in calendars { try times.add(calendar) }
        if !times.faults.isEmpty { throw Problem(times.faults.uniqued()) }
        busy = times.merged.map { time in
            let range =
                Date(
                    timeIntervalSince1970: Double(time.lowerBound))..<Date(
                    timeIntervalSince1970: Double(time.upperBound))
            return range.clamped(to: window)
        }.filter { !$0.isEmpty }
        mayHoldOurs = calendars.contains { !$0.components("VFREEBUSY").isEmpty }
        steps = times.budget.steps
    }
}

extension CalendarComponent {
    /// What holds events or is meant to, however it is wrapped. Events that stand in nothing are a calendar together.
    fileprivate var calendars: [CalendarComponent] {
        let isCalendar = name == "VCALENDAR" || components.contains { $0.name == "VEVENT" || $0.name == "VFREEBUSY" }
        return (isCalendar ? [self] : []) + components.flatMap(\.calendars)
    }
}

/// Gathers when somebody is taken from the calendars of one feed.
private struct BusyTimes {
    private(set) var found: [Range<Int>] = []
    private(set) var faults: [String] = []
    private(set) var budget = CalendarBudget()
    private let window: Range<Int>

    init(window: Range<Int>) { self.window = window }

    /// Notes what cannot be read, and goes on.
    ///
    /// - Throws: ``CalendarFeed/Problem`` at a limit.
    mutating func add(_ calendar: CalendarComponent) throws(CalendarFeed.Problem) {
        var zones = CalendarZones(calendar, until: window.upperBound + 86_400)
        var series: [String: [CalendarEvent]] = [:]
        for component in calendar.components("VEVENT") {
            if let uid = component["UID"]?.value, MeetingID(uid: uid) != nil { continue }
            do {
                let event = try CalendarEvent(component, &zones, &budget)
                // Without a UID an event stands alone.
                series[event.uid ?? "line \(component.line)", default: []].append(event)
            } catch {
                try note(error)
                faults += CalendarEvent.faults(component, &zones, &budget)
            }
        }
        for events in series.values {
            try add(CalendarSeries(events).times(in: window, &budget))
        }
        for component in calendar.components("VFREEBUSY") {
            for property in component.all("FREEBUSY") where property.parameters["FBTYPE"]?.uppercased() != "FREE" {
                do {
                    try add(
                        CalendarEvent.periods(property, &zones, &budget).map { period in
                            period.start.instant..<(period.duration ?? CalendarDuration()).end(of: period.start)
                        })
                } catch { try note(error) }
            }
        }
    }

    private mutating func note(_ problem: CalendarFeed.Problem) throws(CalendarFeed.Problem) {
        if budget.isSpent || found.count > CalendarFeed.largestTimes { throw problem }
        faults += problem.faults
    }

    private mutating func add(_ times: [Range<Int>]) throws(CalendarFeed.Problem) {
        found += times.lazy.filter { $0.overlaps(window) }
        if found.count > CalendarFeed.largestTimes {
            throw .init("it holds more than \(CalendarFeed.largestTimes) times; ask for fewer weeks")
        }
    }

    /// In order; what overlaps or touches is one.
    var merged: [Range<Int>] {
        found.filter { !$0.isEmpty }.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { merged, range in
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
    }
}
