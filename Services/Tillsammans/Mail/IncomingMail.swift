import Domain
import Foundation

/// One message as it came in: what it holds, who sent it, and whether anybody may write back.
struct IncomingMail {
    /// The same for the same bytes: what a mail server hands over once more is taken once.
    let id: String
    let content: Content
    /// The addresses to which it went, as its headers and its calendar say.
    let addresses: [String]
    /// In small letters; nil where there is no such address.
    let from: String?
    /// A program sent it, or a list: nobody answers it (RFC 3834 §2).
    let isAutomatic: Bool
    /// It has a sender to whom a message can come back.
    let hasReturnPath: Bool
    private let results: [String]

    enum Content: Equatable {
        case calendar(CalendarReply)
        /// A relay says that a message did not arrive (RFC 3464).
        case bounce(messageID: String, status: String)
        /// A relay says something else of a message, such as that it is late.
        case deliveryNews
        /// Anything that a person has written.
        case letter
    }

    init(_ data: Data) {
        id = Reference.id(of: "mail \(String(decoding: data, as: UTF8.self))")
        let report: Set<String> = ["message/delivery-status", "message/rfc822", "text/rfc822-headers"]
        // Of what is too large or too deep, the headers say who sent it and to whom.
        let mail =
            (try? MIMEMessage(data, finding: report.union(["text/calendar"]))) ?? MIMEMessage(headersOf: data)
        let calendar = try? CalendarReply(mail)
        content = calendar.map(Content.calendar) ?? Self.report(mail) ?? .letter
        let headers = ["to", "cc", "delivered-to", "x-original-to", "envelope-to"]
        addresses =
            headers.flatMap(mail.values).flatMap { $0.split(separator: ",") }.compactMap { Self.address(String($0)) }
            + [calendar?.organiser].compactMap(\.self)
        from = mail.values("from").first.flatMap(Self.address)?.lowercased()
        let submitted = mail.values("auto-submitted").first?.lowercased() ?? "no"
        let precedence = mail.values("precedence").first?.lowercased() ?? ""
        isAutomatic =
            !submitted.hasPrefix("no") || ["bulk", "list", "junk"].contains(precedence)
            || !mail.values("list-id").isEmpty
        hasReturnPath = mail.values("return-path").first.flatMap(Self.address) != nil
        results = mail.values("authentication-results")
    }

    /// Whether a server that is trusted has found that the sender is not who the message says (RFC 8601, DMARC).
    ///
    /// - Parameter server: its authserv-id. Whatever other servers say may be written by anybody.
    func isForged(by server: String) -> Bool {
        results.contains { result in
            let pieces = Self.withoutComments(result).lowercased().split(separator: ";").map {
                $0.split { $0 == " " || $0 == "\t" }.joined(separator: " ").replacing(" =", with: "=")
                    .replacing("= ", with: "=")
            }
            let authority = pieces.first?.split(separator: " ").first.map(String.init)
            return authority == server.lowercased()
                && pieces.dropFirst().contains { $0.split(separator: " ").first == "dmarc=fail" }
        }
    }

    /// What a relay reports; nil where the message is no such report.
    private static func report(_ mail: MIMEMessage) -> Content? {
        guard let status = mail.content("message/delivery-status") else { return nil }
        let original = mail.content("message/rfc822") ?? mail.content("text/rfc822-headers")
        let id = original.flatMap { MIMEMessage(headersOf: $0).values("message-id").first }
        let lines = String(decoding: status, as: UTF8.self).split(whereSeparator: \.isNewline).map { $0.lowercased() }
        func field(_ name: String) -> String? {
            lines.first { $0.hasPrefix("\(name):") }?.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
        }
        guard let id, id.utf8.count <= 256, field("action")?.hasPrefix("failed") == true else { return .deliveryNews }
        let code = field("status")?.prefix { $0.isNumber || $0 == "." } ?? ""
        return .bounce(messageID: id, status: String(code.prefix(11)))
    }

    /// The address in `Name <address>`, or the whole text.
    private static func address(_ text: String) -> String? {
        let inside = text.lastIndex(of: "<").map { text[text.index(after: $0)...].prefix { $0 != ">" } } ?? text[...]
        return EmailAddress(inside.trimmingCharacters(in: .whitespaces))?.text
    }

    /// Comments stand in brackets, which may stand in each other (RFC 5322 §3.2.2). What is quoted is left out, too: it may be
    /// the sender's own words, and hold a bracket.
    private static func withoutComments(_ text: String) -> String {
        var (kept, depth, isQuoted, isEscaped) = ("", 0, false, false)
        for character in text {
            if isEscaped {
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if depth == 0, character == "\"" {
                isQuoted.toggle()
            } else if !isQuoted, character == "(" {
                depth += 1
            } else if !isQuoted, depth > 0, character == ")" {
                depth -= 1
            } else if !isQuoted, depth == 0 {
                kept.append(character)
            }
        }
        return kept
    }
}
