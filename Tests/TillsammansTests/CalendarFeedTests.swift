import Domain
import Foundation
import TestSupport
import Testing

@testable import tillsammans

@Suite("Busy times from other calendars (RFC 5545)")
struct CalendarFeedTests {
    private static func day(_ text: String, _ minute: Int = 0) throws -> Date {
        CivilTime.instant(try #require(LocalDate(text)), minute: minute)
    }

    private static func feed(_ lines: [String]) throws -> CalendarFeed {
        let text = (["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x"] + lines + ["END:VCALENDAR", ""]).joined(
            separator: "\r\n")
        return try CalendarFeed(Data(text.utf8), in: day("2026-11-23")..<day("2027-02-01"))
    }

    private static func event(_ lines: String...) -> [String] {
        ["BEGIN:VEVENT", "UID:u", "DTSTAMP:20261101T000000Z"] + lines + ["END:VEVENT"]
    }

    private static func busy(_ lines: [String]) throws -> [String] {
        try feed(lines).busy.map { CivilTime.swedish(from: $0.lowerBound, to: $0.upperBound) }
    }

    @Test("a single event, in UTC, in a zone, and as the clock shows; with an end or a duration")
    func single() throws {
        let wanted = ["tisdag 1 december 2026 kl. 09.00–10.00"]
        for lines in [
            ["DTSTART:20261201T080000Z", "DTEND:20261201T090000Z"],
            ["DTSTART;TZID=Europe/Stockholm:20261201T090000", "DTEND;TZID=Europe/Stockholm:20261201T100000"],
            ["DTSTART:20261201T090000", "DURATION:PT1H"], ["DTSTART:20261201T090000", "DTEND:20261201T100000"],
            ["DTSTART;TZID=Europe/Helsinki:20261201T100000", "DURATION:PT60M"],
            ["DTSTART;TZID=W. Europe Standard Time:20261201T090000", "DURATION:PT60M"],
        ] {
            #expect(try Self.busy(Self.event(lines[0], lines[1])) == wanted, "\(lines)")
        }
    }

    @Test("many feeds are read at once, also as the first in a process")
    func atOnce() async throws {
        let lines = Self.event("DTSTART;TZID=Europe/Stockholm:20261201T090000", "DURATION:PT1H")
        let wanted = try Self.day("2026-12-01", 540)..<Self.day("2026-12-01", 600)
        try await withThrowingTaskGroup(of: [Range<Date>].self) { group in
            for _ in 0..<64 { group.addTask { try Self.feed(lines).busy } }
            for try await busy in group { #expect(busy == [wanted]) }
        }
    }

    @Test("whole days run from midnight to midnight in Sweden, one day where no end is given")
    func wholeDays() throws {
        let one = try Self.feed(Self.event("DTSTART;VALUE=DATE:20261201")).busy
        #expect(try one == [Self.day("2026-12-01")..<Self.day("2026-12-02")])
        let three = try Self.feed(Self.event("DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261204")).busy
        #expect(try three == [Self.day("2026-12-01")..<Self.day("2026-12-04")])
    }

    @Test("what is transparent, called off, free or long past takes no time; what overlaps is one")
    func free() throws {
        #expect(try Self.busy(Self.event("DTSTART:20261201T080000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT")).isEmpty)
        #expect(try Self.busy(Self.event("DTSTART:20261201T080000Z", "DURATION:PT1H", "STATUS:CANCELLED")).isEmpty)
        #expect(try Self.busy(Self.event("DTSTART:20200101T080000Z", "DURATION:PT1H")).isEmpty)
        let two =
            Self.event("DTSTART:20261201T080000Z", "DURATION:PT1H")
            + Self.event("DTSTART:20261201T083000Z", "DURATION:PT1H")
        #expect(try Self.busy(two) == ["tisdag 1 december 2026 kl. 09.00–10.30"])
    }

    @Test("the suite's own meetings are known by their UID and left out; free-busy times have none to know them by")
    func ours() throws {
        let ours = Self.event("DTSTART:20261201T080000Z", "DURATION:PT1H").map {
            $0.replacing("UID:u", with: "UID:TST-AAAA-AAAA-AA-0123abcd@tillsammans")
        }
        let feed = try Self.feed(ours + Self.event("DTSTART:20261202T080000Z", "DURATION:PT1H"))
        #expect(try feed.busy == [Self.day("2026-12-02", 540)..<Self.day("2026-12-02", 600)] && !feed.mayHoldOurs)
        let freeBusy = ["BEGIN:VFREEBUSY", "UID:f", "DTSTAMP:20261101T000000Z", "END:VFREEBUSY"]
        #expect(try Self.feed(freeBusy).mayHoldOurs)
    }

    @Test("published free-busy times")
    func freeBusy() throws {
        let lines = [
            "BEGIN:VFREEBUSY", "UID:f", "DTSTAMP:20261101T000000Z", "FREEBUSY;FBTYPE=BUSY:20261201T080000Z/PT1H",
            "FREEBUSY:20261202T080000Z/20261202T093000Z", "FREEBUSY;FBTYPE=FREE:20261203T080000Z/PT8H", "END:VFREEBUSY",
        ]
        #expect(
            try Self.busy(lines) == [
                "tisdag 1 december 2026 kl. 09.00–10.00", "onsdag 2 december 2026 kl. 09.00–10.30",
            ])
    }

    @Test("a recurrence with an exception, and an instance that was moved")
    func instances() throws {
        let lines =
            Self.event(
                "DTSTART;TZID=Europe/Stockholm:20261201T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4",
                "EXDATE;TZID=Europe/Stockholm:20261208T090000")
            + Self.event(
                "RECURRENCE-ID;TZID=Europe/Stockholm:20261215T090000", "DTSTART;TZID=Europe/Stockholm:20261216T130000",
                "DURATION:PT1H")
        #expect(
            try Self.busy(lines) == [
                "tisdag 1 december 2026 kl. 09.00–10.00", "onsdag 16 december 2026 kl. 13.00–14.00",
                "tisdag 22 december 2026 kl. 09.00–10.00",
            ])
    }

