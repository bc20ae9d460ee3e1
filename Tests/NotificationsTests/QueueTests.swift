import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import Logging
import NotificationsCore
import ServiceKit
import Streams
import StreamsTesting
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import notifications

private typealias Notice = Codec.Notice

@Suite("Notices at the right time: not at night, once a day for who wants it so, a day before a meeting")
struct QueueTests {
    private typealias Tester = ProcessorTester<NotificationsProcessor>

    private func tester(
        at now: Date = ExampleCounty.monday, _ change: (inout CountyDirectory) -> Void = { _ in }
    ) throws -> Tester {
        ProcessorTester(
            NotificationsProcessor(writer: try NotificationsTests.writer()), application: "notifications",
            directory: try ExampleCounty.changed(change), now: now)
    }

    private static func instant(_ day: String, _ hour: Int) throws -> Date {
        CivilTime.instant(try #require(LocalDate(day)), minute: hour * 60)
    }

    @Test("in quiet hours only what is urgent goes out; the rest goes in the morning")
    func quiet() throws {
        var tester = try tester(at: Self.instant("2026-11-23", 22)) { $0.settings.quietHours = "18:00-07:00" }
        var concern = NotificationsTests.concern
        concern.harmSuspected = true
        try tester.process(concern, key: "c")
        #expect(try tester.open() == ["duty_to_report ", "duty_to_report head-school"])
        #expect(tester.published(NoticeQueued.self).map(\.hasNotBefore) == [true, false, false])
        try tester.advance(to: Self.instant("2026-11-24", 7))
        #expect(try tester.open().contains("concern head-school"))
    }

    @Test("nobody gets a notice of a meeting that was called and cancelled while the service was down")
    func unread() throws {
        var tester = try tester()
        tester.holdsWishes = true
        var meeting = NotificationsTests.meeting
        meeting.start = .init(try Self.instant("2026-12-01", 9))
        try tester.process(MeetingScheduled.with { $0.meeting = meeting }, key: "TST")
        #expect(try !tester.open().isEmpty)
        meeting.sequence = 1
        try tester.process(MeetingCancelled.with { $0.meeting = meeting }, key: "TST")
        #expect(try tester.open().isEmpty)
        tester.holdsWishes = false
        try tester.advance(to: Self.instant("2026-12-02", 9))
        #expect(try tester.open().isEmpty)
    }

    @Test("a meeting that moved while the service was down makes one invitation, with the new time")
    func unreadMove() throws {
        var tester = try tester()
        tester.holdsWishes = true
        var meeting = NotificationsTests.meeting
        meeting.start = .init(try Self.instant("2026-12-01", 9))
        try tester.process(MeetingScheduled.with { $0.meeting = meeting }, key: "TST")
        let before = try tester.open().count
        meeting.sequence = 1
        meeting.start = .init(try Self.instant("2026-12-03", 9))
        try tester.process(MeetingScheduled.with { $0.meeting = meeting }, key: "TST")
        #expect(try tester.open().count == before)
        #expect(try tester.wishes(Notice.self).values.allSatisfy { $0.meeting.isEmpty || $0.sequence == 1 })
    }

    @Test("nobody hears of a meeting that was called and cancelled while the invitation waited for the morning")
    func superseded() throws {
        var tester = try tester(at: Self.instant("2026-11-23", 22)) { $0.settings.quietHours = "18:00-07:00" }
        var meeting = NotificationsTests.meeting
        meeting.start = .init(try Self.instant("2026-12-01", 9))
        try tester.process(MeetingScheduled.with { $0.meeting = meeting }, key: "TST")
        #expect(try tester.open().isEmpty)
        meeting.sequence = 1
        try tester.process(MeetingCancelled.with { $0.meeting = meeting }, key: "TST")
        #expect(try tester.open().isEmpty)
        try tester.advance(to: Self.instant("2026-12-02", 9))
        #expect(try tester.open().isEmpty)
        #expect(tester.published(NoticeSuperseded.self).count == 4)
    }

    @Test("whoever chose a digest gets one message on the next working day, but urgent notices and invitations at once")
    func digest() throws {
        var tester = try tester { county in
            for index in county.people.indices { county.people[index].digest = true }
        }
        var concern = NotificationsTests.concern
        for reference in ["TST-1", "TST-2"] {
            concern.caseReference = reference
            try tester.process(concern, key: reference)
        }
        try tester.process(MeetingScheduled.with { $0.meeting = NotificationsTests.meeting }, key: "TST")
        #expect(try tester.open() == ["invitation family", "invitation head-school"])
        try tester.settle("sent")
        // What has gathered comes back under the recipient's key.
        let aside = tester.published.filter { $0.topic == "notice-steps" }
        #expect(aside.map(\.key) == ["TST|head-school", "TST|head-school"])
        for (_, key, event) in aside + aside { try tester.process(event, key: key) }
        try tester.advance(to: Self.instant("2026-11-24", 7))
        let message = try #require(try tester.wishes(Notice.self).values.first)
        #expect(try tester.open() == ["digest head-school"])
        for reference in ["TST-1", "TST-2"] {
            #expect(message.body.components(separatedBy: "https://example.org/case/\(reference)").count == 2)
        }
        try tester.settle("sent")
        // What gathered was sent with it.
        let sent = tester.published(NoticeSent.self).filter { $0.recipient == "head-school" && $0.kind != "invitation" }
        #expect(sent.map { "\($0.kind) \($0.caseReference)" } == ["digest ", "concern TST-1", "concern TST-2"])
        try tester.advance(to: Self.instant("2026-11-30", 7))
        #expect(try tester.open().isEmpty)
    }

    @Test("a digest that is full goes out before its time, and the next begins: nothing grows, and nothing is lost")
    func fullDigest() throws {
        var tester = try tester { county in
            for index in county.people.indices { county.people[index].digest = true }
        }
        var concern = NotificationsTests.concern
        for number in 1...NotificationsCore.Digest.largest + 1 {
            concern.caseReference = "TST-\(number)"
            try tester.process(concern, key: concern.caseReference)
        }
        let aside = tester.published.filter { $0.topic == "notice-steps" }
        #expect(try aside.allSatisfy { try $0.event.decode(AddToDigest.self).notice.html.isEmpty })
        for (_, key, event) in aside.dropLast() { try tester.process(event, key: key) }
        #expect(try tester.open().isEmpty)
        let last = try #require(aside.last)
        try tester.process(last.event, key: last.key)
        #expect(try tester.open() == ["digest head-school"])
        let message = try #require(try tester.wishes(Notice.self).values.first)
        #expect(message.gathered.count == NotificationsCore.Digest.largest)
        #expect(message.body.utf8.count + message.html.utf8.count < 100_000)
        try tester.settle("sent")
        try tester.advance(to: Self.instant("2026-11-24", 7))
        #expect(try tester.wishes(Notice.self).values.map(\.gathered.count) == [1])
    }

    @Test("a command from outside is held to its contract: too large, too much in its envelope, not known, not read")
    func commands() throws {
        var tester = try tester()
        let topic = Topic.noticeCommands.rawValue
        let long = String(repeating: "x", count: 300)
        try tester.process(ResendNotice.with { $0.noticeID = long }, key: "k", topic: topic)
        try tester.process(ReportBounce.with { ($0.messageID, $0.detail) = ("m", long) }, key: "k", topic: topic)
        try tester.process(ReplyToMail.with { $0.email = long }, key: "k", topic: topic)
        try tester.process(
            Event(
                id: "20140315-2380", source: "s", time: tester.now, ReplyToMail.with { $0.email = "mia@example.org" }),
            key: "k", topic: topic)
        try tester.process(NotificationsTests.concern, key: "k", topic: topic)
        try tester.answer(Undecodable("ce_type", "missing"), id: "i", key: "k", topic: topic)
        #expect(
            tester.published(CommandRefused.self).map { $0.reasons.map(\.code) } == [
                ["text.long"], ["text.long"], ["text.long"], ["id.personal_number"], ["command.unknown"],
                ["undecodable"],
            ])
        #expect(try tester.open().isEmpty)
    }

