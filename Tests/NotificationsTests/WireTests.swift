import CloudEvents
import Codec
import Domain
import Foundation
import NotificationsCore
import ServiceKit
import Streams
import SwiftProtobuf
import TestSupport
import Testing

@testable import notifications

@Suite("The wire: what is written is read again as the same")
struct WireTests {
    static let seeds = (1...40).map(UInt64.init)

    @Test("decode after encode is the identity for all state", arguments: seeds)
    func state(seed: UInt64) throws {
        var random = RandomNotice(seed: seed)
        let (notice, lane, digest, meeting) = (random.notice(), random.lane(), random.digest(), random.meeting())
        #expect(try again(Codec.Notice(notice)).notice() == notice)
        #expect(try again(AddToDigest(notice)).notice.notice() == notice)
        #expect(try again(NoticeLane(lane)).lane() == lane)
        #expect(try again(Codec.Digest(digest)).digest() == digest)
        #expect(try again(Codec.Meeting(meeting)).meeting == meeting)
    }

    @Test("decode after encode is the identity for every fact and report", arguments: seeds)
    func facts(seed: UInt64) throws {
        var random = RandomNotice(seed: seed)
        for fact in random.facts() { try check(fact, fact.message) }
        for report in random.reports() { #expect(try again(DeliveryReported(report)).report == report) }
    }

    private func check<Message: NoticeFactMessage>(_ fact: NoticeFact, _ message: Message) throws {
        var words = Words()
        #expect(try again(message).fact(&words) == fact)
        #expect(words.faults.isEmpty)
    }

    private func again<Message: EventPayload>(_ message: Message) throws -> Message {
        try Message(wire: message.wireBytes())
    }

    private func again(_ message: Codec.Notice) throws -> Codec.Notice {
        try Codec.Notice(wire: message.wireBytes())
    }

    private func again(_ message: NoticeLane) throws -> NoticeLane { try NoticeLane(wire: message.wireBytes()) }

    private func again(_ message: Codec.Digest) throws -> Codec.Digest {
        try Codec.Digest(wire: message.wireBytes())
    }

    private func again(_ message: Codec.Meeting) throws -> Codec.Meeting {
        try Codec.Meeting(wire: message.wireBytes())
    }

    @Test("state with words of a later version is not read, and says where")
    func laterVersion() {
        var random = RandomNotice(seed: 7)
        var message = Codec.Notice(random.notice())
        (message.kind, message.status) = ("praise", "read")
        do {
            _ = try message.notice()
            Issue.record("read all the same")
        } catch { #expect(error.faults.map(\.path) == ["kind", "status"]) }
    }

    @Test(
        "words of another service's later version: a level counts as passed, a step keeps its name"
    )
    func unknownWords() throws {
        let reminded = DeadlineReminded.with {
            ($0.step, $0.level, $0.due) = ("graduate", "minister", .init(ExampleCounty.monday))
        }
        let step = CaseEvent.DueStep(name: "step.graduate", due: CivilTime.day(of: ExampleCounty.monday))
        #expect(reminded.occurrence.event == .ofCase(.dateReminded(to: [], step, .manager)))
        let answered = MeetingAnswered.with { ($0.person, $0.answer) = ("nurse", "perhaps") }
        #expect(answered.occurrence.event == .ofMeeting(.answered(by: "nurse", nil)))
        let report = DeliveryReported.with { $0.result = "lost" }.report
        #expect(report.result == .permanent(detail: ""))
    }

    @Test("a reminder's name is read as what it was set for; a name without a kind is an attempt")
    func alarms() throws {
        for alarm in [Alarm.attempt, .meeting, .digest, .forget, .taken] {
            let read = try #require(Alarm.read(alarm.name("a|b")))
            #expect(read == (alarm, "a|b"))
        }
        #expect(try #require(Alarm.read("n")) == (.attempt, "n"))
        #expect(Alarm.read("other|n") == nil)
    }
}
