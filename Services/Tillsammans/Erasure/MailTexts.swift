import CloudEvents
import Foundation

/// What a message says, in every way in which it may be encoded.
///
/// Nothing of its structure is trusted: the whole is decoded as each encoding, so that no part is missed. What is decoded
/// wrongly is no text that anybody looks for. One pass for each encoding.
enum MailTexts {
    /// The message as it is; its quoted-printable (RFC 2045 §6.7) and base64 (§6.8) decoded; its headers' encoded words
    /// decoded (RFC 2047); and each of them without the folds of calendars (RFC 5545 §3.1).
    static func all(of message: Bytes) -> [Bytes] {
        let texts = [message, MIMEMessage.unquoted(message), decodedWords(message)] + base64Blocks(message)
        return texts + texts.filter(hasCalendar).map(unfolded)
    }

    private static func hasCalendar(_ text: Bytes) -> Bool {
        Data(text).firstRange(of: Data("BEGIN:VCALENDAR".utf8)) != nil
    }

    /// A line that begins with white space goes on with the line before it.
    private static func unfolded(_ text: Bytes) -> Bytes {
        var unfolded = Bytes()
        unfolded.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == 0x0D, rest.first == 0x0A { continue }
            if byte == 0x0A, let next = rest.first, next == 0x20 || next == 0x09 {
                rest = rest.dropFirst()
            } else {
                unfolded.append(byte)
            }
        }
        return unfolded
    }

    /// Lines that follow each other and have nothing but base64.
    private static func base64Blocks(_ message: Bytes) -> [Bytes] {
        var blocks: [Bytes] = []
        var block = Bytes()
        func end() {
            block += repeatElement(UInt8(ascii: "="), count: (4 - block.count % 4) % 4)
            if let data = Data(base64Encoded: Data(block)), !data.isEmpty { blocks.append(Bytes(data)) }
            block = []
        }
        for line in message.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let line = line.last == 0x0D ? line.dropLast() : line
            if !line.isEmpty, line.allSatisfy(isBase64) { block += line } else { end() }
        }
        end()
        return blocks
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "a"..."z", "A"..."Z", "0"..."9", "+", "/", "=": true
        default: false
        }
    }

    /// `=?utf-8?B?…?=` and `=?utf-8?Q?…?=`. White space between two of them is left out.
    private static func decodedWords(_ message: Bytes) -> Bytes {
        var decoded = Bytes()
        decoded.reserveCapacity(message.count)
        var rest = message[...]
        while let byte = rest.first {
            guard let (word, end) = word(rest) else {
                decoded.append(byte)
                rest = rest.dropFirst()
                continue
            }
            decoded += word
            rest = rest[end...]
            let next = rest.drop { [0x20, 0x09, 0x0D, 0x0A].contains($0) }
            if beginsWord(next) { rest = next }
        }
        return decoded
    }

    private static func beginsWord(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.first == UInt8(ascii: "=") && bytes.dropFirst().first == UInt8(ascii: "?")
    }

    /// The encoded word that stands at the beginning, and where it ends.
    private static func word(_ bytes: ArraySlice<UInt8>) -> (Bytes, end: Int)? {
        guard beginsWord(bytes) else { return nil }
        // None is longer than 75 characters, of which some senders know nothing.
        let parts = bytes.dropFirst(2).prefix(1_000).split(
            separator: UInt8(ascii: "?"), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[3].first == UInt8(ascii: "=") else { return nil }
        let end = parts[3].startIndex + 1
        switch parts[1] {
        case [UInt8(ascii: "B")], [UInt8(ascii: "b")]:
            return (Data(base64Encoded: Data(parts[2])).map { Bytes($0) } ?? [], end)
        case [UInt8(ascii: "Q")], [UInt8(ascii: "q")]:
            let spaced = parts[2].map { $0 == UInt8(ascii: "_") ? 0x20 : $0 }
            return (MIMEMessage.unquoted(spaced), end)
        default: return nil
        }
    }
}
