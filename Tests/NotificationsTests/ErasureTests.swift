import CloudEvents
import Codec
import Domain
import Foundation
import NotificationsCore
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import notifications

private typealias Notice = Codec.Notice

@Suite("Rule 23: Notifications forgets a case that is erased")
struct ErasureTests {
    private typealias Tester = ProcessorTester<NotificationsProcessor>

    private func tester(_ change: (inout CountyDirectory) -> Void = { _ in }) throws -> Tester {
        ProcessorTester(
            NotificationsProcessor(writer: try NotificationsTests.writer()), application: "notifications",
            directory: try ExampleCounty.changed(change), now: ExampleCounty.monday)
    }

    private static let erased = CooperationErased.with { ($0.caseReference, $0.county) = ("TST-1", "TST") }

    private static let meeting: Codec.Meeting = {
        var meeting = NotificationsTests.meeting
        meeting.start = .init(ExampleCounty.monday + 14 * 86_400)
        return meeting
    }()

    /// Takes internal commands that the service has given itself to where their keys lie.
    private func goOn(_ tester: inout Tester, from count: inout Int) throws {
        let new = tester.published[count...].filter { $0.topic == Topic.noticeSteps.rawValue }
        count = tester.published.count
        for (topic, key, event) in new { try tester.process(event, key: key, topic: topic) }
        if !new.isEmpty { try goOn(&tester, from: &count) }
    }

    private func cancelled(_ tester: inout Tester) throws {
        try tester.process(MeetingScheduled.with { $0.meeting = Self.meeting }, key: "TST")
        try tester.settle()
        var meeting = Self.meeting
        meeting.sequence = 1
        try tester.process(MeetingCancelled.with { $0.meeting = meeting }, key: "TST")
    }

    @Test(
        "the last cancellations go out first; then nothing is left of the case at either place, and Mapping is answered"
    )
    func order() throws {
        var tester = try tester()
        var count = 0
        try tester.process(NotificationsTests.concern, key: "TST-1")
        try cancelled(&tester)
        try tester.process(Self.erased, key: "TST")
        try goOn(&tester, from: &count)
        #expect(try tester.open() == ["cancellation family", "cancellation head-school"])
        #expect(tester.published(NoticesErased.self).isEmpty)
        try tester.settle()
        try goOn(&tester, from: &count)
        #expect(tester.published(NoticesErased.self).map(\.caseReference) == ["TST-1"])
        #expect(tester.published.last?.key == "TST-1" && tester.published.last?.topic == "mapping-steps")
        #expect(try tester.open().isEmpty)
        let left = tester.storedBytes.filter { String(decoding: $0, as: UTF8.self).contains("TST-1") }
        #expect(left.isEmpty, "\(left.count) values still name the case")
        try tester.advance(to: ExampleCounty.monday + 100 * 86_400)
        #expect(try tester.open().isEmpty)
    }

    @Test("a relay that is down for days does not keep a case: after three it is erased all the same")
    func bounded() throws {
        var tester = try tester()
        var count = 0
        try cancelled(&tester)
        try tester.process(Self.erased, key: "TST")
        try tester.settle("temporary")
        try tester.advance(to: ExampleCounty.monday + 71 * 3_600)
        #expect(tester.published(EraseNotices.self).isEmpty)
        try tester.advance(to: ExampleCounty.monday + 73 * 3_600)
        try goOn(&tester, from: &count)
        #expect(tester.published(NoticesErased.self).count == 1)
        #expect(try tester.open().isEmpty)
    }

    @Test("notices about other cases stay, also those that gather in the same person's digest")
    func others() throws {
        var tester = try tester { county in
            for index in county.people.indices { county.people[index].digest = true }
        }
        var count = 0
        for reference in ["TST-1", "TST-2"] {
            var concern = NotificationsTests.concern
            concern.caseReference = reference
            try tester.process(concern, key: reference)
        }
        try goOn(&tester, from: &count)
        try tester.process(Self.erased, key: "TST")
        try goOn(&tester, from: &count)
        #expect(tester.published(NoticesErased.self).count == 1)
        try tester.advance(to: ExampleCounty.monday + 86_400)
        let digest = try #require(try tester.wishes(Notice.self).values.first)
        #expect(digest.body.contains("TST-2") && !digest.body.contains("TST-1"))
    }

    @Test("a digest of which nothing is left is not sent")
    func emptyDigest() throws {
        var tester = try tester { county in
            for index in county.people.indices { county.people[index].digest = true }
        }
        var count = 0
        try tester.process(NotificationsTests.concern, key: "TST-1")
        try goOn(&tester, from: &count)
        try tester.process(Self.erased, key: "TST")
        try goOn(&tester, from: &count)
        try tester.advance(to: ExampleCounty.monday + 3 * 86_400)
        #expect(try tester.open().isEmpty)
    }

    @Test("each step may come twice, and what is read late is withdrawn by the last fact")
    func twice() throws {
        var tester = try tester()
        var count = 0
        try tester.process(NotificationsTests.concern, key: "TST-1")
        for _ in 0..<2 {
            try tester.process(Self.erased, key: "TST")
            try goOn(&tester, from: &count)
        }
        #expect(try tester.open().isEmpty && !tester.published(NoticesErased.self).isEmpty)
        try tester.process(
            CaseMoved.with {
                ($0.caseReference, $0.county, $0.toPerson) = ("TST-1", "TST", "head-school")
                ($0.fromCounty, $0.fromPerson) = ("TST", "nurse")
            }, key: "TST-1")
        #expect(try !tester.open().isEmpty)
        try tester.process(ChildErased.with { $0.caseReference = "TST-1" }, key: "TST-1")
        #expect(try tester.open().isEmpty)
    }

    @Test(
        "the owner and the county's function are warned with the day; of an erasure that was called off, the function")
    func told() throws {
        var tester = try tester()
        try tester.process(
            ErasureForewarned.with {
                ($0.caseReference, $0.county, $0.date) = ("TST-1", "TST", "2027-01-23")
                $0.to = ["head-school", "county"]
            }, key: "TST-1")
        let warnings = try tester.wishes(Notice.self).values
        #expect(Set(warnings.map(\.recipient)) == ["head-school", "county"])
        #expect(warnings.allSatisfy { $0.body.contains("23 januari 2027") && $0.body.contains("TST-1") })
        try tester.process(
            ErasureCalledOff.with { ($0.caseReference, $0.county, $0.to) = ("TST-1", "TST", ["county"]) }, key: "TST-1")
        #expect(try tester.open().filter { $0.hasPrefix("erasure_called_off") } == ["erasure_called_off county"])
    }
}
