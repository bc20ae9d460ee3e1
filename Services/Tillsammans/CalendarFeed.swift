import CIcal
import Domain
import Foundation
import Synchronization

/// When somebody is taken, as an iCalendar feed of theirs tells (RFC 5545): events with their recurrences, and published
/// free-busy times. Only the times are read; what an event is about never leaves the file. Our own meetings, known by their
/// UID, are left out.
struct CalendarFeed {
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    /// Merged, in order, within the window that was asked for.
    let busy: [Range<Date>]
    /// Some of it tells only free and busy: our own meetings may be among the times.
    let mayHoldOurs: Bool

    /// libical fills its table of time zones at first use, and others can see it half full (3.0): one reads at a time.
    private static let reading = Mutex(())

    /// - Throws: ``Problem`` where the text is no calendar, or a part of it cannot be read: times that were left out would
    ///   let somebody be booked twice.
    init(_ text: String, in window: Range<Date>) throws(Problem) {
        self = try Self.reading.withLock { _ throws(Problem) in try CalendarFeed(reading: text, in: window) }
    }

    private init(reading text: String, in window: Range<Date>) throws(Problem) {
        guard let calendar = icalparser_parse_string(text),
            icalcomponent_isa(calendar) == ICAL_VCALENDAR_COMPONENT
                || icalcomponent_isa(calendar) == ICAL_XROOT_COMPONENT
        else { throw Problem(description: "this is no iCalendar text (RFC 5545)") }
        defer { icalcomponent_free(calendar) }
        let errors = icalcomponent_count_errors(calendar)
        guard errors == 0 else {
            throw Problem(description: "\(errors) of its lines cannot be read: \(Self.firstError(calendar))")
        }
        let spans = Spans(window)
        Self.each(calendar, ICAL_VCALENDAR_COMPONENT) { part in
            spans.take(calendar: part)
        }
        if icalcomponent_isa(calendar) == ICAL_VCALENDAR_COMPONENT { spans.take(calendar: calendar) }
        mayHoldOurs = spans.hasFreeBusy
        busy = Self.merged(spans.found.map { $0.clamped(to: window) }.filter { !$0.isEmpty })
    }

    private static func merged(_ ranges: [Range<Date>]) -> [Range<Date>] {
        ranges.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { merged, range in
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
    }

    fileprivate static func each(
        _ parent: OpaquePointer, _ kind: icalcomponent_kind, _ body: (OpaquePointer) -> Void
    ) {
        var next = icalcomponent_get_first_component(parent, kind)
        while let component = next {
            body(component)
            next = icalcomponent_get_next_component(parent, kind)
        }
    }

    /// libical notes what it could not read in the component where it stood.
    private static func firstError(_ component: OpaquePointer) -> String {
        if let error = icalcomponent_get_first_property(component, ICAL_XLICERROR_PROPERTY),
            let text = icalproperty_get_xlicerror(error)
        {
            return String(cString: text)
        }
        var found = ""
        each(component, ICAL_ANY_COMPONENT) { if found.isEmpty { found = firstError($0) } }
        return found
    }
}

/// Gathers what libical tells of one calendar.
private final class Spans {
    private(set) var found: [Range<Date>] = []
    private(set) var hasFreeBusy = false
    private let window: Range<Date>
    /// Instances that another event of the same UID replaces (RECURRENCE-ID), by the event that is being read.
    private var replaced: Set<time_t> = []

    init(_ window: Range<Date>) { self.window = window }

