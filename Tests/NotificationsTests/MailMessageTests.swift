import CloudEvents
import Codec
import Domain
import Foundation
import NotificationsCore
import ServiceKit
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import notifications

private typealias Notice = Codec.Notice

// The message as it goes out: its headers, and what may enter them.

extension NotificationsTests {
    /// The headers of a message, each on one line.
    private func headers(_ mail: String) -> [String] {
        let head = mail.components(separatedBy: "\r\n\r\n")[0]
        return head.replacing("\r\n ", with: " ").components(separatedBy: "\r\n")
    }

    private func only(_ tester: ProcessorTester<NotificationsProcessor>) throws -> Notice {
        try #require(try tester.wishes(Notice.self).values.first)
    }

    @Test(
        "nothing but an address enters a header: whoever asks a question can add no receiver",
        arguments: [
            "mia@example.org\r\nBcc: eva@example.org", "mia@example.org\nBcc: eva@example.org",
            "mia@example.org, eva@example.org", "<mia@example.org>", "mia@example.org> <eva@example.org",
            "\"Mia\" <mia@example.org>", "mia@exämple.org", "m\u{ef}a@example.org", "mia@example.org\0", "",
        ])
    func injection(email: String) throws {
        var tester = try tester()
        try tester.process(
            ConsultationBooked.with {
                ($0.reference, $0.county, $0.chair, $0.email) = ("TST-1", "TST", "head-care", email)
                ($0.start, $0.end) = (.init(ExampleCounty.monday), .init(ExampleCounty.monday + 1_200))
            }, key: "TST")
        var concern = Self.concern
        (concern.harmSuspected, concern.reporter.email) = (true, email)
        try tester.process(concern, key: "c")
        let notices = try tester.wishes(Notice.self).values
        #expect(Set(notices.map(\.email)) == ["head.care@example.org", "head.school@example.org"])
        for notice in notices { #expect(try !Self.mail(notice).contains("eva@")) }
        // Nor does one that stands in the state already.
        var kept = try #require(notices.first)
        kept.email = email
        #expect(throws: Refusal.self) { try kept.notice() }
    }

    @Test("a county's name, a room and a subject begin no other header, whatever they hold")
    func values() throws {
        var tester = try tester()
        tester.directory.counties["TST"]?.name = "Län\r\nBcc: eva@example.org"
        var meeting = Self.meeting
        meeting.place = "Rum\r\nBcc: eva@example.org\r\nATTENDEE:mailto:eva@example.org"
        meeting.participants.removeLast()
        try tester.process(MeetingScheduled.with { $0.meeting = meeting }, key: "TST")
        let notice = try only(tester)
        #expect(headers(try Self.mail(notice)).map { $0.prefix { $0 != ":" } }.allSatisfy { $0 != "Bcc" })
        #expect(notice.calendar.components(separatedBy: "\r\nATTENDEE").count == 2)
        #expect(notice.body.contains("Plats: Rum Bcc: eva@example.org"))
    }

    @Test(
        "the same notice has the same Message-ID after a start without state and at each attempt, and it tells nothing")
    func messageID() throws {
        var ids: [Set<String>] = []
        for _ in 0..<2 {
            var tester = try tester()
            var concern = Self.concern
            concern.harmSuspected = true
            try tester.process(concern, key: "c", id: "e1")
            try tester.process(
                FamilyTold.with {
                    ($0.meeting, $0.to, $0.channel, $0.email) = (Self.meeting, "g1-key", "email", "vera@example.org")
                }, key: "TST", id: "e2")
            ids.append(Set(try tester.wishes(Notice.self).values.map(\.messageID)))
        }
        #expect(ids[0] == ids[1] && ids[0].count == 4)
        for id in ids[0] {
            #expect(id.hasPrefix("<") && id.hasSuffix("@example.org>") && id.count == 46, "\(id)")
            for word in ["duty", "concern", "family", "g1", "head"] { #expect(!id.contains(word)) }
        }
    }

    @Test("Date is when it is sent, not when quiet hours began")
    func date() throws {
        var tester = try tester()
        try tester.process(Self.concern, key: "c")
        let notice = try only(tester).notice()
        let later = MailMessage(
            notice: notice, sender: try Self.address("a@example.org"), date: ExampleCounty.monday + 10 * 3_600)
        #expect(headers(String(decoding: later.bytes, as: UTF8.self)).contains("Date: Mon, 23 Nov 2026 18:00:00 +0000"))
    }

    @Test("what real clients look at: who sends, that a program does, whom an answer reaches, and the calendar's file")
    func headers() throws {
        var tester = try tester()
        var meeting = Self.meeting
        meeting.namedPerson = "head-school"
        try tester.process(
            FamilyTold.with {
                ($0.meeting, $0.to, $0.channel, $0.email) = (meeting, "g1", "email", "vera@example.org")
            }, key: "TST")
        let notice = try only(tester)
        let mail = try Self.mail(notice)
        let name = Data("Tillsammans Testlän".utf8).base64EncodedString()
        for line in [
            "From: =?utf-8?B?\(name)?= <tillsammans@example.org>", "To: vera@example.org",
            "Reply-To: \(notice.replyTo)", "Auto-Submitted: auto-generated",
            "X-Auto-Response-Suppress: OOF, AutoReply, RN, NRN", "Content-Language: sv, en",
        ] { #expect(headers(mail).contains(line), "\(line)") }
        #expect(mail.contains("Content-Type: text/calendar; charset=utf-8; method=REQUEST; name=invite.ics\r\n"))
        #expect(notice.body.contains("Chef Exempelson bjuder in dig till ett möte"))
        let calendar = notice.calendar.replacing("\r\n ", with: "")
        #expect(calendar.contains("ORGANIZER;CN=\"Tillsammans Testlän\":mailto:\(notice.replyTo)\r\n"))
        let secret = try KeySecret("only-for-tests-and-no-real-child-at-all")
        #expect(ReplyAddress(notice.replyTo, secret: secret) != nil)
    }

    @Test("a calendar that shows its entry in place of the message says the same words")
    func description() throws {
        var tester = try tester()
        var meeting = Self.meeting
        meeting.participants.removeLast()
        try tester.process(MeetingScheduled.with { $0.meeting = meeting }, key: "TST")
        let notice = try only(tester)
        let words = notice.body.replacing(";", with: "\\;").replacing(",", with: "\\,").replacing("\n", with: "\\n")
        #expect(notice.calendar.replacing("\r\n ", with: "").contains("DESCRIPTION:\(words)\r\n"))
    }

    @Test("an invitation to staff names its receiver; a family that has a number to ring is told it")
    func names() throws {
        var tester = try tester()
        tester.directory.counties["TST"]?.people["head-school"]?.phone = "0150-123 45"
        var meeting = Self.meeting
        (meeting.namedPerson, meeting.participants) = ("head-school", [.with { $0.person = "family" }])
        try tester.process(MeetingScheduled.with { $0.meeting = meeting }, key: "TST")
        let calendar = try only(tester).calendar.replacing("\r\n ", with: "")
        #expect(calendar.contains("ATTENDEE;CN=\"Fia Exempelson\";"))
        try tester.process(
            FamilyTold.with {
                ($0.meeting, $0.to, $0.channel, $0.email) = (meeting, "g1", "email", "vera@example.org")
            }, key: "TST")
        let family = try #require(try tester.wishes(Notice.self).values.first { $0.kind == "family_invitation" })
        #expect(family.body.contains("Tacka nej i kalendern eller ring 0150-123 45."))
    }

    @Test("no encoded word is longer than 75 characters, and no line with one longer than 76 (RFC 2047 §2)")
    func encodedWords() throws {
        var tester = try tester()
        try tester.process(Self.concern, key: "c")
        for seed in (1...40).map(UInt64.init) {
            var random = SeededGenerator(seed: seed)
            let letters = Array("aåäö€漢e\u{301}👨‍👩‍👧‍👦 ".unicodeScalars)
            var subject = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 1...120, using: &random) {
                subject.append(letters.randomElement(using: &random) ?? "a")
            }
            var notice = try only(tester)
            (notice.subject, notice.sender) = ("å" + String(subject), "Tillsammans i " + String(subject))
            let head = try Self.mail(notice).components(separatedBy: "\r\n\r\n")[0].components(separatedBy: "\r\n")
            for line in head where line.contains("=?") {
                #expect(line.count <= 76)
                #expect(line.split(separator: " ").filter { $0.hasPrefix("=?") }.allSatisfy { $0.count <= 75 })
            }
        }
    }

    @Test("whoever reported from outside gets no link that they cannot open")
    func reporter() throws {
        var tester = try tester()
        var concern = Self.concern
        concern.harmSuspected = true
        try tester.process(concern, key: "c")
        for notice in try tester.wishes(Notice.self).values where notice.kind == "duty_to_report" {
            let isStaff = !notice.recipient.isEmpty
            #expect(notice.body.contains("https://") == isStaff && notice.html.contains("https://") == isStaff)
        }
    }

    @Test("a role is said in words: no code of the directory stands in a text")
    func roles() throws {
        var tester = try tester()
        tester.directory.counties["TST"]?.people["head-school"]?.role = "child_psychologist"
        try tester.process(Self.concern, key: "c")
        let notice = try only(tester)
        try tester.process(
            DeliveryReported.with { ($0.noticeID, $0.attempt, $0.result) = (notice.id, 1, "permanent") }, key: notice.id
        )
        let word = try only(tester)
        #expect(word.body.contains("Mottagare: barnpsykolog\n") && !word.body.contains("_"))
        #expect(Fault(.roleNobody, ["role": "child_psychologist"]).swedish.contains("barnpsykolog"))
    }

    @Test("an address that mail cannot reach everywhere is refused where it is entered; an encoded domain is taken")
    func entered() throws {
        for (email, isTaken) in [
            ("åsa@example.org", false), ("asa@räksmörgås.example", false), ("asa@xn--rksmrgs-5wao1o.example", true),
        ] {
            do throws(Refusal) {
                var county = ExampleCounty.message
                county.people[0].email = email
                _ = try county.county()
                #expect(isTaken, "\(email)")
            } catch { #expect(error.faults.map(\.code) == [.directoryEmail] && !isTaken) }
        }
    }

    // MARK: The relay

    private func settings(_ environment: [String: String]) throws -> Settings {
        try Settings(NoticeWriter.settings + Setting.mail, SettingsSource(environment))
    }

    @Test(
        "messages and passwords go in clear to a relay on loopback alone; else STARTTLS is always asked for",
        arguments: [
            ("smtp://relay.example.org:25", "", true), ("smtp://relay.example.org:25", "none", false),
            ("smtp://localhost:25", "none", true), ("smtp://127.0.0.1:25", "none", true),
            ("smtp://[::1]:25", "none", true), ("smtp://127.0.0.1.example.org:25", "none", false),
            ("smtp://localhost:25 smtp://relay.example.org", "none", false),
            ("smtp://localhost:x@relay.example.org", "none", false), ("smtp://localhost:25", "try", false),
            ("smtp://localhost:25", "never", false),
        ])
    func tls(relays: String, tls: String, isAllowed: Bool) throws {
        var environment = ["SMTP_URL": relays]
        if !tls.isEmpty { environment["SMTP_TLS"] = tls }
        if isAllowed {
            #expect(try settings(environment).mailer() is Relays)
            return
        }
        let fault = #expect(throws: ConfigurationFault.self) { _ = try settings(environment).mailer() }
        #expect(fault?.description == "SMTP_TLS must be always, or none where all relays are on loopback")
        #expect(try settings([:]).text("SMTP_TLS") == "always")
    }
}
