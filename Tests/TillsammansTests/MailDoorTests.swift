import Codec
import Domain
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

/// A mail that somebody sends, honest or forged. What a test changes of it is said in the test.
private struct Mail {
    static let meeting = MeetingID("TST-AAAA-AAAA-AA-0123abcd")
    static let sender = "tillsammans@example.org"

    var from = "Fia Exempelson <fia@example.org>"
    var to: String
    /// Further headers, each with its line's end.
    var headers = "Return-Path: <fia@example.org>\r\n"
    var method = "REPLY"
    var uid = meeting.uid
    var attendee = "fia@example.org"
    var participation = "PARTSTAT=DECLINED"
    var stamp = "20261123T081500Z"
    /// Words in place of the calendar's part.
    var letter: String?

    /// Fia's answer, as her calendar mails it.
    init() throws { to = try Self.address(of: "fia@example.org") }

    static func address(of receiver: String, meeting: MeetingID = meeting) throws -> String {
        let secret = try Doors.secret()
        return try #require(ReplyAddress(of: meeting, to: receiver, sender: sender, secret: secret)).address.text
    }

    private var calendar: String {
        """
        BEGIN:VCALENDAR\r
        METHOD:\(method)\r
        BEGIN:VEVENT\r
        UID:\(uid)\r
        SEQUENCE:2\r
        DTSTAMP:\(stamp)\r
        ATTENDEE;\(participation):mailto:\(attendee)\r
        END:VEVENT\r
        END:VCALENDAR\r

        """
    }

    var incoming: IncomingMail {
        let body =
            letter.map { "Content-Type: text/plain; charset=utf-8\r\n\r\n\($0)\r\n" }
            ?? "Content-Type: text/calendar; method=\(method)\r\n\r\n\(calendar)"
        return IncomingMail(Data("\(headers)From: \(from)\r\nTo: \(to)\r\nSubject: Re: möte\r\n\(body)".utf8))
    }
}

private enum Doors {
    static func secret() throws -> KeySecret { try KeySecret("only-for-tests-and-no-real-child-at-all") }

    static func outcome(_ mail: Mail, server: String? = nil) throws -> MailDoor.Outcome {
        MailDoor(secret: try secret(), server: server, directory: ExampleCounty.directory).outcome(of: mail.incoming)
    }

    static func outcome(_ text: String) throws -> MailDoor.Outcome {
        MailDoor(secret: try secret(), server: nil, directory: ExampleCounty.directory)
            .outcome(of: IncomingMail(Data(text.utf8)))
    }
}

extension MailDoor.Outcome {
    fileprivate var answer: AnswerMeeting? { if case .answer(let command) = self { command } else { nil } }
    fileprivate var forwarded: ForwardMail? { if case .forward(let command) = self { command } else { nil } }
    fileprivate var reply: ReplyToMail? { if case .reply(let command) = self { command } else { nil } }
    fileprivate var isIgnored: Bool { if case .ignored = self { true } else { false } }
}

@Suite("Mail that comes in")
struct MailDoorTests {
    // MARK: An answer

    @Test("an answer to the address of its invitation names the meeting, and who was invited")
    func answer() throws {
        let command = try #require(try Doors.outcome(try Mail()).answer)
        #expect((command.caseReference, command.county) == ("TST-AAAA-AAAA-AA", "TST"))
        #expect(command.meeting == "TST-AAAA-AAAA-AA-0123abcd")
        #expect((command.person, command.email) == ("family", "fia@example.org"))
        #expect((command.answer, command.sequence) == ("declined", 2) && command.replyTo == "fia@example.org")
    }

    @Test("a guardian answers from the address that they were invited at")
    func guardian() throws {
        var mail = try Mail()
        (mail.from, mail.attendee) = ("vera@example.org", "Vera@example.org")
        mail.to = try Mail.address(of: "vera@example.org")
        let command = try #require(try Doors.outcome(mail).answer)
        #expect(command.person.isEmpty && command.email == "vera@example.org", "Meetings knows whose it is")
    }

    @Test("a delegation by mail says where it came from, so that a person decides on it")
    func delegation() throws {
        var mail = try Mail()
        mail.participation = #"PARTSTAT=DELEGATED;DELEGATED-TO="mailto:nils@example.org""#
        let command = try #require(try Doors.outcome(mail).answer)
        #expect((command.answer, command.delegateTo, command.email) == ("delegated", "nurse", "fia@example.org"))
    }

    @Test("the address may stand where a mail server or a calendar program puts it", arguments: ["Delivered-To", "Cc"])
    func places(header: String) throws {
        var mail = try Mail()
        mail.headers += "\(header): Svar <\(mail.to.uppercased())>\r\n"
        mail.to = Mail.sender
        #expect(try Doors.outcome(mail).answer != nil)
    }