    @Test(
        "participants are reminded on the working day before, of the meeting as it is then, and not of a cancelled one")
    func reminded() throws {
        var tester = try tester()
        var meeting = NotificationsTests.meeting
        // A Monday: the working day before is Friday.
        meeting.start = .init(try Self.instant("2026-12-07", 10))
        meeting.end = .init(try Self.instant("2026-12-07", 11))
        try tester.process(MeetingScheduled.with { $0.meeting = meeting }, key: "TST")
        try tester.settle("sent")
        (meeting.sequence, meeting.start) = (1, .init(try Self.instant("2026-12-09", 10)))
        try tester.process(MeetingScheduled.with { $0.meeting = meeting }, key: "TST")
        try tester.settle("sent")
        try tester.advance(to: Self.instant("2026-12-04", 9))
        #expect(try tester.open().isEmpty, "it was moved")
        try tester.advance(to: Self.instant("2026-12-08", 8))
        #expect(try tester.open() == ["meeting_reminder family", "meeting_reminder head-school"])
        var other = meeting
        (other.id, other.start) = ("TST-1-other", .init(try Self.instant("2026-12-15", 10)))
        try tester.process(MeetingScheduled.with { $0.meeting = other }, key: "TST")
        try tester.process(MeetingCancelled.with { $0.meeting = other }, key: "TST")
        for _ in 0..<2 { try tester.settle("sent") }
        try tester.advance(to: Self.instant("2026-12-15", 9))
        #expect(try tester.open().isEmpty)
        (other.id, other.start) = ("TST-1-third", .init(try Self.instant("2026-12-18", 10)))
        try tester.process(MeetingScheduled.with { $0.meeting = other }, key: "TST")
        for (person, answer) in [("family", "declined"), ("head-school", "accepted")] {
            try tester.process(
                MeetingAnswered.with { ($0.caseReference, $0.person, $0.answer) = ("TST-1", person, answer) },
                key: "TST")
        }
        for _ in 0..<2 { try tester.settle("sent") }
        try tester.advance(to: Self.instant("2026-12-17", 9))
        #expect(try tester.open() == ["meeting_reminder head-school"], "who has said no is not reminded")
    }

