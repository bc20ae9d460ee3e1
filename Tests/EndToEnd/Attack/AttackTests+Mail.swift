import CloudEvents
import Codec
import Foundation
import Kafka
import SwiftProtobuf
import TestSupport

@testable import tillsammans

extension AttackTests {
    /// Through the door for mail, at a meeting that stands. Each says which facts followed on `meetings`: nothing may move.
    static let mail = [
        Attack(name: "mail: a forged sender, which the mail server has found out", expected: ["answer_forwarded"]) {
            try await $0.mail { invited, _ in
                Mail(
                    to: invited.organiser, from: invited.attendee, answering: invited,
                    headers: "Authentication-Results: mx.example.org; dmarc=fail header.from=example.org\r\n")
            }
        },
        Attack(name: "mail: an answer without a secret in its address", expected: ["nothing"]) {
            try await $0.mail { invited, _ in Mail(to: invited.sender, from: invited.attendee, answering: invited) }
        },
        Attack(name: "mail: an answer with a wrong secret in its address", expected: ["nothing"]) {
            try await $0.mail { invited, _ in
                Mail(to: invited.organiserOfAnother, from: invited.attendee, answering: invited)
            }
        },
        Attack(name: "mail: an answer for somebody else", expected: ["answer_forwarded"]) {
            try await $0.mail { invited, other in
                Mail(to: invited.organiser, from: invited.attendee, answering: other)
            }
        },
        Attack(name: "mail: an answer to an earlier invitation", expected: ["answer_outdated"]) {
            try await $0.mail { invited, _ in
                Mail(
                    to: invited.organiser, from: invited.attendee, answering: invited, sequence: invited.sequence - 1)
            }
        },
        Attack(name: "mail: an answer from the year 2090, and the real one after it", expected: ["answered"]) {
            let first = try await $0.mail { invited, _ in
                Mail(
                    to: invited.organiser, from: invited.attendee, answering: invited, participation: "TENTATIVE",
                    stamp: "20900101T000000Z")
            }
            return try await first
                + $0.mail { invited, _ in
                    Mail(
                        to: invited.organiser, from: invited.attendee, answering: invited, participation: "ACCEPTED")
                }
        },
        Attack(
            name: "mail: a late decline of a meeting that was held", expected: ["answer_forwarded", "answer_outdated"],
            limit: 60
        ) {
            try await $0.closeCase()
            return try await $0.mail { invited, _ in
                Mail(to: invited.organiser, from: invited.attendee, answering: invited)
            }
        },
    ]
}

/// An answer to an invitation, as a calendar sends it. By default a decline of now.
struct Mail {
    var to: String
    var from: String
    var answering: Invitation
    var headers = ""
    var sequence: Int?
    var participation = "DECLINED"
    var stamp: String?

    var text: String {
        let now = Date().formatted(
            .verbatim(
                "\(year: .defaultDigits)\(month: .twoDigits)\(day: .twoDigits)T\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased))\(minute: .twoDigits)\(second: .twoDigits)Z",
                timeZone: .gmt, calendar: Calendar(identifier: .gregorian)))
        return [
            headers + "Return-Path: <\(from)>", "From: <\(from)>", "To: <\(to)>", "Subject: Re: möte",
            "Content-Type: text/calendar; method=REPLY", "", "BEGIN:VCALENDAR", "METHOD:REPLY", "BEGIN:VEVENT",
            "UID:\(answering.uid)", "SEQUENCE:\(sequence ?? answering.sequence)", "DTSTAMP:\(stamp ?? now)",
            "ATTENDEE;PARTSTAT=\(participation):mailto:\(answering.attendee)", "END:VEVENT", "END:VCALENDAR", "",
        ].joined(separator: "\r\n")
    }
}

/// What an invitation by mail tells its receiver.
struct Invitation: Sendable {
    let uid: String
    let sequence: Int
    /// Where the answer goes: the sender's address with this receiver's mark.
    let organiser: String
    let attendee: String

    /// Nil for a message that holds no invitation.
    init?(message: String) {
        let calendars = message.components(separatedBy: "base64\r\n\r\n").dropFirst().compactMap { part in
            Data(base64Encoded: part.components(separatedBy: "\r\n--")[0], options: .ignoreUnknownCharacters)
                .map { String(decoding: $0, as: UTF8.self) }
        }
        guard let calendar = calendars.first(where: { $0.contains("METHOD:REQUEST") }) else { return nil }
        let lines = calendar.replacing("\r\n ", with: "").components(separatedBy: "\r\n")
        func value(_ name: String) -> String? {
            lines.first { $0.hasPrefix(name) }?.split(separator: ":").last.map(String.init)
        }
        guard let uid = value("UID"), let sequence = value("SEQUENCE").flatMap({ Int($0) }),
            let organiser = value("ORGANIZER"), let attendee = value("ATTENDEE")
        else { return nil }
        (self.uid, self.sequence, self.organiser, self.attendee) = (uid, sequence, organiser, attendee)
    }

    /// The address without a mark.
    var sender: String { "\(organiser.prefix { $0 != "+" })\(organiser.drop { $0 != "@" })" }

    /// An address with a mark that nobody was given.
    var organiserOfAnother: String {
        let (local, domain) = (organiser.prefix { $0 != "@" }, organiser.drop { $0 != "@" })
        return "\(local.dropLast())\(local.last == "a" ? "b" : "a")\(domain)"
    }
}
