import Foundation
import NotificationsCore

/// A notice as a mail message (RFC 5322, MIME): plain text, the same as HTML, and the calendar's part (RFC 6047).
///
/// Bodies are base64, so that it passes relays that know neither UTF-8 nor long lines.
struct MailMessage: Sendable {
    let notice: Notice
    let sender: String

    var bytes: [UInt8] {
        var lines = [
            "From: \(sender)", "To: \(notice.recipient.email)", "Subject: \(Self.encoded(notice.text.subject))",
            "Date: \(Self.date(notice.created))", "Message-ID: \(notice.messageID)", "MIME-Version: 1.0",
            "Auto-Submitted: \(notice.kind.isReply ? "auto-replied" : "auto-generated")", "Content-Language: sv",
        ]
        if let replyTo = notice.calendar?.replyTo { lines.append("Reply-To: \(replyTo)") }
        var parts = [("text/plain; charset=utf-8", notice.text.body)]
        if !notice.text.html.isEmpty { parts.append(("text/html; charset=utf-8", notice.text.html)) }
        if let calendar = notice.calendar {
            let method = calendar.edition.method.rawValue
            parts.append(("text/calendar; charset=utf-8; method=\(method)", calendar.text))
        }
        if parts.count == 1 {
            lines += Self.part(parts[0].0, parts[0].1)
        } else {
            // The same message always has the same bytes, so the boundary comes from its id.
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

    /// Encoded words (RFC 2047), each at most 75 characters long.
    private static func encoded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) { return text }
        var words: [String] = []
        var word = ""
        for character in text where !character.isNewline {
            if (word + String(character)).utf8.count > 42 {
                words.append(word)
                word = ""
            }
            word.append(character)
        }
        words.append(word)
        return words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    /// RFC 5322 §3.3, in UTC.
    private static func date(_ date: Date) -> String {
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
