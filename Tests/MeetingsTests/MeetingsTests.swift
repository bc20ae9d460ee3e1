import Codec
import Domain
import Foundation
import Streams
import TestSupport
import Testing

@testable import meetings

@Suite("Samarbeta: who meets, and when")
struct MeetingsTests {
    static func call(
        _ reference: String, latest: String = "2026-12-14",
        organisations: [String] = ["social_services", "health_care"]
    ) -> CallMeeting {
        .with {
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
                ["head-school", "family", "nurse"], ["head-school", "nurse"],
            ])
        #expect(meetings[0].participants.map(\.required) == [true, true, false])
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
        #expect(tester.published(MeetingScheduled.self).isEmpty)
    }

    @Test(
        "never double-booked, never outside hours, always the earliest: against brute force",
        arguments: (1...60).map(UInt64.init))
    func bruteForce(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let first = try #require(
            LocalDate(["2026-03-27", "2026-10-23", "2026-12-30"].randomElement(using: &random) ?? ""))
        let last = first.plus(Int.random(in: 0...4, using: &random))
        let minutes = Int.random(in: 1...8, using: &random) * 15
        let calendars = (0..<Int.random(in: 1...3, using: &random)).map { index in
            var hours: [Int: WorkingHours] = [:]
            for weekday in 1...7 where Int.random(in: 0..<3, using: &random) > 0 {
                let from = Int.random(in: 420...720, using: &random)
                hours[weekday] = WorkingHours(from: from, to: from + Int.random(in: 30...400, using: &random))
            }
            let midnight = Int64(CivilTime.instant(first, minute: 0).timeIntervalSince1970)
            return Scheduler.Calendar(
                person: "p\(index)", hours: hours,
                busy: (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    let start = midnight + Int64.random(in: 0...(5 * 96), using: &random) * 900
                    return Scheduler.Slot(start: start, end: start + Int64.random(in: 1...16, using: &random) * 900)
                })
        }
        var expected: Scheduler.Slot?
        var day = first
        while day <= last, expected == nil {
            for minute in stride(from: 0, to: 24 * 60, by: 15) where expected == nil {
                let instant = CivilTime.instant(day, minute: minute)
                let weekday = CivilTime.clock(of: CivilTime.instant(day, minute: 720)).weekday
                let slot = Scheduler.Slot(
                    start: Int64(instant.timeIntervalSince1970),
                    end: Int64(instant.timeIntervalSince1970) + Int64(minutes) * 60)
                let fits =
                    WorkingDays.isHoliday(day) == false
                    && calendars.allSatisfy { calendar in
                        guard let hours = calendar.hours[weekday] else { return false }
                        return hours.from <= minute && minute + minutes <= hours.to
                            && !calendar.busy.contains(where: slot.overlaps)
                    }
                if fits { expected = slot }
            }
            day = day.plus(1)
        }
        switch Scheduler.earliest(calendars, minutes: minutes, from: first, through: last) {
        case .slot(let slot, _): #expect(slot == expected, "seed \(seed)")
        case .none(let obstacles):
            #expect(expected == nil, "seed \(seed)")
            #expect(!obstacles.isEmpty)
        }
    }
}
