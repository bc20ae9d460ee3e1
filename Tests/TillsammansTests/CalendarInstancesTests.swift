import Domain
import Foundation
import TestSupport
import Testing

@testable import tillsammans

/// A feed in a line each, with what every feed has around it.
enum FeedText {
    static func event(_ lines: [String], uid: String = "u") -> String {
        (["BEGIN:VEVENT", "UID:\(uid)", "DTSTAMP:20261101T000000Z"] + lines + ["END:VEVENT"]).joined(separator: "\r\n")
    }

    static func calendar(_ parts: [String]) -> Data {
        Data(
            (["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x"] + parts + ["END:VCALENDAR", ""]).joined(separator: "\r\n")
                .utf8)
    }

    /// The busy times from October 2026 to May 2027, as `2026-12-01 09:00/2026-12-01 10:00` by the clock in Sweden.
    static func busy(_ data: Data) throws -> [String] {
        let start = CivilTime.instant(try #require(LocalDate("2026-10-01")), minute: 0)
        let end = CivilTime.instant(try #require(LocalDate("2027-05-01")), minute: 0)
        func clock(_ instant: Date) -> String {
            let minute = CivilTime.clock(of: instant).minute
            return "\(CivilTime.day(of: instant)) \(minute / 600)\(minute / 60 % 10):\(minute % 60 / 10)\(minute % 10)"
        }
        return try CalendarFeed(data, in: start..<end).busy.map { "\(clock($0.lowerBound))/\(clock($0.upperBound))" }
    }

    static func busy(_ lines: String...) throws -> [String] { try busy(calendar([event(lines)])) }

    static func problem(_ lines: String...) -> CalendarFeed.Problem? {
        #expect(throws: CalendarFeed.Problem.self) { try busy(calendar([event(lines)])) }
    }
}

@Suite("Which instances a series has (RFC 5545 §3.8.4.4 and §3.8.5)")
struct CalendarInstancesTests {
    @Test("empty and broken lines that do not decide when are ignored")
    func ignored() throws {
        let wanted = ["2026-12-01 09:00/2026-12-01 10:00"]
        for line in [
            "LOCATION:", "DESCRIPTION:", "SUMMARY", "GEO:somewhere", "ORGANIZER;CN=\"open:x", "X-A;=:", "ATTACH:",
        ] {
            #expect(try FeedText.busy("DTSTART:20261201T080000Z", "DURATION:PT1H", line) == wanted, "\(line)")
        }
    }

    @Test("all that cannot be read of one event is said at once")
    func faultsOfOne() throws {
        let problem = try #require(
            FeedText.problem("DTSTART:soon", "DTEND;TZID=Mars:20261201T080000", "RRULE:FREQ=OFTEN", "EXDATE:x,y"))
        #expect(problem.faults.map { $0.prefix { $0 != ":" } } == ["line 7", "line 8", "line 9", "line 10"])
    }

    @Test("a series keeps its exact length with DTEND, and its days with DURATION, where the clock changes")
    func length() throws {
        func nights(_ line: String) throws -> [String] {
            try FeedText.busy("DTSTART;TZID=Europe/Stockholm:20270320T220000", line, "RRULE:FREQ=WEEKLY;COUNT=2")
        }
        let exact = ["2027-03-20 22:00/2027-03-21 22:00", "2027-03-27 22:00/2027-03-28 23:00"]
        #expect(try nights("DTEND;TZID=Europe/Stockholm:20270321T220000") == exact)
        #expect(try nights("DURATION:PT24H") == exact)
        #expect(try nights("DURATION:P1D") == [exact[0], "2027-03-27 22:00/2027-03-28 22:00"])
    }

    @Test("what decides when and cannot be read is refused with its line, all events at once")
    func faults() throws {
        let data = FeedText.calendar([
            FeedText.event(["DTSTART:soon"]), FeedText.event(["DTSTART:20261201T080000Z", "RRULE:FREQ=SOMETIMES"]),
            FeedText.event(["DTSTART:20261201T080000Z", "DTEND:20261201T070000Z"]), FeedText.event(["SUMMARY:when?"]),
            FeedText.event(["DTSTART:20261201T080000Z", "EXDATE:yesterday"]),
        ])
        let problem = #expect(throws: CalendarFeed.Problem.self) { try FeedText.busy(data) }
        let faults = try #require(problem).faults
        #expect(faults.map { $0.prefix { $0 != ":" } } == ["line 7", "line 13", "line 19", "line 21", "line 30"])
    }

    @Test("RDATE is told by the clock that it names, as a time, a period or a day")
    func added() throws {
        #expect(
            try FeedText.busy(
                "DTSTART;TZID=Europe/Stockholm:20261201T090000", "DURATION:PT1H",
                "RDATE;TZID=Europe/Stockholm:20261202T090000", "RDATE;TZID=America/New_York:20261203T090000",
                "RDATE;VALUE=PERIOD:20261204T080000Z/PT3H,20261205T080000Z/20261205T083000Z") == [
                    "2026-12-01 09:00/2026-12-01 10:00", "2026-12-02 09:00/2026-12-02 10:00",
                    "2026-12-03 15:00/2026-12-03 16:00", "2026-12-04 09:00/2026-12-04 12:00",
                    "2026-12-05 09:00/2026-12-05 09:30",
                ])
        #expect(
            try FeedText.busy("DTSTART;VALUE=DATE:20261201", "RDATE;VALUE=DATE:20261205,20261207") == [
                "2026-12-01 00:00/2026-12-02 00:00", "2026-12-05 00:00/2026-12-06 00:00",
                "2026-12-07 00:00/2026-12-08 00:00",
            ])
    }

    @Test("EXDATE takes days from a series of whole days, however it names them")
    func excludedDays() throws {
        for line in [
            "EXDATE;VALUE=DATE:20261202", "EXDATE:20261201T230000Z", "EXDATE;TZID=Europe/Stockholm:20261202T000000",
            "EXDATE:20261202T000000Z",
        ] {
            #expect(
                try FeedText.busy("DTSTART;VALUE=DATE:20261201", "RRULE:FREQ=DAILY;COUNT=3", line) == [
                    "2026-12-01 00:00/2026-12-02 00:00", "2026-12-03 00:00/2026-12-04 00:00",
                ], "\(line)")
        }
    }

    @Test("EXDATE takes a time in whatever zone it is told by")
    func excludedTimes() throws {
        for line in [
            "EXDATE:20261202T080000Z", "EXDATE;TZID=Europe/Helsinki:20261202T100000", "EXDATE;VALUE=DATE:20261202",
        ] {
            #expect(
                try FeedText.busy(
                    "DTSTART;TZID=Europe/Stockholm:20261201T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", line)
                    == [
                        "2026-12-01 09:00/2026-12-01 10:00", "2026-12-03 09:00/2026-12-03 10:00",
                    ], "\(line)")
        }
    }

    private static func weekly(_ changes: [String]...) throws -> [String] {
        let master = [
            "DTSTART;TZID=Europe/Stockholm:20261201T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4",
        ]
        return try FeedText.busy(FeedText.calendar(([master] + changes).map { FeedText.event($0) }))
    }

    @Test("RECURRENCE-ID names an instance in whatever zone it is told by")
    func replaced() throws {
        for id in ["RECURRENCE-ID:20261208T080000Z", "RECURRENCE-ID;TZID=Asia/Tokyo:20261208T170000"] {
            let moved = try Self.weekly([id, "DTSTART:20261209T080000Z", "DURATION:PT2H"])
            #expect(moved[1] == "2026-12-09 09:00/2026-12-09 11:00" && moved.count == 4, "\(id)")
            #expect(try Self.weekly([id, "DTSTART:20261208T080000Z", "STATUS:CANCELLED"]).count == 3, "\(id)")
        }
    }

    @Test("RANGE=THISANDFUTURE moves all later instances, until the next change")
    func later() throws {
        #expect(
            try Self.weekly(
                [
                    "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Stockholm:20261208T090000",
                    "DTSTART;TZID=Europe/Stockholm:20261209T130000", "DURATION:PT2H",
                ], ["RECURRENCE-ID:20261215T080000Z", "DTSTART:20261218T080000Z", "DURATION:PT1H"]) == [
                    "2026-12-01 09:00/2026-12-01 10:00", "2026-12-09 13:00/2026-12-09 15:00",
                    "2026-12-18 09:00/2026-12-18 10:00", "2026-12-23 13:00/2026-12-23 15:00",
                ])
        #expect(
            try Self.weekly([
                "RECURRENCE-ID;RANGE=THISANDFUTURE:20261215T080000Z", "DTSTART:20261215T080000Z", "STATUS:CANCELLED",
            ]).count == 2)
    }

    @Test("of several versions of an event the highest SEQUENCE counts")
    func versions() throws {
        let data = FeedText.calendar([
            FeedText.event(["DTSTART:20261201T080000Z", "DURATION:PT1H", "SEQUENCE:1"]),
            FeedText.event(["DTSTART:20261202T080000Z", "DURATION:PT1H", "SEQUENCE:2"]),
        ])
        #expect(try FeedText.busy(data) == ["2026-12-02 09:00/2026-12-02 10:00"])
    }

    @Test("a series of whole days has whole days also where the clock changes")
    func clockChange() throws {
        #expect(
            try FeedText.busy(
                "DTSTART;VALUE=DATE:20261018", "DTEND;VALUE=DATE:20261019", "RRULE:FREQ=WEEKLY;COUNT=2;BYDAY=SU") == [
                    "2026-10-18 00:00/2026-10-19 00:00", "2026-10-25 00:00/2026-10-26 00:00",
                ])
        #expect(
            try FeedText.busy("DTSTART;VALUE=DATE:20270327", "DURATION:P1D", "RRULE:FREQ=DAILY;INTERVAL=2;COUNT=2") == [
                "2027-03-27 00:00/2027-03-28 00:00", "2027-03-29 00:00/2027-03-30 00:00",
            ])
        #expect(
            try FeedText.busy("DTSTART;VALUE=DATE:20270328") == ["2027-03-28 00:00/2027-03-29 00:00"], "23 hours")
    }

    @Test("events that stand in no VCALENDAR are read, one or several")
    func bare() throws {
        let first = FeedText.event(["DTSTART:20261201T080000Z", "DURATION:PT1H"])
        let second = FeedText.event(["DTSTART:20261202T080000Z", "DURATION:PT1H"], uid: "v")
        #expect(try FeedText.busy(Data((first + "\r\n").utf8)).count == 1)
        #expect(try FeedText.busy(Data("\u{FEFF}\(first)\r\n\(second)".utf8)).count == 2)
        let both = FeedText.calendar([first]) + FeedText.calendar([second])
        #expect(try FeedText.busy(both).count == 2)
        let nested = FeedText.calendar([first, String(decoding: FeedText.calendar([second]), as: UTF8.self)])
        #expect(try FeedText.busy(nested).count == 2)
        for text in ["BEGIN:VTODO\nEND:VTODO\n", "<html>", "", "DTSTART:20261201T080000Z"] {
            #expect(throws: CalendarFeed.Problem.self, "\(text)") { try FeedText.busy(Data(text.utf8)) }
        }
    }

    @Test("lines are unfolded, by tabs or spaces, with any ends of line")
    func folded() throws {
        let text = String(
            decoding: FeedText.calendar([FeedText.event(["DTSTART;X=\"a;:b\":20261201T080000Z", "DURATION:PT1H"])]),
            as: UTF8.self)
        let wanted = ["2026-12-01 09:00/2026-12-01 10:00"]
        for end in ["\r\n ", "\n\t", "\r\r\n ", "\n\n "] {
            #expect(
                try FeedText.busy(
                    Data(text.replacing("T080", with: "T\(end)080").replacing("ION:", with: "I\(end)ON:").utf8))
                    == wanted)
        }
        #expect(try FeedText.busy(Data(text.replacing("\r\n", with: "\n").utf8)) == wanted)
    }

    @Test("a feed that is cut off is refused", arguments: [40, 90, 150])
    func cutOff(length: Int) throws {
        let whole = FeedText.calendar([
            FeedText.event(["DTSTART:20261201T080000Z", "DURATION:PT1H"]),
            FeedText.event(["DTSTART:20261202T080000Z", "DURATION:PT1H"], uid: "v"),
        ])
        #expect(throws: CalendarFeed.Problem.self) { try FeedText.busy(whole.prefix(length)) }
    }
}

