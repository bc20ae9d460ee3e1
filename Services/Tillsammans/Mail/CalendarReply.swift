import Codec
import Domain
import Foundation

/// What a participant's calendar program mails: an iTIP `REPLY` or `COUNTER` (RFC 5546 §3.2.3 and §3.2.7).
struct CalendarReply: Equatable {
    let uid: String
    let sequence: Int
    let stamp: Date
    /// In small letters.
    let attendee: String
    /// Where the invitation came from, as the program knows it; empty where it does not say.
    let organiser: String
    let content: Content

    enum Content: Equatable {
        /// - Parameter delegatedTo: who is to come instead, by address.
        case answer(Attendance, delegatedTo: String?)
        /// Another time is proposed.
        case counter
    }

    enum Problem: Error, Equatable, CustomStringConvertible {
        /// No part of the message is a calendar, or none that answers.
        case noReply
        /// A reply without one of the properties that it must have.
        case missing(String)
        /// Too large, too deep, or no calendar text.
        case unreadable(String)

        var description: String {
            switch self {
            case .noReply: "no part of it is an iTIP REPLY or COUNTER (RFC 5546)"
            case .missing(let name): "the reply in it has no \(name) that can be read"
            case .unreadable(let what): what
            }
        }
    }

    /// - Throws: ``Problem``
    init(mail: Data) throws(Problem) {
        let message: MIMEMessage
        do { message = try MIMEMessage(mail, finding: ["text/calendar"]) } catch {
            throw .unreadable(error.description)
        }
        try self.init(message)
    }

    /// - Throws: ``Problem``
    init(_ message: MIMEMessage) throws(Problem) {
        guard let calendar = message.content("text/calendar") else { throw .noReply }
        try self.init(calendar: calendar)
    }

    /// - Throws: ``Problem``
    init(calendar data: Data) throws(Problem) {
        let text: CalendarComponent
        do {
            text = try CalendarText.read(
                data, keeping: ["METHOD", "UID", "SEQUENCE", "DTSTAMP", "ATTENDEE", "ORGANIZER"])
        } catch { throw .unreadable(error.description) }
        // The first meeting counts.
        guard let calendar = text.components("VCALENDAR").first, let event = calendar.components("VEVENT").first,
            let method = Method(rawValue: calendar["METHOD"]?.value.uppercased() ?? "")
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
        organiser = Self.address(event["ORGANIZER"]?.value ?? "")
        switch method {
        case .counter: content = .counter
        case .reply:
            let parameters = event["ATTENDEE"]?.parameters ?? [:]
            guard let answer = Attendance(rawValue: parameters["PARTSTAT"]?.lowercased() ?? "") else {
                throw .missing("PARTSTAT")
            }
            content = .answer(answer, delegatedTo: parameters["DELEGATED-TO"].map(Self.address))
        }
    }

    private enum Method: String {
        case reply = "REPLY"
        case counter = "COUNTER"
    }

    private static func address(_ text: String) -> String {
        (text.lowercased().hasPrefix("mailto:") ? String(text.dropFirst(7)) : text).lowercased()
    }
}