    @Test("the same message once more has the same id, so that it is taken once; another one has another")
    func id() throws {
        var mail = try Mail()
        let first = mail.incoming.id
        #expect(mail.incoming.id == first)
        mail.stamp = "20261123T081501Z"
        #expect(mail.incoming.id != first)
    }

    // MARK: Attacks: each forged mail moves nothing

    @Test("attack: who knows the case's reference alone answers nothing, for nobody")
    func withoutAddress() throws {
        var mail = try Mail()
        for to in [Mail.sender, "tillsammans+TST-AAAA-AAAA-AA-0123abcd@example.org"] {
            mail.to = to
            #expect(try Doors.outcome(mail).reply?.email == "fia@example.org")
        }
    }

    @Test("attack: an address with one letter changed is none")
    func changedAddress() throws {
        var mail = try Mail()
        let at = try #require(mail.to.lastIndex(of: "@"))
        let last = mail.to.index(before: at)
        mail.to.replaceSubrange(last...last, with: mail.to[last] == "7" ? "8" : "7")
        #expect(try Doors.outcome(mail).reply != nil)
    }

    @Test("attack: a receiver's own address answers for no colleague")
    func forAnother() throws {
        var mail = try Mail()
        mail.attendee = "nils@example.org"
        let outcome = try Doors.outcome(mail)
        #expect(outcome.answer == nil && outcome.forwarded?.what == "letter")
    }

    @Test("attack: the address of one meeting answers no other, whatever the UID says")
    func anotherMeeting() throws {
        for uid in [
            "TST-AAAA-AAAA-AA-ffffffff@tillsammans", "TST-BBBB-BBBB-BB-0123abcd@tillsammans", "other@elsewhere",
        ] {
            var mail = try Mail()
            mail.uid = uid
            #expect(try Doors.outcome(mail).answer == nil, "\(uid)")
        }
        var mail = try Mail()
        mail.to = try Mail.address(of: "fia@example.org", meeting: MeetingID("TST-AAAA-AAAA-AA-ffffffff"))
        #expect(try Doors.outcome(mail).answer == nil)
    }

    private static let failed = "Authentication-Results: mx.example.org (1.2); spf=fail; dmarc = fail (p=none)\r\n"

    @Test("attack: what the county's mail server finds forged answers nothing, and nobody is written to")
    func dmarc() throws {
        var mail = try Mail()
        mail.headers += Self.failed
        let outcome = try Doors.outcome(mail, server: "MX.example.org")
        #expect(outcome.answer == nil && outcome.forwarded?.what == "letter")
        #expect(outcome.forwarded?.replyTo.isEmpty == true && outcome.forwarded?.email.isEmpty == true)
        mail.to = Mail.sender
        #expect(try Doors.outcome(mail, server: "mx.example.org").isIgnored)
        // A bracket in the sender's own words hides nothing.
        var hidden = try Mail()
        hidden.headers +=
            "Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=\"(\\\"\"@example.org; dmarc=fail\r\n"
        #expect(try Doors.outcome(hidden, server: "mx.example.org").answer == nil)
    }

    @Test("what other servers find, or stands in a comment, counts for nothing")
    func otherServers() throws {
        for result in [
            Self.failed.replacing("mx.", with: "mx2."),
            "Authentication-Results: mx.example.org (; dmarc=fail); dmarc=pass\r\n",
            "Authentication-Results: mx.example.org; dmarc=pass; spf=fail reason=\"no\"\r\n",
        ] {
            var mail = try Mail()
            mail.headers += result
            #expect(try Doors.outcome(mail, server: "mx.example.org").answer != nil, "\(result)")
        }
        var mail = try Mail()
        mail.headers += Self.failed
        #expect(try Doors.outcome(mail).answer != nil, "no server is named")
    }

    // MARK: What a person has written

    @Test("words reach the named person, and their sender is told so")
    func letter() throws {
        var mail = try Mail()
        mail.letter = "Hej, vi kan inte komma."
        let command = try #require(try Doors.outcome(mail).forwarded)
        #expect((command.what, command.person, command.replyTo) == ("letter", "family", "fia@example.org"))
        #expect(command.meeting == "TST-AAAA-AAAA-AA-0123abcd")
        #expect(try !command.jsonString().contains("vi kan inte"), "never their text (rule 22)")
    }

