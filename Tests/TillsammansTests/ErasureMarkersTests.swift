import CloudEvents
import Domain
import Foundation
import StreamsTesting
import Testing

@testable import tillsammans

@Suite("A child's markers are found however they are written")
struct ErasureMarkersTests {
    private static let reference = "TST-AAAA-AAAA-AA"

    private static func finds(_ marker: String, in text: String) throws -> Bool {
        try Needles(reference: reference, Markers(marker)).traces(in: Bytes(text.utf8)).contains(.marker)
    }

    @Test(
        "a personal number is found with and without century, with hyphen, plus, space and dash",
        arguments: ["20140315-2380", "140315-2380", "201403152380", "1403152380", "140315+2380"])
    func number(marker: String) throws {
        for text in [
            "20140315-2380", "140315-2380", "201403152380", "1403152380", "140315+2380", "140315 2380",
            "140315\u{2013}2380",
        ] {
            #expect(try Self.finds(marker, in: "nr=\(text)."), "\(text)")
        }
        #expect(try !Self.finds(marker, in: "140315-2381"))
    }

    @Test("words are found regardless of case, Unicode form, line breaks, and escapes of JSON and calendars")
    func words() throws {
        for text in [
            "åsa öberg", "ÅSA ÖBERG", "A\u{30A}sa O\u{308}berg", "Åsa\r\n  Öberg", "\\u00c5sa \\u00F6berg",
            "Åsa\\n\\u00d6berg",
        ] {
            #expect(try Self.finds("Åsa Öberg", in: text), "\(text)")
            #expect(try Self.finds("A\u{30A}sa O\u{308}berg", in: text), "\(text)")
        }
        #expect(try Self.finds("Storgatan 1, Nyköping", in: #"LOCATION:Storgatan 1\, Nyköping"#))
        #expect(try Self.finds("mor@example.org", in: "Mor@Example.org"))
        for text in ["Asa Oberg", "ÅsaÖberg", "×sa Öberg", ""] { #expect(try !Self.finds("Åsa Öberg", in: text)) }
    }

    @Test("a marker with fewer than three characters, or too many of them, is refused and not repeated")
    func refused() throws {
        let short = #expect(throws: CommandFault.self) { try Markers("Alva\n\nåö\n") }
        #expect(short?.description == "marker 3 has fewer than 3 characters")
        #expect(throws: CommandFault.self) { try Markers(String(repeating: "a", count: Markers.largestBytes + 1)) }
        #expect(try Markers(" \n\n").isEmpty && !Markers("Åsa").isEmpty)
        #expect(try "\(Markers("Alva Exempel"))".contains("Exempel") == false)
    }

    @Test("the automaton finds what a plain search finds, in pieces too", arguments: 0..<50 as Range<UInt64>)
    func plainSearch(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func text(_ length: ClosedRange<Int>) -> String {
            String((0..<Int.random(in: length, using: &random)).map { _ in "abå".randomElement(using: &random) ?? "a" })
        }
        for _ in 0..<40 {
            let markers = (0..<4).map { _ in text(3...6) }
            let hay = text(0...60)
            let needles = Needles(reference: "aba", try Markers(markers.joined(separator: "\n")))
            var expected: Traces = hay.contains("aba") ? .reference : []
            if markers.contains(where: hay.contains) { expected.insert(.marker) }
            #expect(needles.traces(in: Bytes(hay.utf8)) == expected)
            var scan = Needles.Scan(needles)
            for byte in hay.utf8 { Bytes([byte]).withUnsafeBytes { scan.read($0) } }
            #expect(scan.found == expected)
        }
    }

    @Test(
        "a message's parts, headers and calendar are found as they are encoded",
        arguments: [
            "Subject: =?utf-8?B?w4VzYSDDlmI=?=\r\n =?utf-8?B?ZXJn?=\r\n\r\n-",
            "Subject: =?UTF-8?Q?=C3=85sa_=C3=96berg?=\r\n\r\n-",
            "Content-Transfer-Encoding: quoted-printable\r\n\r\nom =C3=85sa =C3=\r\n=96berg.",
            "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + Data("Hej! Det gäller Åsa Öberg, som vanligt.".utf8).base64EncodedString(
                    options: .lineLength64Characters)
                + "\r\n--x--\r\n",
            "Content-Transfer-Encoding: base64\r\n\r\n"
                + Data("BEGIN:VCALENDAR\r\nSUMMARY:Möte om Å\r\n sa Öberg\r\nEND:VCALENDAR\r\n".utf8)
                .base64EncodedString(),
            "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nSUMMARY:Åsa Öbe\r\n rg\r\nEND:VCALENDAR\r\n",
        ])
    func mail(message: String) throws {
        let needles = Needles(reference: Self.reference, try Markers("Åsa Öberg"))
        #expect(needles.traces(in: MailTexts.all(of: Bytes(message.utf8))).contains(.marker))
        #expect(!needles.traces(in: MailTexts.all(of: Bytes("Subject: Hej\r\n\r\n=C3".utf8))).contains(.marker))
    }

    @Test("a message that is made to be slow is searched in time that grows with its size alone")
    func slow() throws {
        // Each of these would take hours if anything were searched again from every byte.
        for piece in ["=?a?Q?", "=?=?", "=\r\n", "a\r\n", "\\u", "BEGIN:VCALENDAR\r\n "] {
            let message = Bytes(String(repeating: piece, count: 100_000 / piece.utf8.count).utf8)
            let needles = Needles(reference: Self.reference, try Markers("Åsa Öberg"))
            #expect(needles.traces(in: MailTexts.all(of: message)).isEmpty)
        }
    }
}
