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

    @Test("whoever is not invited any more gets a cancellation")
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
