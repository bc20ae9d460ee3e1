import Codec
import Domain
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@testable import meetings

@Suite("When people are taken elsewhere")
struct BusyTimesTests {
    private func publish(
        _ tester: inout CooperationTester, _ times: [(Date, Date)], ownLeftOut: Bool = false
    ) throws {
        try tester.send(
            PublishBusyTimes.with {
                ($0.county, $0.person, $0.ownLeftOut) = ("TST", "family", ownLeftOut)
                $0.busy = times.map { start, end in .with { ($0.start, $0.end) = (.init(start), .init(end)) } }
            })
    }

    @Test("a meeting of ours that stands in somebody's calendar does not move itself, and the publication is answered")
    func echo() throws {
        var tester = CooperationTester()
        try tester.call()
        let (start, end) = (tester.meeting.start.date, tester.meeting.end.date)
        for _ in 0..<3 { try publish(&tester, [(start, end), (end, end + 3_600)]) }
        #expect(tester.facts(MeetingScheduled.self).count == 1)
        #expect(tester.facts(BusyTimesPublished.self).map(\.count) == [1, 1, 1])
    }

    @Test("a calendar that tells only free and busy runs our meeting together with its neighbours")
    func freeBusy() throws {
        var tester = CooperationTester()
        try tester.call()
        let (start, end) = (tester.meeting.start.date, tester.meeting.end.date)
        try publish(&tester, [(end, end + 3_600)])
        for _ in 0..<2 { try publish(&tester, [(start, end + 3_600)]) }
        #expect(tester.facts(MeetingScheduled.self).count == 1, "all that is new is the meeting")
        try publish(&tester, [(start - 1_800, end + 3_600)])
        #expect(tester.meeting.sequence == 1, "something new reaches into it")
    }

    @Test("where our meetings were known by their UID and left out, a time like ours is somebody else's")
    func leftOut() throws {
        var tester = CooperationTester()
        try tester.call()
        try publish(&tester, [(tester.meeting.start.date, tester.meeting.end.date)], ownLeftOut: true)
        #expect(tester.meeting.sequence == 1)
    }

    @Test(
        "whatever else stands in a calendar, publishing it with our meetings in it again and again moves nothing",
        arguments: (1...20).map(UInt64.init))
    func again(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var tester = CooperationTester()
        let grid = Int64(ExampleCounty.monday.timeIntervalSince1970)
        let others = Set((0..<60).map { _ in Int64.random(in: 0..<2_600, using: &random) })
        /// Quarters of an hour, run together where they touch, as a calendar that tells only free and busy does.
        func freeBusy(_ quarters: Set<Int64>) -> [(Date, Date)] {
            func instant(_ quarter: Int64) -> Date { Date(timeIntervalSince1970: Double(grid + quarter * 900)) }
            let ends = quarters.filter { !quarters.contains($0 + 1) }.sorted()
            return zip(quarters.filter { !quarters.contains($0 - 1) }.sorted(), ends).map {
                (instant($0), instant($1 + 1))
            }
        }
        try publish(&tester, freeBusy(others))
        for call in 0..<6 {
            try tester.call("C\(call)", latest: "2026-12-18")
            let own = try tester.bookings("family").flatMap { ($0.start - grid) / 900..<($0.end - grid) / 900 }
            for _ in 0..<2 { try publish(&tester, freeBusy(others.union(own))) }
        }
        #expect(tester.facts(MeetingScheduled.self).map(\.why) == Array(repeating: "", count: 6), "seed \(seed)")
    }
}