    @Test("an invitation needs consent when it is sent; what is withheld is not tried again")
    func withheld() throws {
        var tester = try tester()
        try tester.process(MeetingScheduled.with { $0.meeting = NotificationsTests.meeting }, key: "TST")
        #expect(try tester.wishes(Notice.self).values.allSatisfy { try $0.notice().needsConsent })
        try tester.settle("withheld")
        #expect(try tester.open().isEmpty && tester.published(NoticeSuperseded.self).count == 2)
        var meeting = NotificationsTests.meeting
        meeting.sequence = 1
        try tester.process(MeetingCancelled.with { $0.meeting = meeting }, key: "TST")
        #expect(try !tester.wishes(Notice.self).values.contains { try $0.notice().needsConsent })
    }

    @Test("a notice that failed can be sent again by hand, once, unless a newer one has taken its place")
    func resend() throws {
        var tester = try tester()
        try tester.process(NotificationsTests.concern, key: "c")
        let id = try #require(try tester.wishes(Notice.self).keys.first)
        try tester.settle("permanent")
        try tester.settle("sent")
        for partition in 0..<3 {
            try tester.process(
                ResendNotice.with { $0.noticeID = id }, key: "any \(partition)", id: "resend-\(partition)",
                topic: Topic.noticeCommands.rawValue)
        }
        #expect(tester.forwarded.map(\.topic) == Array(repeating: Topic.noticeSteps.rawValue, count: 3))
        #expect(try tester.open() == ["concern head-school"])
        try tester.settle("sent")
        #expect(tester.published(NoticeSent.self).map(\.noticeID).contains(id))

        try tester.process(MeetingScheduled.with { $0.meeting = NotificationsTests.meeting }, key: "TST")
        let invitations = try tester.wishes(Notice.self).keys.sorted()
        try tester.settle("permanent")
        for _ in 0..<2 { try tester.settle("sent") }
        var meeting = NotificationsTests.meeting
        meeting.sequence = 1
        try tester.process(MeetingCancelled.with { $0.meeting = meeting }, key: "TST")
        try tester.settle("sent")
        for id in invitations {
            try tester.process(
                ResendNotice.with { $0.noticeID = id }, key: id, topic: Topic.noticeCommands.rawValue)
        }
        #expect(try tester.open().isEmpty)
    }

    // MARK: The family