@Suite("Whose clock a time is told by (RFC 5545 §3.2.19, §3.6.5)")
struct CalendarZoneTests {
    @Test(
        "IANA and Windows names are known, alone or at the end of a longer one",
        arguments: [
            "Europe/Helsinki", "FLE Standard Time", "/citadel.example.org/20260101_1/Europe/Helsinki", "Etc/GMT-2",
            "EET",
        ])
    func known(name: String) throws {
        #expect(
            try FeedText.busy("DTSTART;TZID=\"\(name)\":20261201T100000", "DURATION:PT1H") == [
                "2026-12-01 09:00/2026-12-01 10:00"
            ])
    }

    @Test("every Windows name stands for a zone that the system knows")
    func windows() {
        for (name, zone) in WindowsZones.names { #expect(TimeZone(identifier: zone) != nil, "\(name)") }
        #expect(WindowsZones.names.count > 130)
    }

    @Test("a name that nobody defines is refused by line and name", arguments: ["Kontoret", "Mars/Olympus", "GMT+2"])
    func unknown(name: String) throws {
        let problem = try #require(FeedText.problem("DTSTART;TZID=\(name):20261201T100000", "DURATION:PT1H"))
        #expect(problem.description.hasPrefix("line 7: the time zone \(name) is neither"))
    }

    private static let office = """
        BEGIN:VTIMEZONE\r
        TZID:Kontoret\r
        BEGIN:STANDARD\r
        DTSTART:16010101T030000\r
        TZOFFSETFROM:+0200\r
        TZOFFSETTO:+0100\r
        RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r
        END:STANDARD\r
        BEGIN:DAYLIGHT\r
        DTSTART:16010101T020000\r
        TZOFFSETFROM:+0100\r
        TZOFFSETTO:+0200\r
        RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r
        END:DAYLIGHT\r
        END:VTIMEZONE
        """

    @Test("a zone that the feed defines is its own, on both sides of the change")
    func defined() throws {
        let event = FeedText.event([
            "DTSTART;TZID=Kontoret:20261024T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2",
        ])
        let wanted = ["2026-10-24 09:00/2026-10-24 10:00", "2026-10-31 09:00/2026-10-31 10:00"]
        #expect(try FeedText.busy(FeedText.calendar([Self.office, event])) == wanted)
        #expect(try FeedText.busy(FeedText.calendar([event, Self.office])) == wanted)
        let shifted = Self.office.replacing("+0200", with: "+0300").replacing("+0100", with: "+0200")
        #expect(
            try FeedText.busy(
                FeedText.calendar([
                    shifted.replacing("Kontoret", with: "Europe/Stockholm"),
                    event.replacing(
                        "Kontoret", with: "Europe/Stockholm"),
                ]))
                == ["2026-10-24 08:00/2026-10-24 09:00", "2026-10-31 08:00/2026-10-31 09:00"], "its own comes first")
    }

    @Test("the clock of a zone that the feed defines agrees with the system's, every hour for three years")
    func agrees() throws {
        var budget = CalendarBudget()
        let text = try CalendarText.read(
            Data((Self.office + "\r\n").utf8), keeping: ["TZID", "DTSTART", "RRULE", "TZOFFSETFROM", "TZOFFSETTO"])
        let end = 1_900_000_000
        let zone = CalendarZone.defined(try DefinedZone(text.components[0], until: end, &budget))
        for instant in stride(from: end - 3 * 366 * 86_400, to: end, by: 3_600) {
            #expect(zone.offset(at: instant) == CalendarZone.sweden.offset(at: instant))
            let wall = zone.wall(instant)
            #expect(zone.instant(wall) == CalendarZone.sweden.instant(wall))
            // The hour that comes twice is taken for its first.
            #expect([0, 3_600].contains(instant - zone.instant(wall)))
        }
    }

    @Test("a time that the clock never shows is counted on from before the change")
    func gap() throws {
        #expect(
            try FeedText.busy("DTSTART;TZID=Europe/Stockholm:20270328T023000", "DURATION:PT1H") == [
                "2027-03-28 03:30/2027-03-28 04:30"
            ])
    }
}
