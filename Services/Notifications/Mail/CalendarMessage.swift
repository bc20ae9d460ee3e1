import Domain
import Foundation
import NotificationsCore

/// One meeting for one receiver as a calendar reads it: iCalendar (RFC 5545) with iTIP's methods (RFC 5546).
///
/// The receiver is the only attendee: a list of who else is invited already tells the matter (rule 22).
struct CalendarMessage: Sendable {
    var method: CalendarMethod
    /// The meeting is off. Otherwise a cancellation is about its receiver alone, and says no STATUS (RFC 5546 §3.2.5).
    var endsForAll: Bool
    /// The same over the meeting's whole life.
    var uid: String
    /// Raised by another time or place, and by its end.
    var sequence: Int
    /// When this message was made.
    var stamp: Date
    var start: Date
    var end: Date
    var summary: String
    /// Empty where nobody may be told.
    var place: String
    /// What a calendar shows below the time.
    var description: String
    var organiser: Party
    var attendee: Party
    var isRequired: Bool

    struct Party: Sendable {
        var address: EmailAddress
        /// Nil for none.
        var name: String?

        /// Its name as a parameter, in quotes, in which no quote and no control character may stand (RFC 5545 §3.2).
        fileprivate var parameter: String {
            guard let name else { return "" }
            let safe = name.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 && $0 != "\"" }
            return ";CN=\"\(String(String.UnicodeScalarView(safe)))\""
        }
    }

    /// The whole message, with lines folded and ended as RFC 5545 §3.1 requires.
    var text: String {
        var lines = [
            "BEGIN:VCALENDAR", "PRODID:-//Tillsammans//Notifications//SV", "VERSION:2.0", "CALSCALE:GREGORIAN",
            "METHOD:\(method.rawValue)",
        ]
        lines += Self.zone
        lines += [
            "BEGIN:VEVENT", "UID:\(Self.escaped(uid))", "DTSTAMP:\(Self.utc(stamp))", "SEQUENCE:\(sequence)",
            "DTSTART;TZID=\(CivilTime.zoneName):\(Self.local(start))",
            "DTEND;TZID=\(CivilTime.zoneName):\(Self.local(end))",
            "SUMMARY:\(Self.escaped(summary))",
        ]
        if !place.isEmpty { lines.append("LOCATION:\(Self.escaped(place))") }
        if !description.isEmpty { lines.append("DESCRIPTION:\(Self.escaped(description))") }
        lines += [
            "ORGANIZER\(organiser.parameter):mailto:\(organiser.address.text)",
            "ATTENDEE\(attendee.parameter);CUTYPE=INDIVIDUAL;ROLE=\(isRequired ? "REQ" : "OPT")-PARTICIPANT;PARTSTAT=NEEDS-ACTION;"
                + "RSVP=\(method == .request ? "TRUE" : "FALSE"):mailto:\(attendee.address.text)",
            "CLASS:PRIVATE", "TRANSP:OPAQUE",
        ]
        if method == .request || endsForAll {
            lines.append("STATUS:\(method == .cancel ? "CANCELLED" : "CONFIRMED")")
        }
        if method == .request {
            lines += [
                "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:\(Self.escaped(summary))", "TRIGGER:-PT30M",
                "END:VALARM",
            ]
        }
        lines += ["END:VEVENT", "END:VCALENDAR"]
        return lines.map(Self.folded).joined()
    }

    /// Central European time since 1996: Directive 2000/84/EC, last Sundays of March and October at 01:00 UTC.
    private static let zone = [
        "BEGIN:VTIMEZONE", "TZID:\(CivilTime.zoneName)",
        "BEGIN:STANDARD", "DTSTART:19961027T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100", "TZNAME:CET", "END:STANDARD",
        "BEGIN:DAYLIGHT", "DTSTART:19960331T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200", "TZNAME:CEST", "END:DAYLIGHT", "END:VTIMEZONE",
    ]

    /// §3.3.5, form 3: the clock of the zone.
    private static func local(_ instant: Date) -> String {
        let minute = CivilTime.clock(of: instant).minute
        let day = CivilTime.day(of: instant).description.replacing("-", with: "")
        return "\(day)T\(two(minute / 60))\(two(minute % 60))00"
    }

    /// §3.3.5, form 2: UTC.
    private static func utc(_ instant: Date) -> String {
        instant.formatted(
            .iso8601.year().month().day().timeZone(separator: .omitted).time(includingFractionalSeconds: false)
                .timeSeparator(.omitted).dateSeparator(.omitted))
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// §3.3.11
    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing(";", with: "\\;").replacing(",", with: "\\,")
            .replacing("\r\n", with: "\\n").replacing("\n", with: "\\n")
            // No other control character is allowed in a text (§3.1).
            .filter { !$0.unicodeScalars.contains { $0.value < 32 && $0 != "\t" } }
    }

    /// At most 75 octets a line, continued after CRLF and a space, never inside a character (§3.1).
    static func folded(_ line: String) -> String {
        var folded = ""
        var width = 0
        for scalar in line.unicodeScalars {
            let size = UTF8.width(scalar)
            if width + size > 75 {
                folded += "\r\n "
                width = 1
            }
            folded.unicodeScalars.append(scalar)
            width += size
        }
        return folded + "\r\n"
    }
}
