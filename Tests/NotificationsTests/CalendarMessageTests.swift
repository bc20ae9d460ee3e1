import Domain
import Foundation
import NotificationsCore
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
            method: .request, endsForAll: true, uid: "u@tillsammans", sequence: 0, stamp: ExampleCounty.monday,
            start: start,
            end: start + 3_600,
            summary: summary, place: place, description: "Hej!\n\nÖppna ärendet: https://example.org/case/TST-1",
            organiser: .init(address: try NotificationsTests.address("t@example.org"), name: "Tillsammans \"Län\"; A"),
            attendee: .init(address: try NotificationsTests.address("a@example.org"), name: "Fia Exempelson"),
            isRequired: true)
    }

    @Test(
        "no line is longer than 75 octets, and no character is cut, whatever is written (RFC 5545 §3.1)",
        arguments: (1...40).map(UInt64.init))
    func folding(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let letters = Array("aåäö€😀,;\\\n é漢\u{7}")
        let text = String(
            (0..<Int.random(in: 1...300, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
        let lines = try Self.message(summary: text).text.components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 75 && !$0.contains("\n") })
        let unfolded = lines.joined(separator: "\r\n").replacing("\r\n ", with: "")
        let escaped = text.replacing("\\", with: "\\\\").replacing(";", with: "\\;").replacing(",", with: "\\,")
            .replacing("\n", with: "\\n").replacing("\u{7}", with: "")
        #expect(unfolded.contains("SUMMARY:\(escaped)\r\n"))
    }

    /// What three parsers read, each asked alike.
    private static let reader = #"""
        import sys, json, datetime, icalendar, vobject
        from ical.calendar_stream import IcsCalendarStream
        utc = datetime.timezone.utc
        def at(instant): return instant.astimezone(utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        text = open(sys.argv[1], newline="").read()
        one = icalendar.Calendar.from_ical(text)
        event = one.walk("VEVENT")[0]
        attendee = event["ATTENDEE"]
        first = dict(method=str(one["METHOD"]), uid=str(event["UID"]), sequence=int(event["SEQUENCE"]),
            start=at(event.decoded("DTSTART")), end=at(event.decoded("DTEND")), stamp=at(event.decoded("DTSTAMP")),
            summary=str(event["SUMMARY"]), place=str(event.get("LOCATION", "")), status=str(event["STATUS"]),
            organiser=str(event["ORGANIZER"]), attendee=str(attendee), answer=attendee.params["PARTSTAT"],
            rsvp=attendee.params["RSVP"], alarms=[str(a["TRIGGER"].to_ical().decode()) for a in event.walk("VALARM")])
        two = vobject.readOne(text)
        event = two.vevent
        second = dict(method=two.method.value, uid=event.uid.value, sequence=int(event.sequence.value),
            start=at(event.dtstart.value), end=at(event.dtend.value), stamp=at(event.dtstamp.value),
            summary=event.summary.value, place=event.location.value if hasattr(event, "location") else "",
            status=event.status.value, organiser=event.organizer.value, attendee=event.attendee.value,
            answer=event.attendee.partstat_param, rsvp=event.attendee.rsvp_param,
            alarms=["-PT%dM" % (-a.trigger.value.total_seconds() / 60) for a in getattr(event, "valarm_list", [])])
        three = IcsCalendarStream.calendar_from_ics(text)
        event = three.events[0]
        attendee = event.attendees[0]
        third = dict(method=str(three.method), uid=event.uid, sequence=event.sequence,
            start=at(event.dtstart), end=at(event.dtend), stamp=at(event.dtstamp), summary=event.summary,
            place=event.location or "", status=event.status, organiser=str(event.organizer.uri),
            attendee=str(attendee.uri), answer=attendee.status,
            rsvp="TRUE" if attendee.rsvp else "FALSE",
            alarms=["-PT%dM" % (-a.trigger.total_seconds() / 60) for a in event.alarm])
        print(json.dumps([first, second, third]))
        """#

    @Test(
        "three independent parsers read an invitation, its change and its cancellation alike, on both sides of a change of the clock",
        arguments: [
            ("2026-03-27", "2026-03-27T08:00:00Z", "2026-03-27T09:00:00Z"),
            ("2026-03-30", "2026-03-30T07:00:00Z", "2026-03-30T08:00:00Z"),
            ("2026-10-23", "2026-10-23T07:00:00Z", "2026-10-23T08:00:00Z"),
            ("2026-10-26", "2026-10-26T08:00:00Z", "2026-10-26T09:00:00Z"),
        ])
    func parsers(day: String, start: String, end: String) throws {
        guard Self.run(["-c", "import icalendar, vobject, ical"]).code == 0 else {
            return print("skipped: python3 has no icalendar, vobject and ical (pip install icalendar vobject ical)")
        }
        let folder = TemporaryFolder()
        defer { folder.remove() }
        var message = try Self.message(day: day)
        for (sequence, method, place) in [
            (0, CalendarMethod.request, "x"), (1, .request, ""), (2, .cancel, ""),
        ] {
            (message.sequence, message.method) = (sequence, method)
            if place.isEmpty { message.place = "" }
            let path = folder.path + "/\(sequence).ics"
            try Data(message.text.utf8).write(to: URL(filePath: path))
            let (code, output) = Self.run(["-c", Self.reader, path])
            #expect(code == 0, "\(output)")
            let readings = try JSONDecoder().decode([Reading].self, from: Data(output.utf8))
            #expect(readings.count == 3)
            let isRequest = method == .request
            for reading in readings {
                #expect(
                    reading
                        == Reading(
                            method: method.rawValue, uid: "u@tillsammans", sequence: sequence, start: start,
                            end: end,
                            stamp: reading.stamp, summary: "Möte",
                            place: place.isEmpty ? "" : "Rum 1, \\plan; 2\nöst",
                            status: isRequest ? "CONFIRMED" : "CANCELLED", organiser: "mailto:t@example.org",
                            attendee: "mailto:a@example.org", answer: "NEEDS-ACTION",
                            rsvp: isRequest ? "TRUE" : "FALSE", alarms: isRequest ? ["-PT30M"] : []))
            }
            #expect(Set(readings.map(\.stamp)).count == 1)
        }
    }

    private struct Reading: Codable, Equatable {
        var method, uid: String
        var sequence: Int
        var start, end, stamp, summary, place, status, organiser, attendee, answer, rsvp: String
        var alarms: [String]
    }

    private static func run(_ arguments: [String]) -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        guard (try? process.start()) != nil else { return (-1, "") }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
