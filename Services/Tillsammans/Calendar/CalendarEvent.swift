import Foundation

/// What a VEVENT says of *when* (RFC 5545 §3.6.1). Nothing else of it is read.
struct CalendarEvent {
    /// Nil where it has none, and so belongs to no series.
    let uid: String?
    let sequence: Int
    let start: CalendarTime
    let duration: CalendarDuration
    /// Transparent or called off: it takes no time (§3.8.2.7, §3.8.1.11).
    let isFree: Bool
    /// The instance of a series that it replaces (RECURRENCE-ID).
    let instance: CalendarTime?
    /// It changes all later instances as well (RANGE=THISANDFUTURE).
    let changesLater: Bool
    let rules: [RecurrenceRule]
    let excludedRules: [RecurrenceRule]
    let added: [(start: CalendarTime, duration: CalendarDuration?)]
    let excluded: [CalendarTime]

    static let properties: Set<String> = [
        "UID", "SEQUENCE", "DTSTART", "DTEND", "DURATION", "TRANSP", "STATUS", "RECURRENCE-ID", "RRULE", "EXRULE",
        "RDATE",
        "EXDATE",
    ]

    /// - Throws: ``CalendarFeed/Problem`` where something that decides when cannot be read.
    init(
        _ event: CalendarComponent, _ zones: inout CalendarZones, _ budget: inout CalendarBudget
    ) throws(CalendarFeed.Problem) {
        uid = event["UID"].map(\.value).flatMap { $0.isEmpty ? nil : $0 }
        sequence = event["SEQUENCE"].flatMap { Int($0.value) } ?? 0
        isFree =
            event["TRANSP"]?.value.uppercased() == "TRANSPARENT" || event["STATUS"]?.value.uppercased() == "CANCELLED"
        guard let first = event["DTSTART"] else { throw .init("line \(event.line): VEVENT has no DTSTART") }
        let start = try CalendarTime(first, &zones, &budget)
        self.start = start
        duration = try Self.duration(event, start, &zones, &budget)
        let recurrence = event["RECURRENCE-ID"]
        instance = if let recurrence { try CalendarTime(recurrence, &zones, &budget) } else { nil }
        let range = recurrence?.parameters["RANGE"]?.uppercased()
        changesLater = range == "THISANDFUTURE"
        if let range, !changesLater, let recurrence {
            throw .init("line \(recurrence.line): RANGE=\(range.prefix(40)) has no meaning since RFC 5545")
        }
        var rules: (included: [RecurrenceRule], excluded: [RecurrenceRule]) = ([], [])
        for property in event.all("RRULE") { rules.included.append(try RecurrenceRule(property)) }
        for property in event.all("EXRULE") { rules.excluded.append(try RecurrenceRule(property)) }
        (self.rules, excludedRules) = rules
        var added: [(start: CalendarTime, duration: CalendarDuration?)] = []
        for property in event.all("RDATE") { added += try Self.periods(property, &zones, &budget) }
        self.added = added
        var excluded: [CalendarTime] = []
        for property in event.all("EXDATE") { excluded += try Self.periods(property, &zones, &budget).map(\.start) }
        self.excluded = excluded
    }

    /// All that cannot be read of an event, property by property.
    static func faults(
        _ event: CalendarComponent, _ zones: inout CalendarZones, _ budget: inout CalendarBudget
    ) -> [String] {
        var faults: [String] = []
        for property in event.properties {
            do throws(CalendarFeed.Problem) {
                switch property.name {
                case "DTSTART", "DTEND", "RECURRENCE-ID": _ = try CalendarTime(property, &zones, &budget)
                case "RRULE", "EXRULE": _ = try RecurrenceRule(property)
                case "RDATE", "EXDATE": _ = try periods(property, &zones, &budget)
                default: break
                }
            } catch { faults += error.faults }
        }
        return faults
    }

    /// DTEND, DURATION, or else a whole day, or no time at all.
    private static func duration(
        _ event: CalendarComponent, _ start: CalendarTime, _ zones: inout CalendarZones, _ budget: inout CalendarBudget
    ) throws(CalendarFeed.Problem) -> CalendarDuration {
        let day = CalendarDuration(days: 1)
        if let property = event["DTEND"] {
            let end = try CalendarTime(property, &zones, &budget)
            // A series keeps the exact duration from DTSTART to DTEND, or the number of days (§3.8.5.3).
            let duration =
                start.isDate && end.isDate
                ? CalendarDuration(days: end.day - start.day) : CalendarDuration(seconds: end.instant - start.instant)
            guard end.instant >= start.instant else { throw .init("line \(property.line): DTEND is before DTSTART") }
            // Some programs write a day that ends on itself.
            return start.isDate && duration == CalendarDuration() ? day : duration
        }
        if let property = event["DURATION"] {
            guard let duration = CalendarDuration(property.value) else {
                throw .init("line \(property.line): DURATION is no duration")
            }
            guard duration.days >= 0, duration.seconds >= 0 else {
                throw .init("line \(property.line): DURATION is negative")
            }
            return duration
        }
        return start.isDate ? day : CalendarDuration()
    }

    /// A list of dates, times or periods.
    static func periods(
        _ property: CalendarProperty, _ zones: inout CalendarZones, _ budget: inout CalendarBudget
    ) throws(CalendarFeed.Problem) -> [(start: CalendarTime, duration: CalendarDuration?)] {
        let zone = try zones.zone(of: property, &budget)
        var periods: [(start: CalendarTime, duration: CalendarDuration?)] = []
        for text in property.value.split(separator: ",") {
            try budget.spend(1)
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard let start = CalendarTime(parts[0], in: zone), parts.count <= 2 else {
                throw .init("line \(property.line): \(property.name) is no list of dates, times or periods")
            }
            guard parts.count == 2 else {
                periods.append((start, nil))
                continue
            }
            let end = CalendarTime(parts[1], in: zone).map { CalendarDuration(seconds: $0.instant - start.instant) }
            guard let duration = end ?? CalendarDuration(parts[1]), duration.days >= 0, duration.seconds >= 0 else {
                throw .init("line \(property.line): \(property.name) has a period without an end after its start")
            }
            periods.append((start, duration))
        }
        return periods
    }
}

extension CalendarTime {
    /// - Throws: ``CalendarFeed/Problem`` for a property that is no date or time, or in a zone that nobody knows.
    init(
        _ property: CalendarProperty, _ zones: inout CalendarZones, _ budget: inout CalendarBudget
    ) throws(CalendarFeed.Problem) {
        guard let time = CalendarTime(property.value, in: try zones.zone(of: property, &budget)) else {
            throw .init("line \(property.line): \(property.name) is no date or time")
        }
        self = time
    }
}