    @Test("what is no calendar, or has lines that cannot be read, is refused: nothing is left out in silence")
    func refused() throws {
        #expect(throws: CalendarFeed.Problem.self) {
            try CalendarFeed(Data("hej".utf8), in: Self.day("2026-11-23")..<Date.distantFuture)
        }
        #expect(throws: CalendarFeed.Problem.self) { try Self.feed(Self.event("DTSTART:nonsense", "DURATION:PT1H")) }
        #expect(throws: CalendarFeed.Problem.self) {
            try Self.feed(Self.event("DTSTART:20261201T080000Z", "DURATION:PT1H", "RRULE:FREQ=SOMETIMES"))
        }
    }

    @Test("recurrence rules mean what dateutil says that they mean", arguments: (1...12).map(UInt64.init))
    func rules(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func one(_ words: [String]) -> String { words.randomElement(using: &random) ?? "" }
        let rules = (0..<25).map { _ in
            let frequency = one(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
            var rule = "FREQ=\(frequency);INTERVAL=\(Int.random(in: 1...4, using: &random))"
            switch frequency {
            case "WEEKLY": rule += one(["", ";BYDAY=MO,WE", ";BYDAY=TU,TH,FR;WKST=SU"])
            case "MONTHLY":
                rule += one([
                    "", ";BYDAY=2TU", ";BYDAY=-1FR", ";BYMONTHDAY=1,15,-1", ";BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
                ])
            case "YEARLY": rule += one(["", ";BYMONTH=1,12", ";BYMONTH=12;BYDAY=1MO"])
            default: rule += one(["", ";BYDAY=MO,TU,WE,TH,FR"])
            }
            return rule + one(["", ";COUNT=\(Int.random(in: 1...40, using: &random))", ";UNTIL=20270110T080000Z"])
        }
        let script = """
            import sys, datetime, zoneinfo
            from dateutil.rrule import rrulestr
            zone = zoneinfo.ZoneInfo("Europe/Stockholm")
            start = datetime.datetime(2026, 10, 13, 9, 0, tzinfo=zone)
            low, high = datetime.datetime(2026, 11, 23, tzinfo=zone), datetime.datetime(2027, 2, 1, tzinfo=zone)
            for rule in sys.argv[1:]:
                print(" ".join(str(int(at.timestamp())) for at in rrulestr(rule, dtstart=start).between(low, high)))
            """
        guard let output = Self.python(script, rules) else {
            return print("skipped: python3 has no dateutil (pip install python-dateutil)")
        }
        let expected = output.split(separator: "\n", omittingEmptySubsequences: false)
        for (rule, line) in zip(rules, expected) {
            let busy = try Self.feed(
                Self.event("DTSTART;TZID=Europe/Stockholm:20261013T090000", "DURATION:PT1H", "RRULE:\(rule)")
            ).busy
            let starts = busy.map { "\(Int($0.lowerBound.timeIntervalSince1970))" }.joined(separator: " ")
            #expect(starts == line, "\(rule)")
        }
    }

    private static func python(_ script: String, _ arguments: [String]) -> String? {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        guard (try? process.start()) != nil else { return nil }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
    }
}
