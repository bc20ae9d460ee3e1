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

// The order of notices about one meeting. An older one never comes after a newer one.

extension NotificationsTests {
    private func scheduled(_ sequence: Int32, _ people: [String] = ["family"]) -> MeetingScheduled {
        .with {
            $0.meeting = Self.meeting
            $0.meeting.sequence = sequence
            $0.meeting.participants = people.map { id in .with { ($0.person, $0.required) = (id, true) } }
        }
    }

    private func cancelled(_ sequence: Int32) -> MeetingCancelled {
        .with { $0.meeting = scheduled(sequence).meeting }
    }

    /// What is on its way now, as `method sequence`.
    private func open(_ tester: ProcessorTester<NotificationsProcessor>) throws -> [String] {
        try tester.wishes(Notice.self).values.map { "\($0.method) \($0.sequence)" }.sorted()
    }

    private func report(_ result: String, _ tester: inout ProcessorTester<NotificationsProcessor>) throws {
        let notice = try #require(try tester.wishes(Notice.self).values.first)
        try tester.process(
            DeliveryReported.with { ($0.noticeID, $0.attempt, $0.result) = (notice.id, notice.attempt, result) },
            key: notice.id)
    }

    @Test("a cancellation never overtakes its invitation: it waits until that is settled")
    func order() throws {
        var tester = try tester()
        try tester.process(scheduled(0), key: "TST")
        try tester.process(scheduled(1), key: "TST")
        try tester.process(cancelled(2), key: "TST")
        #expect(try open(tester) == ["REQUEST 0"])
        try report("sent", &tester)
        #expect(try open(tester) == ["CANCEL 2"])
        try report("sent", &tester)
        #expect(try open(tester).isEmpty)
        #expect(tester.published(NoticeSuperseded.self).count == 1 && tester.published(NoticeSent.self).count == 2)
    }

    @Test("a notice that a newer one makes wrong is not sent, whether it waits or has just failed")
    func superseded() throws {
        var tester = try tester()
        try tester.process(scheduled(0), key: "TST")
        try report("temporary", &tester)
        #expect(try open(tester).isEmpty && tester.published(NoticeDelayed.self).count == 1)
        try tester.process(scheduled(1), key: "TST")
        #expect(try open(tester) == ["REQUEST 1"])
        try tester.process(cancelled(2), key: "TST")
        try report("temporary", &tester)
        #expect(try open(tester) == ["CANCEL 2"])
        try report("sent", &tester)
        try tester.advance(to: tester.now + 200_000)
        #expect(try open(tester).isEmpty)
        #expect(tester.published(NoticeSuperseded.self).count == 2 && tester.published(NoticeSent.self).count == 1)
    }

    @Test("an older fact that comes late changes nothing")
    func late() throws {
        var tester = try tester()
        try tester.process(cancelled(2), key: "TST")
        try tester.process(scheduled(1), key: "TST")
        #expect(try open(tester) == ["CANCEL 2"])
        #expect(tester.published(NoticeSuperseded.self).count == 1)
    }

    @Test("others come and go under the same SEQUENCE: those who stay are not asked anew, and each change is told once")
    func othersComeAndGo() throws {
        var tester = try tester()
        try tester.process(scheduled(0, ["family", "nurse"]), key: "TST")
        for _ in 0..<2 { try report("sent", &tester) }
        func told() throws -> [String] {
            let told = try tester.wishes(Notice.self).values.map { "\($0.recipient) \($0.kind) \($0.sequence)" }
            for _ in told { try report("sent", &tester) }
            return told.sorted()
        }
        try tester.process(scheduled(0, ["family", "teacher"]), key: "TST")
        #expect(try told() == ["nurse uninvited 0", "teacher invitation 0"])
        try tester.process(scheduled(0, ["family", "nurse", "teacher"]), key: "TST")
        #expect(try told() == ["nurse invitation 0"], "back again")
        try tester.process(scheduled(1, ["family", "nurse", "teacher"]), key: "TST")
        #expect(try told() == ["family invitation 1", "nurse invitation 1", "teacher invitation 1"])
    }

