import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import tillsammans

@Suite("What a calendar may cost: steps are counted, the same on every machine")
struct CalendarLimitsTests {
    private static func steps(_ parts: [String], from: String = "2026-10-01T00:00:00Z") throws -> Int {
        let start = try Date(from, strategy: .iso8601)
        return try CalendarFeed(FeedText.calendar(parts), in: start..<start + 182 * 86_400).steps
    }

    private static func series(_ rule: String, start: String = "20200101T080000Z") -> String {
        FeedText.event(["DTSTART:\(start)", "DURATION:PT1H", "RRULE:\(rule)"])
    }

    @Test("what repeats more often than daily is refused", arguments: ["SECONDLY", "MINUTELY", "HOURLY"])
    func frequency(name: String) throws {
        let problem = try #require(FeedText.problem("DTSTART:20261201T080000Z", "DURATION:PT1H", "RRULE:FREQ=\(name)"))
        #expect(
            problem.description == "line 9: RRULE: FREQ=\(name): DAILY is the most frequent that is read; WEEKLY, "
                + "MONTHLY and YEARLY are, too")
    }

    @Test("a rule that never occurs costs a step a day at most, whatever its lists are")
    func never() throws {
        for rule in [
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31",
            "FREQ=YEARLY;BYWEEKNO=20;BYMONTH=1", "FREQ=YEARLY;BYYEARDAY=1;BYMONTH=12", "FREQ=DAILY;BYSETPOS=366",
        ] {
            #expect(try Self.steps([Self.series(rule)]) < 2_000, "\(rule)")
        }
    }

    @Test("a rule of 173 bytes that fills the days is refused for its times a day")
    func timesADay() throws {
        let all = (0..<60).map(String.init).joined(separator: ",")
        let rule = "FREQ=DAILY;BYSETPOS=-366;BYMINUTE=\(all)"
        #expect(rule.utf8.count > 173)
        #expect(try Self.steps([Self.series(rule)]) < 200_000, "60 times a day")
        let problem = try #require(
            FeedText.problem("DTSTART:20261201T080000Z", "DURATION:PT1H", "RRULE:\(rule);BYHOUR=1,2"))
        #expect(problem.description.hasSuffix("120 times a day, and 100 are read at most"))
    }

    @Test("without COUNT the years before the window cost nothing; with it, they are counted")
    func past() throws {
        for rule in ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=MONTHLY;BYDAY=2TU", "FREQ=YEARLY"] {
            let near = try Self.steps([Self.series(rule)])
            let far = try Self.steps([Self.series(rule, start: "16010101T080000Z")])
            #expect(abs(far - near) <= 40, "\(rule)")
        }
        #expect(try Self.steps([Self.series("FREQ=DAILY;COUNT=200000", start: "16010101T080000Z")]) < 1_000_000)
    }

    @Test("steps grow with the size alone")
    func linear() throws {
        func steps(_ count: Int) throws -> Int {
            try Self.steps(
                (0..<count).map { number in
                    FeedText.event(
                        [
                            "DTSTART:20261005T080000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=20",
                            "EXDATE:20261012T080000Z",
                        ], uid: "\(number)")
                })
        }
        #expect(try steps(400) == 4 * steps(100))
    }

    @Test("the budget ends with a refusal that says it")
    func budget() throws {
        // Each asks all days since the year 1.
        let rule = Self.series("FREQ=DAILY;COUNT=2000000;BYMONTH=2;BYMONTHDAY=30", start: "00010101T080000Z")
        let problem = #expect(throws: CalendarFeed.Problem.self) { try Self.steps(Array(repeating: rule, count: 4)) }
        #expect(try #require(problem).description.contains("more than 2000000 steps"))
    }

    @Test("too many times are refused, before they are merged")
    func times() throws {
        let hours = (0..<24).map(String.init).joined(separator: ",")
        let often = FeedText.event([
            "DTSTART:20260101T000000Z", "DURATION:PT1M", "RRULE:FREQ=DAILY;BYMINUTE=0,15,30,45;BYHOUR=\(hours)",
        ])
        let problem = #expect(throws: CalendarFeed.Problem.self) {
            try Self.steps((0..<8).map { often.replacing("UID:u", with: "UID:\($0)") })
        }
        #expect(try #require(problem).description.contains("more than 100000 times"))
    }

    @Test("faults are said up to twenty, then counted")
    func faults() throws {
        let problem = #expect(throws: CalendarFeed.Problem.self) {
            try Self.steps(Array(repeating: Self.series("FREQ=NEVER"), count: 30))
        }
        #expect(try #require(problem).description.split(separator: "\n").last == "and 10 more")
    }

    @Test("size, depth and number of components have limits, which the refusal says")
    func text() throws {
        func refusal(_ text: String) throws -> String {
            let problem = #expect(throws: CalendarFeed.Problem.self) { try FeedText.busy(Data(text.utf8)) }
            return try #require(problem).description
        }
        #expect(try refusal(String(repeating: "X", count: 10_000_001)) == "the text has more than 10000000 bytes")
        #expect(try refusal(String(repeating: "BEGIN:VEVENT\n", count: 30_000)).contains("more than 10 deep"))
        #expect(
            try refusal(String(repeating: "BEGIN:VEVENT\nEND:VEVENT\n", count: 100_001)).contains(
                "more than 100000 components"))
    }

    @Test("a feed without any time publishes nothing, so that it frees nobody by mistake")
    func empty() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let file = folder.path + "/feed.ics"
        try FeedText.calendar([]).write(to: URL(filePath: file))
        func run(_ arguments: String...) async throws {
            try await CalendarCommand.Publish.parse(
                ["--county", "TST", "--person", "anna", "--file", file] + arguments
            ).run()
        }
        // It ends before Kafka is asked for.
        let error = await #expect(throws: (any Error).self) { try await run() }
        #expect("\(try #require(error))".contains("65"))
        try await run("--dry-run")
    }

    @Test("no random or cut-off bytes ever crash the reader", arguments: (1...8).map(UInt64.init))
    func fuzz(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for feed in ArbitraryFeeds(seed: seed).feeds(60) {
            var bytes = Array(feed.data.prefix(Int.random(in: feed.data.count / 2...feed.data.count, using: &random)))
            for _ in 0..<6 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 32...126, using: &random)
            }
            _ = try? FeedText.busy(Data(bytes))
        }
    }
}
