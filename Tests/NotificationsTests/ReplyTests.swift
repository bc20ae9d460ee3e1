import CloudEvents
import Codec
import Domain
import Foundation
import NotificationsCore
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import notifications

private typealias Notice = Codec.Notice

@Suite("Answers that a person decides on, and messages that did not arrive")
struct ReplyTests {
    private typealias Tester = ProcessorTester<NotificationsProcessor>

    private static func forwarded(_ why: String) -> AnswerForwarded {
        .with {
            ($0.caseReference, $0.county, $0.meeting, $0.person) = ("TST-1", "TST", "TST-1-abc", "g1")
            ($0.why, $0.to, $0.replyTo, $0.delegateTo) = (why, "head-school", "vera@example.org", "nurse")
        }
    }

    @Test("each invitation has an answer's address of its own, which only the suite can write")
    func address() throws {
        var tester = try NotificationsTests().tester()
        try tester.process(MeetingScheduled.with { $0.meeting = NotificationsTests.meeting }, key: "TST")
        let invitations = try tester.wishes(Notice.self).values.filter { $0.kind == "invitation" }
        #expect(invitations.count == 2 && Set(invitations.map(\.replyTo)).count == 2)
        let secret = try KeySecret("only-for-tests-and-no-real-child-at-all")
        for invitation in invitations {
            let address = try #require(ReplyAddress(invitation.replyTo, secret: secret))
            #expect(address.meeting == MeetingID("TST-1-abc") && address.wasGiven(to: invitation.email, secret: secret))
            let calendar = invitation.calendar.replacing("\r\n ", with: "")
            #expect(calendar.contains(":mailto:\(invitation.replyTo)\r\n"))
            let mail = try NotificationsTests.mail(invitation)
            #expect(mail.contains("\r\nReply-To: \(invitation.replyTo)\r\n"))
        }
    }

    @Test(
        "the named person is told that there is an answer, and its sender that a person sees it; neither reads what it says",
        arguments: [
            ("letter", "har skrivit"), ("counter", "föreslår en annan tid"), ("delegated", "någon annan kommer"),
            ("declined_again", "tackat nej en gång till"), ("refused", "kunde inte tas emot"),
            ("from_a_newer", "har skrivit"),
        ])
    func forwarded(why: String, words: String) throws {
        var tester = try NotificationsTests().tester()
        try tester.process(Self.forwarded(why), key: "TST")
        let notices = try tester.wishes(Notice.self).values
        let told = try #require(notices.first { $0.kind == "answer_forwarded" })
        #expect(told.recipient == "head-school" && told.body.contains(words) && told.subject.contains("TST-1"))
        let reply = try #require(notices.first { $0.kind == "answer_received" })
        #expect(reply.email == "vera@example.org" && reply.body.contains("Den som har bjudit in dig får veta"))
        for text in [reply.subject, reply.body, reply.html] {
            #expect(!text.contains("TST-1") && !text.contains("nurse"))
        }
        #expect(try NotificationsTests.mail(reply).contains("\r\nAuto-Submitted: auto-replied\r\n"))
    }

    @Test("who has answered an invitation that is no longer valid is asked to answer the latest one")
    func outdated() throws {
        var tester = try NotificationsTests().tester()
        let fact = AnswerOutdated.with {
            ($0.caseReference, $0.county, $0.person, $0.answer) = ("TST-1", "TST", "family", "declined")
        }
        try tester.process(fact, key: "TST")
        #expect(try tester.wishes(Notice.self).isEmpty, "a command is answered by its fact")
        var byMail = fact
        byMail.replyTo = "fia@example.org"
        try tester.process(byMail, key: "TST")
        let notices = try tester.wishes(Notice.self).values
        #expect(notices.map(\.email) == ["fia@example.org"])
        #expect(notices.first?.body.contains("inte gäller längre") == true)
    }

    private static let commands = Topic.noticeCommands.rawValue

