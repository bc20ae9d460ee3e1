import Domain
import Foundation
import NotificationsCore

/// A notice as a mail message (RFC 5322, MIME): plain text, the same as HTML, and the calendar's part (RFC 6047).
///
/// Only addresses, encoded words and texts of this file enter a header, so that no value can begin another one. Bodies are
/// base64, so that it passes relays that know neither UTF-8 nor long lines.
struct MailMessage: Sendable {
    let notice: Notice
    let sender: EmailAddress
    /// When it is sent.
    let date: Date

    var bytes: [UInt8] {
        var lines = [
            "From: \(Self.mailbox(sender, notice.sender))", "To: \(notice.recipient.email.text)",
            "Subject: \(Self.encoded(notice.text.subject))", "Date: \(Self.text(date))",
            "Message-ID: \(notice.messageID)", "MIME-Version: 1.0", "Content-Language: sv, en",
            // RFC 3834, and Exchange's word for the same. Reports of failed delivery are wanted.
            "Auto-Submitted: \(notice.kind.isReply ? "auto-replied" : "auto-generated")",
            "X-Auto-Response-Suppress: OOF, AutoReply, RN, NRN",
        ]
        if let person = notice.replyTo { lines.append("Reply-To: \(person.text)") }
        var parts = [("text/plain; charset=utf-8", notice.text.body)]
        if !notice.text.html.isEmpty { parts.append(("text/html; charset=utf-8", notice.text.html)) }
        if let part = notice.meeting, let calendar = part.calendar {
            let method = part.edition.method.rawValue
            parts.append(("text/calendar; charset=utf-8; method=\(method); name=invite.ics", calendar))
        }
        if parts.count == 1 {
            lines += Self.part(parts[0].0, parts[0].1)
        } else {
            // The boundary comes from the message's id, so that it is the same at each attempt.
            let boundary = "=_\(notice.messageID.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.suffix(48))"
            lines += ["Content-Type: multipart/alternative; boundary=\"\(boundary)\"", ""]
            for (type, text) in parts { lines += ["--\(boundary)"] + Self.part(type, text) }
            lines.append("--\(boundary)--")
        }
        return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    private static func part(_ type: String, _ text: String) -> [String] {
        let encoded = Data(text.utf8).base64EncodedString(options: [
            .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
        ])
        return ["Content-Type: \(type)", "Content-Transfer-Encoding: base64", "", encoded]
    }

    /// An address with a name, where there is one.
    private static func mailbox(_ address: EmailAddress, _ name: String) -> String {
        if name.isEmpty { return address.text }
        let isPlain = name.utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: " ") }
        return isPlain ? "\"\(name)\" <\(address.text)>" : "\(words(name))\r\n <\(address.text)>"
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.allSatisfy { $0 >= 32 && $0 < 127 } ? text : words(text)
    }

    /// Encoded words (RFC 2047). With the longest header's name before it, no line is longer than 76 characters.
    private static func words(_ text: String) -> String {
        var words: [String] = []
        var word = ""
        for scalar in text.unicodeScalars where scalar.value >= 32 {
            if word.utf8.count + UTF8.width(scalar) > 36 {
                words.append(word)
                word = ""
            }
            word.unicodeScalars.append(scalar)
        }
        words.append(word)
        return words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    /// RFC 5322 §3.3, in UTC.
    private static func text(_ date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.weekday, .day, .month, .year, .hour, .minute, .second], from: date)
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int?) -> String { (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)" }
        return
            "\(weekdays[(parts.weekday ?? 1) - 1]), \(two(parts.day)) \(months[(parts.month ?? 1) - 1]) \(parts.year ?? 0) "
            + "\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second)) +0000"
    }
}
