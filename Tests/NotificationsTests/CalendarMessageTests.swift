import Domain
import Foundation
import TestSupport
import Testing

@testable import notifications

@Suite("Calendar messages")
struct CalendarMessageTests {
    static func message(day: String = "2026-11-24", summary: String = "Möte", place: String = "Rum 1, \\plan; 2\nöst")
        throws -> CalendarMessage
    {
        let start = CivilTime.instant(try #require(LocalDate(day)), minute: 9 * 60)
        return CalendarMessage(
            method: .request, uid: "u@tillsammans", sequence: 0, stamp: ExampleCounty.monday, start: start,
            end: start + 3_600,
            summary: summary, place: place, link: "https://example.org/case/TST-1", organiser: "t@example.org",
            attendee: "a@example.org", isRequired: true)
    }

    @Test(
        "no line is longer than 75 octets, and no character is cut, whatever is written (RFC 5545 §3.1)",
        arguments: (1...40).map(UInt64.init))
    func folding(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let letters = Array("aåäö€😀,;\\\n é漢")
        let text = String(
            (0..<Int.random(in: 1...300, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
        let lines = try Self.message(summary: text).text.components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 75 && !$0.contains("\n") })
        let unfolded = lines.joined(separator: "\r\n").replacing("\r\n ", with: "")
        let escaped = text.replacing("\\", with: "\\\\").replacing(";", with: "\\;").replacing(",", with: "\\,")
            .replacing("\n", with: "\\n")
        #expect(unfolded.contains("SUMMARY:\(escaped)\r\n"))
    }

    @Test(
        "independent parsers read the right instant on both sides of a change of the clock",
        arguments: [
            ("2026-03-27", "2026-03-27T08:00:00+00:00"), ("2026-03-30", "2026-03-30T07:00:00+00:00"),
            ("2026-10-23", "2026-10-23T07:00:00+00:00"), ("2026-10-26", "2026-10-26T08:00:00+00:00"),
        ])
    func parsers(day: String, instant: String) throws {
        guard Self.run(["-c", "import icalendar, vobject"]).code == 0 else {
            return print("skipped: python3 has no icalendar and vobject (pip install icalendar vobject)")
        }
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/invitation.ics"
        try Data(try Self.message(day: day).text.utf8).write(to: URL(filePath: path))
        let script = """
            import sys, datetime, icalendar, vobject
            text = open(sys.argv[1], newline='').read()
            utc = datetime.timezone.utc
            event = next(c for c in icalendar.Calendar.from_ical(text).walk('VEVENT'))
            assert str(event['SUMMARY']) == 'Möte' and str(event['LOCATION']) == 'Rum 1, \\\\plan; 2\\nöst', event['LOCATION']
            other = vobject.readOne(text)
            assert other.method.value == 'REQUEST' and other.vevent.uid.value == 'u@tillsammans'
            assert other.vevent.location.value == str(event['LOCATION'])
            print(event.decoded('DTSTART').astimezone(utc).isoformat(), other.vevent.dtstart.value.astimezone(utc).isoformat())
            """
        let (code, output) = Self.run(["-c", script, path])
        #expect(code == 0, "\(output)")
        #expect(
            output.split(separator: " ").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } == [
                instant, instant,
            ])
    }

    private static func run(_ arguments: [String]) -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        guard (try? process.run()) != nil else { return (-1, "") }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
