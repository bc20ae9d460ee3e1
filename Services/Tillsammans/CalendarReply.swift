import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf

/// A participant's answer as a calendar program mails it: an iTIP `REPLY` (RFC 5546 §3.2.3) somewhere in a MIME message
/// (RFC 2045).
struct CalendarReply: Equatable {
    let uid: String
    let sequence: Int
    let stamp: Date
    let attendee: String
    let answer: Attendance
    let delegatedTo: String?

    enum Problem: Error, Equatable {
        /// No part of the message is a calendar, or none that answers.
        case noReply
        /// A reply without one of the properties that it must have.
        case missing(String)
    }

    /// - Throws: ``Problem``
    init(mail: Data) throws(Problem) {
        guard let calendar = MIMEPart(mail).first(of: "text/calendar"), let text = calendar.text else { throw .noReply }
        try self.init(calendar: text)
    }

    /// - Throws: ``Problem``
    init(calendar text: String) throws(Problem) {
        var properties: [String: (parameters: [String: String], value: String)] = [:]
        // Folded lines go on after a space or a tab (RFC 5545 §3.1).
        let lines = text.replacing("\r\n", with: "\n").replacing("\n ", with: "").replacing("\n\t", with: "")
        var components: [String] = []
        for line in lines.split(separator: "\n") {
            guard let (name, parameters, value) = Self.property(String(line)) else { continue }
            switch name {
            case "BEGIN": components.append(value.uppercased())
            case "END": _ = components.popLast()
            // What stands in an alarm or a time zone says nothing of the meeting, and the first meeting counts.
            case _ where components == ["VCALENDAR"] || components == ["VCALENDAR", "VEVENT"]:
                if properties[name] == nil { properties[name] = (parameters, value) }
            default: break
            }
        }
        guard properties["METHOD"]?.value.uppercased() == "REPLY" else { throw .noReply }
        func value(_ name: String) throws(Problem) -> String {
            guard let value = properties[name]?.value, !value.isEmpty else { throw .missing(name) }
            return value
        }
        uid = try value("UID")
        // Left out, it is 0 (RFC 5545 §3.8.7.4).
        sequence = properties["SEQUENCE"].flatMap { Int($0.value) } ?? 0
        guard let stamp = Self.instant(try value("DTSTAMP")) else { throw .missing("DTSTAMP") }
        self.stamp = stamp
        attendee = Self.address(try value("ATTENDEE"))
        guard let answer = Attendance(rawValue: properties["ATTENDEE"]?.parameters["PARTSTAT"]?.lowercased() ?? "")
        else { throw .missing("PARTSTAT") }
        self.answer = answer
        delegatedTo = properties["ATTENDEE"]?.parameters["DELEGATED-TO"].map(Self.address)
    }

    /// `NAME;PARAMETER="VALUE":value`
    private static func property(_ line: String) -> (String, [String: String], String)? {
        var isQuoted = false
        var pieces: [String] = [""]
        for (index, letter) in line.enumerated() {
            switch letter {
            case "\"": isQuoted.toggle()
            case ";" where !isQuoted: pieces.append("")
            case ":" where !isQuoted:
                var parameters: [String: String] = [:]
                for piece in pieces.dropFirst() {
                    let parts = piece.split(separator: "=", maxSplits: 1)
                    if parts.count == 2 { parameters[parts[0].uppercased()] = String(parts[1]) }
                }
                return (pieces[0].uppercased(), parameters, String(line.dropFirst(index + 1)))
            default: pieces[pieces.count - 1].append(letter)
            }
        }
        return nil
    }

    private static func address(_ text: String) -> String {
        (text.lowercased().hasPrefix("mailto:") ? String(text.dropFirst(7)) : text).lowercased()
    }

    /// `20261123T080000Z`
    private static func instant(_ text: String) -> Date? {
        let digits = text.filter(\.isNumber)
        guard text.hasSuffix("Z"), digits.count == 14 else { return nil }
        let parts = [(0, 4), (4, 2), (6, 2), (8, 2), (10, 2), (12, 2)].map { digits.dropFirst($0.0).prefix($0.1) }
        return Timestamp.date("\(parts[0])-\(parts[1])-\(parts[2])T\(parts[3]):\(parts[4]):\(parts[5]).000Z")
    }
}

/// One part of a MIME message: its headers, and its body as bytes.
private struct MIMEPart {
    private let headers: [String: String]
    private let body: Data

    init(_ data: Data) {
        // Everything up to the first empty line, with CRLF or LF alone.
        let lines = data.split(separator: 0x0A, omittingEmptySubsequences: false)
        var headers: [String: String] = [:]
        var last = ""
        var count = 0
        for line in lines {
            count += line.count + 1
            let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .newlines)
            if text.isEmpty { break }
            if text.first == " " || text.first == "\t" {
                headers[last, default: ""] += " " + text.trimmingCharacters(in: .whitespaces)
            } else if let colon = text.firstIndex(of: ":") {
                last = text[..<colon].lowercased()
                headers[last] = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            }
        }
        self.headers = headers
        body = data.dropFirst(count)
    }

    private var type: String {
        (headers["content-type"] ?? "text/plain").prefix { $0 != ";" }.lowercased().trimmingCharacters(in: .whitespaces)
    }

    /// The first part of a type, this one or one within it.
    func first(of type: String) -> MIMEPart? {
        if self.type == type { return self }
        guard self.type.hasPrefix("multipart/"), let boundary else { return nil }
        var rest = body
        var parts: [Data] = []
        let mark = Data("--\(boundary)".utf8)
        while let range = rest.range(of: mark) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts.dropFirst().lazy.compactMap { part in
            // What follows the boundary on its line is nothing of the part.
            let start = part.firstIndex(of: 0x0A).map { part.index(after: $0) } ?? part.endIndex
            return MIMEPart(Data(part[start...])).first(of: type)
        }.first
    }

    private var boundary: String? {
        guard let header = headers["content-type"], let range = header.range(of: "boundary=", options: .caseInsensitive)
        else { return nil }
        let value = header[range.upperBound...]
        return value.first == "\""
            ? String(value.dropFirst().prefix { $0 != "\"" }) : String(value.prefix { $0 != ";" && $0 != " " })
    }

    /// The body as text, whatever it was encoded in.
    var text: String? {
        switch headers["content-transfer-encoding"]?.lowercased() {
        case "base64":
            return Data(base64Encoded: body, options: .ignoreUnknownCharacters).map {
                String(decoding: $0, as: UTF8.self)
            }
        case "quoted-printable":
            var bytes: [UInt8] = []
            var rest = body.filter { $0 != 0x0D }[...]
            while let byte = rest.popFirst() {
                guard byte == 0x3D else {
                    bytes.append(byte)
                    continue
                }
                let code = rest.prefix(2)
                rest = rest.dropFirst(code.first == 0x0A ? 1 : 2)
                if let value = UInt8(String(decoding: code, as: UTF8.self), radix: 16) { bytes.append(value) }
            }
            return String(decoding: bytes, as: UTF8.self)
        default: return String(decoding: body, as: UTF8.self)
        }
    }
}