    @Test("a notice that a relay took and could not deliver ends as failed, once, and the unit's manager is told")
    func bounce() throws {
        var tester = try NotificationsTests().tester()
        try tester.process(NotificationsTests.concern, key: "c")
        let notice = try #require(try tester.wishes(Notice.self).values.first)
        let report = ReportBounce.with { ($0.messageID, $0.detail) = (notice.messageID, "5.1.1") }
        try tester.process(report, key: "early", topic: Self.commands)
        #expect(tester.published(NoticeFailed.self).isEmpty, "it has not been sent")
        try tester.settle("sent")
        for key in ["one", "two"] { try tester.process(report, key: key, topic: Self.commands) }
        let failed = tester.published(NoticeFailed.self)
        #expect(failed.map(\.noticeID) == [notice.id] && failed.map(\.detail) == ["DSN 5.1.1"])
        #expect(failed.map(\.caseReference) == ["TST-1"])
        #expect(try tester.wishes(Notice.self).values.map { "\($0.kind) \($0.recipient)" } == ["undelivered manager"])
        #expect(try tester.state(NotificationsProcessor.failed, notice.id) != nil, "it can be sent again by hand")
    }

    @Test("nobody but a mail door reports what did not arrive, or has a stranger written to")
    func unproven() throws {
        var tester = try NotificationsTests().tester()
        tester.door = { event, topic, _ in (event, topic) }
        let topic = Topic.noticeCommands.rawValue
        let reply = try Event(
            id: "r", source: "urn:x", time: tester.now, ReplyToMail.with { $0.email = "okand@example.org" })
        try tester.process(reply, key: "m", topic: topic)
        try tester.process(
            ExampleDoor.desk.sign(reply, for: "nurse", .three, now: tester.now), key: "m", topic: topic)
        let bounce = try Event(id: "b", source: "urn:x", time: tester.now, ReportBounce())
        try tester.process(bounce, key: "m", topic: topic)
        let refused = tester.published(CommandRefused.self)
        #expect(refused.flatMap { $0.reasons.map(\.code) } == Array(repeating: "actor.unproven", count: 3))
        #expect(try tester.wishes(Notice.self).isEmpty)
    }

    @Test("seven days after a relay took a notice it is forgotten")
    func forgotten() throws {
        var tester = try NotificationsTests().tester()
        try tester.process(NotificationsTests.concern, key: "c")
        let notice = try #require(try tester.wishes(Notice.self).values.first)
        try tester.settle("sent")
        #expect(try tester.state(NotificationsProcessor.relayed, notice.messageID) != nil)
        try tester.advance(to: tester.now + 7 * 86_400)
        #expect(try tester.state(NotificationsProcessor.relayed, notice.messageID) == nil)
    }

    @Test("who writes to no invitation's address is told so once, and nobody when that reply does not arrive")
    func unknown() throws {
        var tester = try NotificationsTests().tester()
        let command = ReplyToMail.with { $0.email = "okand@example.org" }
        try tester.process(command, key: "m", topic: Self.commands)
        let reply = try #require(try tester.wishes(Notice.self).values.first)
        #expect(reply.kind == "mail_unknown" && reply.email == "okand@example.org" && reply.body.contains("112"))
        try tester.settle("permanent")
        #expect(tester.published(NoticeFailed.self).count == 1)
        #expect(try tester.wishes(Notice.self).isEmpty)
    }

    @Test(
        "a program that answers each reply is written to five times a day, and no more; the named person is always told"
    )
    func loop() throws {
        var tester = try NotificationsTests().tester()
        for turn in 0..<8 {
            try tester.process(
                ReplyToMail.with { $0.email = "Robot@example.org" }, key: "m\(turn)", topic: Self.commands)
        }
        #expect(try tester.wishes(Notice.self).count == 5)
        #expect(Set(tester.forwarded.map(\.key)).count == 1, "they are counted in one place, whatever their keys")
        var letter = Self.forwarded("letter")
        letter.replyTo = "robot@example.org"
        try tester.process(letter, key: "TST")
        #expect(try tester.wishes(Notice.self).values.map(\.kind).filter { $0 == "answer_received" }.isEmpty)
        #expect(try tester.wishes(Notice.self).values.contains { $0.kind == "answer_forwarded" })
        try tester.advance(to: tester.now + 86_400)
        try tester.process(letter, key: "TST")
        #expect(try tester.wishes(Notice.self).values.contains { $0.kind == "answer_received" })
    }
}
