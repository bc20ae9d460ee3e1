import Domain
import Foundation
import TestSupport
import Testing

@Suite("Working days (rules 18 and 19)")
struct WorkingDaysTests {
    @Test("the holidays of 2026, by the calendar on the wall")
    func year() throws {
        let expected = [
            "01-01", "01-06", "04-03", "04-05", "04-06", "05-01", "05-14", "05-24", "06-06", "06-19", "06-20", "10-31",
            "12-24", "12-25", "12-26", "12-31",
        ].map { "2026-\($0)" }
        #expect(Self.holidays(of: 2026) == expected)
    }

    @Test("thirty years of holidays agree with Python's `holidays`, which knows them from elsewhere")
    func python() throws {
        let script = """
            import holidays
            eves = {"Midsummer Eve", "Christmas Eve", "New Year's Eve"}
            for year in range(2020, 2050):
                days = dict(holidays.country_holidays("SE", years=year, language="en_US"))
                extra = holidays.country_holidays("SE", years=year, categories=("de_facto",), language="en_US")
                days.update({day: name for day, name in extra.items() if name in eves})
                for day in sorted(days): print(day)
            """
        guard let output = try Self.python(script) else {
            print("skipped: python3 with `holidays` is not installed here (pip install holidays)")
            return
        }
        let theirs = output.split(separator: "\n").map(String.init)
        #expect(theirs.count > 30 * 15)
        #expect((2020..<2050).flatMap(Self.holidays) == theirs)
    }

    @Test(
        "days are counted over weekends and holidays, forwards and back",
        arguments: [
            ("2026-11-23", 2, "2026-11-25"), ("2026-11-27", 1, "2026-11-30"), ("2026-11-28", 1, "2026-11-30"),
            ("2026-12-23", 1, "2026-12-28"), ("2026-12-30", 1, "2027-01-04"), ("2026-04-02", 1, "2026-04-07"),
            ("2026-11-30", -1, "2026-11-27"), ("2026-12-28", -1, "2026-12-23"), ("2026-11-25", 0, "2026-11-25"),
        ])
    func count(from: String, count: Int, to: String) throws {
        #expect(WorkingDays.day(try #require(LocalDate(from)), plus: count).description == to)
    }

    @Test("days have numbers and weekdays, to and fro, over four centuries")
    func numbers() throws {
        #expect(LocalDate("1970-01-01")?.number == 0)
        #expect(LocalDate("1970-01-01")?.weekday == 4)
        var previous = LocalDate(number: -80_000)
        for number in -79_999...80_000 {
            let day = LocalDate(number: number)
            #expect(day.number == number && previous < day && day.weekday == previous.weekday % 7 + 1)
            previous = day
        }
    }

    private static func holidays(of year: Int) -> [String] {
        guard let first = LocalDate(year: year, month: 1, day: 1) else { return [] }
        return (0..<366).map(first.plus).filter { $0.year == year && WorkingDays.isHoliday($0) }.map(\.description)
    }

    /// What python3 prints; nil where it or its package is missing.
    private static func python(_ script: String) throws -> String? {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
        try process.start()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
    }
}