    @Test(
        "rule 22: the named person is asked what the family is to know, and only what is decided is sent, naming no case"
    )
    func family() throws {
        var tester = try tester()
        var meeting = NotificationsTests.meeting
        meeting.participants += ["g1", "child"].map { key in .with { ($0.person, $0.family) = (key, true) } }
        try tester.process(MeetingScheduled.with { $0.meeting = meeting }, key: "TST")
        #expect(try tester.open() == ["family_ask head-school", "invitation family", "invitation head-school"])
        for _ in 0..<2 { try tester.settle("sent") }
        func told(_ to: String, _ channel: String, _ email: String) -> FamilyTold {
            .with { ($0.meeting, $0.by, $0.to, $0.channel, $0.email) = (meeting, "head-school", to, channel, email) }
        }
        try tester.process(told("child", "in_person", ""), key: "TST")
        #expect(try tester.open().isEmpty)
        try tester.process(told("g1", "email", "vera@example.org"), key: "TST")
        let notice = try #require(try tester.wishes(Notice.self).values.first)
        let calendar = notice.calendar.replacing("\r\n ", with: "")
        #expect(notice.email == "vera@example.org" && calendar.contains("mailto:vera@example.org"))
        // The UID has to be the meeting's; nothing that a person reads tells of a case.
        #expect(!notice.subject.contains("TST") && !notice.body.contains("TST") && !calendar.contains("/case/"))
        try tester.settle("sent")
        (meeting.sequence, meeting.start) = (1, .init(ExampleCounty.monday + 900_000))
        try tester.process(MeetingScheduled.with { $0.meeting = meeting }, key: "TST")
        #expect(try tester.open() == ["family_ask head-school", "invitation family", "invitation head-school"])
        for _ in 0..<3 { try tester.settle("sent") }
        meeting.sequence = 2
        var cancelled = told("g1", "email", "vera@example.org")
        cancelled.cancelled = true
        try tester.process(cancelled, key: "TST")
        let farewell = try #require(try tester.wishes(Notice.self).values.first)
        #expect(farewell.kind == "family_cancellation" && farewell.method == "CANCEL" && !farewell.body.contains("TST"))
        #expect(farewell.calendar.contains("SEQUENCE:2") && farewell.calendar.contains("UID:\(meeting.id)@tillsammans"))
    }

    @Test("rule 22: who is from outside gets an invitation that names nobody but them and no case, and no other notice")
    func outsider() throws {
        var tester = try tester()
        var meeting = NotificationsTests.meeting
        meeting.namedPerson = "head-school"
        func told(isCancelled: Bool) -> OutsiderTold {
            .with {
                ($0.meeting, $0.to) = (meeting, "outsider:1")
                ($0.email, $0.cancelled) = ("coach@example.org", isCancelled)
            }
        }
        try tester.process(told(isCancelled: false), key: "TST")
        let notice = try #require(try tester.wishes(Notice.self).values.first)
        let calendar = notice.calendar.replacing("\r\n ", with: "")
        #expect((notice.kind, notice.email) == ("outsider_invitation", "coach@example.org"))
        #expect(notice.replyTo.hasPrefix("tillsammans+"), "an answer comes back to the suite")
        for word in ["TST", "Exempelson", "head-school", "/case/"] {
            #expect(!notice.subject.contains(word) && !notice.body.contains(word), "\(word)")
        }
        #expect(calendar.components(separatedBy: "\r\nATTENDEE").count == 2 && !calendar.contains("/case/"))
        try tester.settle("sent")
        try tester.process(MeetingScheduled.with { $0.meeting = meeting }, key: "TST")
        #expect(try tester.open().allSatisfy { !$0.contains("outsider") }, "only what is told to them")
        meeting.sequence = 1
        try tester.process(told(isCancelled: true), key: "TST")
        #expect(try tester.open().contains { $0.hasPrefix("outsider_cancellation") })
    }

    @Test("rule 5: where a forum takes the question, its chair and the one who asks are told when")
    func consultation() throws {
        var tester = try tester { county in
            county.forums = [
                .with {
                    ($0.id, $0.municipalities, $0.chair, $0.first) = ("forum", ["0001"], "head-care", "2026-11-10")
                    $0.hours = "13:00-14:00"
                }
            ]
        }
        try tester.process(
            ConsultationRegistered.with {
                ($0.reference, $0.county, $0.municipality) = ("TST-1", "TST", "0001")
            }, key: "TST-1")
        #expect(try tester.open().isEmpty)
        try tester.process(
            ConsultationBooked.with {
                ($0.reference, $0.county, $0.chair, $0.email) = ("TST-1", "TST", "head-care", "mia@example.org")
                ($0.start, $0.end) = (.init(ExampleCounty.monday), .init(ExampleCounty.monday + 1_200))
            }, key: "TST")
        let notices = try tester.wishes(Notice.self).values
        #expect(Set(notices.map(\.email)) == ["head.care@example.org", "mia@example.org"])
        #expect(notices.allSatisfy { $0.body.contains("måndag 23 november 2026 kl. 09.00–09.20") })
    }
}
