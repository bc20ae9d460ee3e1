import Domain
import Foundation
import TestSupport
import Testing

@testable import tillsammans

/// The same feeds read by `recurring-ical-events` (Python), which knows the standard from elsewhere.
///
/// Two kinds of feeds it reads otherwise (3.8.2), and the standard is with us:
/// - A period in UTC beside times without a zone: it reads the whole series in UTC.
/// - A period in UTC beside times in a zone: where an instance has that hour by its own clock, it gets the period's length.
///
/// On the test files of libical and icalendar (1 429 files) these differ where one of us gives times:
/// - It does not read VFREEBUSY.
/// - It takes times in a zone that nobody defines as they come. We refuse them.
/// - It reads a calendar whose END is misspelt. We refuse it, since a text that is cut off looks the same.
/// - EXDATE in UTC beside times without a zone: it reads the whole series in UTC.
/// - RDATE of an event with RECURRENCE-ID: it drops them.
/// - RDATE periods from day to day beside times: it takes days of UTC, and we days of Sweden.
@Suite("Feeds mean what recurring-ical-events says that they mean")
struct OtherReaderTests {
    /// What the other reader makes of feeds: busy times in seconds since 1970, or its error.
    private static let script = """
        import base64, datetime, sys, warnings, zoneinfo
        import icalendar, recurring_ical_events
        warnings.simplefilter("ignore")
        sweden = zoneinfo.ZoneInfo("Europe/Stockholm")
        low, high = (datetime.datetime.fromtimestamp(int(text), datetime.timezone.utc) for text in sys.argv[1:3])
        def instant(time):
            if not isinstance(time, datetime.datetime):
                time = datetime.datetime.combine(time, datetime.time())
            return int((time if time.tzinfo else time.replace(tzinfo=sweden)).timestamp())
        def busy(text):
            if b"BEGIN:VCALENDAR" not in text:
                text = b"BEGIN:VCALENDAR\\r\\nVERSION:2.0\\r\\nPRODID:x\\r\\n" + text.rstrip() + b"\\r\\nEND:VCALENDAR\\r\\n"
            spans = []
            for calendar in icalendar.Calendar.from_ical(text, multiple=True):
                day = datetime.timedelta(days=2)
                for event in recurring_ical_events.of(calendar).between(low - day, high + day):
                    if event.get("TRANSP", "") == "TRANSPARENT" or event.get("STATUS", "") == "CANCELLED":
                        continue
                    start, end = instant(event.start), instant(event.end)
                    start, end = max(start, int(low.timestamp())), min(end, int(high.timestamp()))
                    if start < end:
                        spans.append((start, end))
            merged = []
            for start, end in sorted(spans):
                if merged and start <= merged[-1][1]:
                    merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
                else:
                    merged.append((start, end))
            return " ".join(f"{start}/{end}" for start, end in merged)
        for line in open(sys.argv[3]):
            try:
                print(busy(base64.b64decode(line)))
            except Exception as error:
                print("error", type(error).__name__, str(error).replace(chr(10), " ")[:200])
        """

    private static let explained: Set = [
        "period in UTC beside times without a zone", "period in UTC beside times in a zone",
    ]

    private static func window() throws -> Range<Date> {
        let start = CivilTime.instant(try #require(LocalDate("2026-10-01")), minute: 0)
        return start..<CivilTime.instant(try #require(LocalDate("2027-05-01")), minute: 0)
    }

    private static func ours(_ data: Data, _ window: Range<Date>) -> String {
        do {
            return try CalendarFeed(data, in: window).busy.map { range in
                "\(Int(range.lowerBound.timeIntervalSince1970))/\(Int(range.upperBound.timeIntervalSince1970))"
            }.joined(separator: " ")
        } catch { return "error \(error)" }
    }

    /// Nil where python3 or the package is missing.
    private static func theirs(_ feeds: [Data], _ window: Range<Date>) throws -> [String]? {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let file = folder.path + "/feeds"
        try feeds.map { $0.base64EncodedString() + "\n" }.joined().write(
            toFile: file, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let bounds = [window.lowerBound, window.upperBound].map { "\(Int($0.timeIntervalSince1970))" }
        process.arguments = ["python3", "-c", script] + bounds + [file]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        guard (try? process.start()) != nil else { return nil }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return process.terminationStatus == 0 ? lines.dropLast().map(String.init) : nil
    }

    /// 200 feeds, or as many as `CALENDAR_FEEDS` says.
    @Test("arbitrary feeds")
    func arbitrary() throws {
        let count = ProcessInfo.processInfo.environment["CALENDAR_FEEDS"].flatMap(Int.init) ?? 200
        let (feeds, window) = (ArbitraryFeeds(seed: 12).feeds(count), try Self.window())
        guard let theirs = try Self.theirs(feeds.map(\.data), window) else {
            return print("skipped: python3 has no recurring-ical-events (pip install recurring-ical-events)")
        }
        var counts: [String: (all: Int, different: Int)] = [:]
        for (feed, theirs) in zip(feeds, theirs) {
            let ours = Self.ours(feed.data, window)
            for kind in feed.kinds {
                counts[kind, default: (0, 0)].all += 1
                if ours != theirs { counts[kind, default: (0, 0)].different += 1 }
            }
            let isExplained = !feed.kinds.isDisjoint(with: Self.explained)
            #expect(
                ours == theirs || isExplained, "\(feed.kinds.sorted())\n\(String(decoding: feed.data, as: UTF8.self))")
        }
        for (kind, count) in counts.sorted(by: { $0.key < $1.key }) {
            print("\(kind): \(count.all) feeds, \(count.different) read otherwise")
        }
    }

    /// The files of a folder, each by both readers. What differs is printed: whether it should is for a person to say.
    @Test("public files, where CALENDAR_CORPUS names a folder of them")
    func corpus() throws {
        guard let folder = ProcessInfo.processInfo.environment["CALENDAR_CORPUS"] else {
            return print("skipped: CALENDAR_CORPUS names no folder of .ics files")
        }
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".ics") }.sorted()
        let feeds = names.map { FileManager.default.contents(atPath: "\(folder)/\($0)") ?? Data() }
        let window = Date(timeIntervalSince1970: 0)..<Date(timeIntervalSince1970: 2_000_000_000)
        guard let theirs = try Self.theirs(feeds, window) else {
            return print("skipped: python3 has no recurring-ical-events (pip install recurring-ical-events)")
        }
        var counts: [String: Int] = [:]
        for ((name, feed), theirs) in zip(zip(names, feeds), theirs) {
            let ours = Self.ours(feed, window)
            func kind(_ text: String) -> String {
                text.hasPrefix("error") ? "refused" : text.isEmpty ? "none" : "times"
            }
            let outcome = ours == theirs ? "both the same" : "we \(kind(ours)), they \(kind(theirs))"
            counts[outcome, default: 0] += 1
            if ours != theirs { print("\(outcome): \(name)\n  we   \(ours.prefix(240))\n  they \(theirs.prefix(240))") }
        }
        for (outcome, count) in counts.sorted(by: { $0.key < $1.key }) { print("\(outcome): \(count) files") }
    }
}