    func take(calendar: OpaquePointer) {
        var overrides: [String: Set<time_t>] = [:]
        CalendarFeed.each(calendar, ICAL_VEVENT_COMPONENT) { event in
            let instance = icalcomponent_get_recurrenceid(event)
            if icaltime_is_null_time(instance) == 0, let uid = icalcomponent_get_uid(event) {
                overrides[String(cString: uid), default: []].insert(Self.instant(instance))
            }
        }
        CalendarFeed.each(calendar, ICAL_VEVENT_COMPONENT) { event in
            let isInstance = icaltime_is_null_time(icalcomponent_get_recurrenceid(event)) == 0
            let uid = icalcomponent_get_uid(event).map { String(cString: $0) } ?? ""
            if MeetingID(uid: uid) != nil { return }
            take(event: event, without: isInstance ? [] : overrides[uid] ?? [])
        }
        CalendarFeed.each(calendar, ICAL_VFREEBUSY_COMPONENT) { take(freeBusy: $0) }
    }

    private func take(event: OpaquePointer, without replaced: Set<time_t>) {
        // What is transparent, or called off, takes no time (§3.8.2.7, §3.8.1.11).
        if let transparency = icalcomponent_get_first_property(event, ICAL_TRANSP_PROPERTY),
            icalproperty_get_transp(transparency) == ICAL_TRANSP_TRANSPARENT
        {
            return
        }
        if icalcomponent_get_status(event) == ICAL_STATUS_CANCELLED { return }
        // A whole day, and a time without a zone, are meant as the clock in Sweden shows.
        let start = icalcomponent_get_dtstart(event)
        var end = icalcomponent_get_dtend(event)
        if icaltime_is_null_time(end) != 0 || icaltime_compare(start, end) == 0, start.is_date != 0 {
            // A day without an end is one day (§3.6.1).
            end = start
            icaltime_adjust(&end, 1, 0, 0, 0)
        }
        if icaltime_is_null_time(end) == 0 {
            if let duration = icalcomponent_get_first_property(event, ICAL_DURATION_PROPERTY) {
                icalcomponent_remove_property(event, duration)
            }
            icalcomponent_set_dtend(event, Self.zoned(end))
        }
        icalcomponent_set_dtstart(event, Self.zoned(start))
        self.replaced = replaced
        icalcomponent_foreach_recurrence(
            event, Self.time(window.lowerBound - 32 * 86_400), Self.time(window.upperBound),
            { _, span, context in
                guard let span, let context else { return }
                let spans = Unmanaged<Spans>.fromOpaque(context).takeUnretainedValue()
                spans.note(span.pointee.start, span.pointee.end)
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func note(_ start: time_t, _ end: time_t) {
        guard end > start, !replaced.contains(start) else { return }
        found.append(Date(timeIntervalSince1970: Double(start))..<Date(timeIntervalSince1970: Double(end)))
    }

    private func take(freeBusy: OpaquePointer) {
        hasFreeBusy = true
        var next = icalcomponent_get_first_property(freeBusy, ICAL_FREEBUSY_PROPERTY)
        while let property = next {
            defer { next = icalcomponent_get_next_property(freeBusy, ICAL_FREEBUSY_PROPERTY) }
            if let type = icalproperty_get_first_parameter(property, ICAL_FBTYPE_PARAMETER),
                icalparameter_get_fbtype(type) == ICAL_FBTYPE_FREE
            {
                continue
            }
            replaced = []
            let period = icalproperty_get_freebusy(property)
            let end =
                icaltime_is_null_time(period.end) == 0 ? period.end : icaltime_add(period.start, period.duration)
            note(Self.instant(period.start), Self.instant(end))
        }
    }

    private static var zone: OpaquePointer? { icaltimezone_get_builtin_timezone(CivilTime.zoneName) }

    private static func zoned(_ time: icaltimetype) -> icaltimetype {
        var time = time
        if icaltime_is_utc(time) == 0, time.zone == nil || time.is_date != 0 {
            time.is_date = 0
            icaltime_set_timezone(&time, zone)
        }
        return time
    }

    private static func instant(_ time: icaltimetype) -> time_t {
        let time = zoned(time)
        return icaltime_as_timet_with_zone(time, time.zone)
    }

    private static func time(_ date: Date) -> icaltimetype {
        icaltime_from_timet_with_zone(
            time_t(date.timeIntervalSince1970), 0, icaltimezone_get_utc_timezone())
    }
}
