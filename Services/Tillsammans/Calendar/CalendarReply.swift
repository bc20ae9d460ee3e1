import Codec
import Domain
import Foundation

/// A participant's answer as a calendar program mails it: an iTIP `REPLY` (RFC 5546 §3.2.3) somewhere in a MIME message
/// (RFC 2045).
struct CalendarReply: Equatable {
    let uid: String
    let sequence: Int
    let stamp: Date
    let attendee: String
    let answer: Attendance
    let delegatedTo: String?

    enum Problem: Error, Equatable, CustomStringConvertible {
        /// No part of the message is a calendar, or none that answers.
        case noReply
        /// A reply without one of the properties that it must have.
        case missing(String)
        /// Too large, too deep, or no calendar text.
        case unreadable(String)

        var description: String {
            switch self {
            case .noReply: "no part of it is an iTIP REPLY (RFC 5546)"
            case .missing(let name): "the reply in it has no \(name) that can be read"
            case .unreadable(let what): what
            }
        }
    }

    /// - Throws: ``Problem``
    init(mail: Data) throws(Problem) {
        let calendar: Data?
        do { calendar = try MIMEMessage(mail, finding: "text/calendar").content } catch {
            throw .unreadable(error.description)
        }
        guard let calendar else { throw .noReply }
        try self.init(calendar: calendar)
    }

    /// - Throws: ``Problem``
    init(calendar data: Data) throws(Problem) {
        let text: CalendarComponent
        do {
            text = try CalendarText.read(data, keeping: ["METHOD", "UID", "SEQUENCE", "DTSTAMP", "ATTENDEE"])
        } catch { throw .unreadable(error.description) }
        // The first meeting counts.
        guard let calendar = text.components("VCALENDAR").first, calendar["METHOD"]?.value.uppercased() == "REPLY",
            let event = calendar.components("VEVENT").first
        else { throw .noReply }
        func value(_ name: String) throws(Problem) -> String {
            guard let value = event[name]?.value, !value.isEmpty else { throw .missing(name) }
            return value
        }
        uid = try value("UID")
        // Left out, it is 0 (RFC 5545 §3.8.7.4).
        sequence = event["SEQUENCE"].flatMap { Int($0.value) } ?? 0
        guard let stamp = CalendarTime(try value("DTSTAMP"), in: .utc), !stamp.isDate else { throw .missing("DTSTAMP") }
        self.stamp = Date(timeIntervalSince1970: Double(stamp.instant))
        attendee = Self.address(try value("ATTENDEE"))
        let parameters = event["ATTENDEE"]?.parameters ?? [:]
        guard let answer = Attendance(rawValue: parameters["PARTSTAT"]?.lowercased() ?? "") else {
            throw .missing("PARTSTAT")
        }
        self.answer = answer
        delegatedTo = parameters["DELEGATED-TO"].map(Self.address)
    }

    private static func address(_ text: String) -> String {
        (text.lowercased().hasPrefix("mailto:") ? String(text.dropFirst(7)) : text).lowercased()
    }
}
