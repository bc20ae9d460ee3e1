import Foundation
import TestSupport
import Testing

@testable import tillsammans

@Suite("What other people's software sends costs little for each kB")
struct CostTests {
    @Test(
        "a calendar costs no more than in proportion to it, whatever is in it",
        arguments: [
            "BEGIN:VEVENT\r\n", "DESCRIPTION:a\r\n b\r\n", "RRULE:FREQ=DAILY\r\n", "X-A;B=\"c\":d\r\n", ":", " ",
            FeedText.event(["DTSTART:20261201T080000Z", "DURATION:PT1H", "SUMMARY:möte"]),
            FeedText.event(["DTSTART;TZID=Europe/Stockholm:20200101T080000", "DURATION:PT1H", "RRULE:FREQ=YEARLY"]),
        ])
    func calendar(part: String) throws {
        let start = try Date("2026-10-01T00:00:00Z", strategy: .iso8601)
        let growth = Growth.ofEightfold(
            from: 100, bytes: \.count,
            { FeedText.calendar([String(repeating: part, count: $0)]) }
        ) { _ = try? CalendarFeed($0, in: start..<start + 182 * 86_400) }
        #expect(growth.isBounded, "\(growth)")
    }

    @Test(
        "a mail costs no more than in proportion to it, whatever is in it",
        arguments: [
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", "--b\r\n\r\n", "To: a@example.org\r\n",
            "To: =?utf-8?q?a?= <a@example.org>,\r\n ", "x", "ATTENDEE:mailto:a@example.org\r\n",
        ])
    func mail(part: String) {
        let head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/calendar\r\n\r\n"
        for start in ["", head] {
            let growth = Growth.ofEightfold(
                from: 300, bytes: \.count, { Data((start + String(repeating: part, count: $0)).utf8) }
            ) { _ = IncomingMail($0) }
            #expect(growth.isBounded, "\(growth)")
        }
    }
}