    @Test("whoever is removed from the directory gets the cancellation where they were invited, and nobody else does")
    func leftDirectory() throws {
        var tester = try tester()
        try tester.process(scheduled(0, ["family", "nurse"]), key: "TST")
        for _ in 0..<2 { try report("sent", &tester) }
        tester.directory.counties["TST"]?.people["nurse"] = nil
        try tester.process(scheduled(0), key: "TST")
        let notice = try #require(try tester.wishes(Notice.self).values.first)
        #expect(try tester.wishes(Notice.self).count == 1)
        #expect(notice.email == "nils@example.org" && notice.kind == "uninvited" && notice.method == "CANCEL")
        #expect(notice.body.contains("Du är inte längre kallad") && !notice.body.contains("inställt"))
        // It is off for them alone (RFC 5546 §3.2.5).
        #expect(notice.calendar.contains("METHOD:CANCEL\r\n") && !notice.calendar.contains("STATUS:"))
        try report("sent", &tester)
        tester.directory.counties["TST"]?.people["family"] = nil
        try tester.process(cancelled(1), key: "TST")
        #expect(try tester.wishes(Notice.self).values.map { "\($0.email) \($0.method)" } == ["fia@example.org CANCEL"])
    }

    @Test(
        "the named person is asked about the family once for each time and place; a question that has become wrong is not sent"
    )
    func familyAsk() throws {
        var tester = try tester()
        func scheduled(_ sequence: Int32, _ people: [String] = []) -> MeetingScheduled {
            var fact = self.scheduled(sequence, people)
            fact.meeting.namedPerson = "head-school"
            fact.meeting.participants.append(.with { ($0.person, $0.family) = ("child", true) })
            return fact
        }
        func asked() throws -> [String] { try tester.wishes(Notice.self).values.map { "\($0.kind) \($0.sequence)" } }
        try tester.process(scheduled(0), key: "TST")
        #expect(try asked() == ["family_ask 0"])
        #expect(
            try tester.wishes(Notice.self).values.allSatisfy { $0.calendar.isEmpty && !$0.body.contains("inställt") })
        try report("temporary", &tester)
        try tester.process(scheduled(1), key: "TST")
        #expect(try asked() == ["family_ask 1"] && tester.published(NoticeSuperseded.self).count == 1)
        try report("sent", &tester)
        try tester.process(scheduled(1, ["teacher"]), key: "TST")
        #expect(try asked() == ["invitation 1"], "others alone have come")
    }

    @Test(
        "few mails: a meeting that is booked, moved once, and has one participant replaced costs twelve, and no question twice"
    )
    func fewMails() throws {
        var tester = try tester()
        var sent: [String] = []
        func process(_ sequence: Int32, _ people: [String]) throws {
            var fact = scheduled(sequence, people)
            fact.meeting.namedPerson = "head-school"
            fact.meeting.participants.append(.with { ($0.person, $0.family) = ("child", true) })
            try tester.process(fact, key: "TST")
            let open = try tester.wishes(Notice.self).values.map { "\($0.kind) \($0.recipient) \($0.sequence)" }
            sent += open
            for _ in open { try report("sent", &tester) }
        }
        try process(0, ["head-school", "family", "nurse", "manager"])
        try process(1, ["head-school", "family", "nurse", "manager"])
        try process(1, ["head-school", "family", "teacher", "manager"])
        #expect(sent.count == 12 && Set(sent).count == 12, "\(sent)")
    }

    @Test("whoever is not invited any more is told so")
    func uninvited() throws {
        var tester = try tester()
        try tester.process(scheduled(0, ["family", "nurse"]), key: "TST")
        for _ in 0..<2 { try report("sent", &tester) }
        try tester.process(scheduled(1, ["family", "teacher"]), key: "TST")
        let told = try tester.wishes(Notice.self).values.map { "\($0.recipient) \($0.method)" }.sorted()
        #expect(told == ["family REQUEST", "nurse CANCEL", "teacher REQUEST"])
        for _ in 0..<3 { try report("sent", &tester) }
        try tester.process(scheduled(2, ["family", "teacher"]), key: "TST")
        #expect(try tester.wishes(Notice.self).count == 2, "once")
    }
}
