import CloudEvents
import Codec
import Domain
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

@Suite("Answers that calendar programs mail (RFC 5546, REPLY)")
struct CalendarReplyTests {
    private static let calendar = """
        BEGIN:VCALENDAR\r
        METHOD:REPLY\r
        BEGIN:VEVENT\r
        UID:TST-AAAA-AAAA-AA-0123abcd@tillsammans\r
        SEQUENCE:2\r
        DTSTAMP:20261123T081500Z\r
        ATTENDEE;CN="Exempelson; Fia";PARTSTAT=DECLINED;X-RESPONSE-COMMENT="Kan: inte":mail\r
         to:Fia@Example.org\r
        SUMMARY:Avböjt: Samverkansmöte\r
        BEGIN:VALARM\r
        UID:other\r
        END:VALARM\r
        END:VEVENT\r
        END:VCALENDAR\r

        """

    private static func mail(_ encoding: String, _ body: String) -> Data {
        Data(
            """
            From: Fia Exempelson <fia@example.org>\r
            Content-Type: multipart/mixed;\r
            \tboundary="outer"\r
            \r
            Ingress\r
            --outer\r
            Content-Type: multipart/alternative; boundary=inner\r
            \r
            --inner\r
            Content-Type: text/plain\r
            \r
            Jag kan inte.\r
            --inner\r
            Content-Type: text/calendar; charset=utf-8; method=REPLY\r
            Content-Transfer-Encoding: \(encoding)\r
            \r
            \(body)\r
            --inner--\r
            --outer--\r

            """.utf8)
    }

    @Test(
        "an answer is found in a message however it is nested and encoded",
        arguments: ["8bit", "base64", "quoted-printable"])
    func encodings(encoding: String) throws {
        let body =
            switch encoding {
            case "base64": Data(Self.calendar.utf8).base64EncodedString(options: [.lineLength76Characters])
            case "quoted-printable":
                Self.calendar.replacing("=", with: "=3D").replacing("ö", with: "=C3=B6").replacing(
                    "DTSTAMP", with: "DT=\r\nSTAMP")
            default: Self.calendar
            }
        let reply = try CalendarReply(mail: Self.mail(encoding, body))
        #expect(reply.uid == "TST-AAAA-AAAA-AA-0123abcd@tillsammans")
        #expect(reply.content == .answer(.declined, delegatedTo: nil))
        #expect((reply.sequence, reply.attendee) == (2, "fia@example.org"))
        #expect(reply.stamp == Timestamp.date("2026-11-23T08:15:00.000Z"))
    }

    @Test("delegation names who comes instead; a proposal of another time is one, whatever it says of coming")
    func kinds() throws {
        let text = Self.calendar.replacing(
            "PARTSTAT=DECLINED", with: #"PARTSTAT=DELEGATED;DELEGATED-TO="mailto:Nils@example.org""#)
        let delegated = try CalendarReply(calendar: Data(text.utf8))
        #expect(delegated.content == .answer(.delegated, delegatedTo: "nils@example.org"))
        let counter = Self.calendar.replacing("METHOD:REPLY", with: "METHOD:COUNTER").replacing(
            ";PARTSTAT=DECLINED", with: "")
        #expect(try CalendarReply(calendar: Data(counter.utf8)).content == .counter)
    }

    @Test("what is no answer is told as such")
    func none() throws {
        #expect(throws: CalendarReply.Problem.noReply) { try CalendarReply(mail: Data("Subject: hej\r\n\r\nhej".utf8)) }
        #expect(throws: CalendarReply.Problem.noReply) {
            try CalendarReply(calendar: Data(Self.calendar.replacing("REPLY", with: "REQUEST").utf8))
        }
        for (property, line) in [("UID", "UID:TST"), ("PARTSTAT", "PARTSTAT=DECLINED"), ("DTSTAMP", "DTSTAMP:")] {
            let broken = Self.calendar.replacing(line, with: "X-NONE")
            let problem = #expect(throws: CalendarReply.Problem.self) { try CalendarReply(calendar: Data(broken.utf8)) }
            #expect(problem == .missing(property))
        }
    }

    @Test("a boundary that begins like another one is another one")
    func boundaries() throws {
        let mail = String(decoding: Self.mail("8bit", Self.calendar), as: UTF8.self)
            .replacing("boundary=inner", with: "boundary=outer2").replacing("--inner", with: "--outer2")
        #expect(try CalendarReply(mail: Data(mail.utf8)).content == .answer(.declined, delegatedTo: nil))
    }

    @Test(
        "parts that stand in each other too deep are refused, however many there are", arguments: [11, 2_000, 30_000])
    func depth(depth: Int) throws {
        let mail = (0..<depth).map { "Content-Type: multipart/mixed; boundary=b\($0)\r\n\r\n--b\($0)\r\n" }.joined()
        let problem = #expect(throws: CalendarReply.Problem.self) { try CalendarReply(mail: Data(mail.utf8)) }
        #expect(try #require(problem).description == "its parts stand in each other more than 10 deep")
    }

    @Test("a message of boundaries alone is read in one pass, and a larger one is refused")
    func many() throws {
        func mail(_ bytes: Int) -> Data {
            let head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            return Data((head + String(repeating: "--b\n", count: bytes / 4)).utf8)
        }
        func steps(_ bytes: Int) throws -> Int { try MIMEMessage(mail(bytes), finding: ["text/calendar"]).steps }
        #expect(try steps(400_000) < 5 * steps(100_000) && steps(400_000) < 300_000)
        let problem = #expect(throws: CalendarReply.Problem.self) { try CalendarReply(mail: mail(12_000_000)) }
        #expect(try #require(problem).description == "the message has more than 10000000 bytes")
    }

    @Test("no random or cut-off bytes ever crash the reader", arguments: (1...4).map(UInt64.init))
    func fuzz(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let mail = Self.mail("quoted-printable", Self.calendar)
        for _ in 0..<300 {
            var bytes = Array(mail.prefix(Int.random(in: 0...mail.count, using: &random)))
            for _ in 0..<3 where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? CalendarReply(mail: Data(bytes))
        }
    }
}
