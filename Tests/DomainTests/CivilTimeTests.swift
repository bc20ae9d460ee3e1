import Domain
import Foundation
import Testing

@Suite("The clock of the county")
struct CivilTimeTests {
    @Test(
        "09:00 on the clock is another instant on each side of a change to or from summer time",
        arguments: [
            ("2026-03-28", "2026-03-28T08:00:00Z"), ("2026-03-29", "2026-03-29T07:00:00Z"),
            ("2026-10-24", "2026-10-24T07:00:00Z"), ("2026-10-25", "2026-10-25T08:00:00Z"),
        ])
    func daylight(day: String, instant: String) throws {
        let expected = try Date(instant, strategy: .iso8601)
        #expect(CivilTime.instant(try #require(LocalDate(day)), minute: 9 * 60) == expected)
        #expect(CivilTime.clock(of: expected).minute == 9 * 60)
        #expect(CivilTime.day(of: expected).description == day)
    }

    @Test("days are added over months, years and changes of the clock")
    func days() throws {
        #expect(try #require(LocalDate("2026-12-31")).plus(1).description == "2027-01-01")
        #expect(try #require(LocalDate("2026-03-28")).plus(2).description == "2026-03-30")
        #expect(try #require(LocalDate("2028-02-28")).plus(1).description == "2028-02-29")
    }

    @Test(
        "only real days are days",
        arguments: ["2026-02-29", "2026-13-01", "2026-00-10", "26-01-01", "2026-1-1", "x", "2026-04-31"])
    func unreal(text: String) { #expect(LocalDate(text) == nil) }

    @Test("a time is written as a Swedish letter writes it")
    func swedish() throws {
        let start = try Date("2026-11-24T08:00:00Z", strategy: .iso8601)
        #expect(CivilTime.swedish(from: start, to: start + 3_600) == "tisdag 24 november 2026 kl. 09.00–10.00")
        #expect(
            CivilTime.swedish(from: start, to: start + 49 * 3_600)
                == "tisdag 24 november 2026 kl. 09.00 – torsdag 26 november 2026 kl. 10.00")
        let day = try #require(LocalDate("2026-12-08"))
        #expect(CivilTime.text(day, .swedish) == "tisdag 8 december 2026")
        #expect(CivilTime.text(day, .english) == "Tuesday 8 December 2026")
    }

    @Test(
        "working hours are read strictly",
        arguments: ["08:00", "8:00-17:00", "17:00-08:00", "08:00-25:00", "", "08:61-17:00"])
    func hours(text: String) { #expect(WorkingHours(text) == nil) }
}
