import Codec
import Domain
import Foundation
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import meetings

@Suite("Samarbeta: who meets, and when")
struct MeetingsTests {
    static func call(
        _ reference: String, latest: String = "2026-12-14",
        organisations: [String] = ["social_services", "health_care"]
    ) -> CallMeeting {
        CooperationTester.callMeeting {
            ($0.caseReference, $0.county, $0.unit, $0.namedPerson) = (reference, "TST", "school", "head-school")
            ($0.areas, $0.organisations, $0.latestDate) = (["safety"], organisations, latest)
        }
    }

    private func tester() -> ProcessorTester<MeetingsProcessor> {
        ProcessorTester(
            MeetingsProcessor(), application: "meetings", directory: ExampleCounty.directory, now: ExampleCounty.monday)
    }

    @Test("rule 14: the county's table decides the participants, by organisation and area")
    func participants() throws {
        var tester = tester()
        try tester.process(Self.call("A"), key: "TST")
        try tester.process(Self.call("B", organisations: ["health_care"]), key: "TST")
        let meetings = tester.published(MeetingScheduled.self).map(\.meeting)
        #expect(
            meetings.map { $0.participants.map(\.person) } == [
                ["head-school", "family", "nurse", "child"], ["head-school", "nurse", "child"],
            ])
        #expect(meetings[0].participants.map(\.required) == [true, true, false, false])
    }

    @Test("rule 18: meetings come after the notice time, and the second of the same people after the first")
    func collision() throws {
        var tester = tester()
        for index in 0..<12 { try tester.process(Self.call("case-\(index)"), key: "TST") }
        let starts = tester.published(MeetingScheduled.self).map(\.meeting.start.date)
        #expect(starts.first == CivilTime.instant(try #require(LocalDate("2026-11-30")), minute: 8 * 60))
        #expect(zip(starts, starts.dropFirst()).allSatisfy { $1 >= $0 + 3_600 })
    }

    @Test("a meeting that is called off gives the time back, with a higher SEQUENCE, and a new call gets it")
    func cancelled() throws {
        var tester = tester()
        try tester.process(Self.call("A"), key: "TST")
        let cancel = CancelMeeting.with { ($0.caseReference, $0.county) = ("A", "TST") }
        try tester.process(cancel, key: "TST")
        try tester.process(cancel, key: "TST")
        try tester.process(Self.call("B"), key: "TST")
        let scheduled = tester.published(MeetingScheduled.self).map(\.meeting)
        #expect(tester.published(MeetingCancelled.self).map(\.meeting.sequence) == [1])
        #expect(scheduled[0].start == scheduled[1].start)
    }

    @Test("a command reaches its county under any key; one for a county that is not here goes nowhere")
    func anyKey() throws {
        var tester = CooperationTester()
        try tester.call(guardians: ["g1"])
        for (county, key) in [("TST", "any"), ("XYZ", "TST"), ("", "TST")] {
            let command = TellFamily.with {
                ($0.caseReference, $0.county, $0.by) = ("A", county, "head-school")
                ($0.to, $0.channel) = ("g1", "phone")
            }
            try tester.tester.process(command, key: key, topic: Topic.meetingCommands.rawValue)
        }
        #expect(tester.facts(FamilyTold.self).count == 1)
        #expect(tester.tester.forwarded.map { "\($0.topic) \($0.key)" } == ["meeting-calls TST"])
        #expect(tester.facts(CommandRefused.self).count == 2)
    }

    @Test("what Mapping asks of Meetings is refused on the topic that outsiders write")
    func outsiders() throws {
        var tester = tester()
        try tester.process(Self.call("A"), key: "TST", topic: Topic.meetingCommands.rawValue)
        #expect(tester.published(CommandRefused.self).flatMap { $0.reasons.map(\.code) } == ["command.unknown"])
        try tester.process(Self.call("A"), key: "TST", topic: Topic.meetingCalls.rawValue)
        #expect(tester.published(MeetingScheduled.self).count == 1)
    }

    @Test("a case has one meeting at a time, and the same call twice is one call")
    func once() throws {
        var tester = tester()
        try tester.process(Self.call("A"), key: "TST", id: "1")
        try tester.process(Self.call("A"), key: "TST", id: "1")
        try tester.process(Self.call("A"), key: "TST", id: "2")
        #expect(tester.published(MeetingScheduled.self).count == 1)
        #expect(tester.published(CommandRefused.self).flatMap { $0.reasons.map(\.code) } == ["meeting.exists"])
    }

    @Test("a child with protected identity gets no place (rule 22)")
    func protected() throws {
        var tester = tester()
        var call = Self.call("A")
        call.protectedIdentity = true
        try tester.process(call, key: "TST")
        #expect(tester.published(MeetingScheduled.self).first?.meeting.place == "")
    }

    @Test("rule 22: an identity that becomes protected takes the place out of what was sent, with a higher SEQUENCE")
    func becomesProtected() throws {
        var tester = tester()
        try tester.process(Self.call("A"), key: "TST")
        for _ in 0..<2 {
            try tester.process(
                ProtectMeeting.with { ($0.caseReference, $0.county) = ("A", "TST") }, key: "TST")
        }
        let meetings = tester.published(MeetingScheduled.self).map(\.meeting)
        #expect(meetings.map(\.sequence) == [0, 1] && meetings[0].start == meetings[1].start)
        #expect(!meetings[0].place.isEmpty && meetings[1].place.isEmpty)
    }

    @Test("where no time exists, it says who is in the way (rule 18)")
    func impossible() throws {
        var tester = tester()
        tester.directory.counties["TST"]?.people["family"]?.hours = [6: WorkingHours(from: 480, to: 1_020)]
        try tester.process(Self.call("A"), key: "TST")
        let answer = try #require(tester.published(MeetingImpossible.self).first)
        #expect(Set(answer.reasons.map(\.person)) == ["head-school", "family"])
        let roles = answer.reasons.map { "\($0.role) \($0.unit)" }
        #expect(
            Set(roles)
                == Set(
                    ["head-school", "family"].compactMap { tester.directory.counties["TST"]?.people[$0] }
                        .map { "\($0.role) \($0.unit)" }))
        #expect(answer.to == ["head-school"] && tester.published(MeetingScheduled.self).isEmpty)
    }

    @Test("who waits for a time gets one on the morning after the directory has opened it (rule 18)")
    func morning() throws {
        var tester = tester()
        let open = tester.directory
        tester.directory.counties["TST"]?.people["family"]?.hours = [6: WorkingHours(from: 480, to: 1_020)]
        try tester.process(Self.call("A"), key: "TST")
        #expect(try tester.state(MeetingsProcessor.waiting, "TST|A")?.people.contains("family") == true)
        try tester.advance(to: tester.now + 86_400)
        #expect(tester.published(MeetingScheduled.self).isEmpty && tester.published(MeetingImpossible.self).count == 1)
        tester.directory = open
        try tester.advance(to: tester.now + 86_400)
        #expect(tester.published(MeetingScheduled.self).map(\.meeting.caseReference) == ["A"])
        #expect(try tester.state(MeetingsProcessor.waiting, "TST|A") == nil)
    }

    @Test("who waits for a time gets one when the calendar that was in the way is published anew (rule 18)")
    func calendar() throws {
        var tester = tester()
        func publish(_ busy: [BusyTime]) throws {
            try tester.process(
                PublishBusyTimes.with { ($0.county, $0.person, $0.busy) = ("TST", "family", busy) }, key: "TST")
        }
        try publish([.with { ($0.start, $0.end) = (.init(tester.now), .init(tester.now + 120 * 86_400)) }])
        try tester.process(Self.call("A"), key: "TST")
        #expect(tester.published(MeetingScheduled.self).isEmpty)
        try publish([])
        #expect(tester.published(MeetingScheduled.self).map(\.meeting.caseReference) == ["A"])
    }

    @Test("a call that is taken back waits for nothing (rule 13)")
    func takenBack() throws {
        var tester = tester()
        tester.directory.counties["TST"]?.people["family"]?.hours = [6: WorkingHours(from: 480, to: 1_020)]
        try tester.process(Self.call("A"), key: "TST")
        try tester.process(CancelMeeting.with { ($0.caseReference, $0.county) = ("A", "TST") }, key: "TST")
        #expect(try tester.state(MeetingsProcessor.waiting, "TST|A") == nil)
    }
}