    @Test("words from another address than the invited one reach the named person, too")
    func otherAddress() throws {
        var mail = try Mail()
        (mail.letter, mail.from) = ("Hej", "vera.jobb@example.org")
        let command = try #require(try Doors.outcome(mail).forwarded)
        #expect(command.person.isEmpty && command.email.isEmpty && command.replyTo == "vera.jobb@example.org")
    }

    @Test("a proposal of another time is the named person's to decide on")
    func counter() throws {
        var mail = try Mail()
        (mail.method, mail.participation) = ("COUNTER", "PARTSTAT=TENTATIVE")
        #expect(try Doors.outcome(mail).forwarded?.what == "counter")
    }

    @Test("words in a message that is too large or too deep to be read reach a person all the same")
    func large() throws {
        let to = try Mail.address(of: "fia@example.org")
        let head = "Return-Path: <fia@example.org>\r\nFrom: fia@example.org\r\nTo: \(to)\r\n"
        let large = head + "\r\n" + String(repeating: "bild", count: 3_000_000)
        let deep =
            head + (0..<20).map { "Content-Type: multipart/mixed; boundary=b\($0)\r\n\r\n--b\($0)\r\n" }.joined()
        for text in [large, deep] { #expect(try Doors.outcome(text).forwarded?.person == "family") }
    }

    @Test("whoever writes to no invitation's address is told so; never a program, a list or nobody (RFC 3834)")
    func unknown() throws {
        var mail = try Mail()
        (mail.letter, mail.to) = ("Hej", Mail.sender)
        #expect(try Doors.outcome(mail).reply?.email == "fia@example.org")
        for header in ["Auto-Submitted: auto-replied", "Precedence: bulk", "List-Id: <lista.example.org>"] {
            var automatic = mail
            automatic.headers += header + "\r\n"
            #expect(try Doors.outcome(automatic).isIgnored, "\(header)")
        }
        for path in ["Return-Path: <>\r\n", ""] {
            mail.headers = path
            #expect(try Doors.outcome(mail).isIgnored, "\(path)")
        }
    }

    @Test("a program's own words are no answer; its calendar's answer is one, and nobody writes back")
    func automatic() throws {
        var mail = try Mail()
        mail.headers += "Auto-Submitted: auto-replied\r\n"
        #expect(try Doors.outcome(mail).answer?.replyTo.isEmpty == true)
        mail.letter = "Jag är på semester."
        #expect(try Doors.outcome(mail).isIgnored)
    }

    // MARK: What a relay reports

    private static func report(action: String, status: String, _ original: String = "message/rfc822") -> String {
        """
        Return-Path: <>\r
        From: Mail Delivery System <mailer-daemon@example.org>\r
        To: tillsammans@example.org\r
        Auto-Submitted: auto-replied\r
        Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
        \r
        --b\r
        Content-Type: text/plain\r
        \r
        This is the mail system at host mx.example.org.\r
        --b\r
        Content-Type: message/delivery-status\r
        \r
        Reporting-MTA: dns; mx.example.org\r
        \r
        Final-Recipient: rfc822; fia@example.org\r
        Action: \(action)\r
        Status: \(status)\r
        --b\r
        Content-Type: \(original)\r
        \r
        From: tillsammans@example.org\r
        Message-ID:\r
         <abc-invitation-TST-family@example.org>\r
        Content-Type: multipart/alternative; boundary="x"\r
        \r
        --x\r
        Content-Type: text/calendar; method=REPLY\r
        \r
        BEGIN:VCALENDAR\r
        --x--\r
        --b--\r

        """
    }

    @Test(
        "a report that a message did not arrive names the message (RFC 3464)",
        arguments: ["message/rfc822", "text/rfc822-headers"])
    func bounce(original: String) throws {
        let outcome = try Doors.outcome(Self.report(action: "failed", status: "5.1.1 (no such user)", original))
        let expected = ReportBounce.with {
            ($0.messageID, $0.detail) = ("<abc-invitation-TST-family@example.org>", "5.1.1")
        }
        #expect(outcome == .bounce(expected))
    }

    @Test("a report that a message is late, or arrived, changes nothing")
    func late() throws {
        #expect(try Doors.outcome(Self.report(action: "delayed", status: "4.4.7")).isIgnored)
        #expect(try Doors.outcome(Self.report(action: "delivered", status: "2.0.0")).isIgnored)
    }

    @Test("no random or cut-off bytes ever crash the door", arguments: (1...4).map(UInt64.init))
    func fuzz(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let report = Data(Self.report(action: "failed", status: "5.1.1").utf8)
        for _ in 0..<300 {
            var bytes = Array(report.prefix(Int.random(in: 0...report.count, using: &random)))
            for _ in 0..<3 where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = IncomingMail(Data(bytes))
        }
    }
}
