import Foundation
import TestSupport

/// Feeds as other people's programs could write them: every kind of recurrence, change, zone and exception.
///
/// Nothing stands in them to which the standard gives two meanings, so that two readers must agree.
struct ArbitraryFeeds {
    struct Feed {
        let data: Data
        /// What stands in it, by the names that differences are counted by.
        let kinds: Set<String>
    }

    private var random: SeededGenerator
    private var kinds: Set<String> = []

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    func feeds(_ count: Int) -> [Feed] {
        var feeds = self
        return (0..<count).map { _ in feeds.feed() }
    }

    private mutating func one<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    private mutating func flip(_ chance: Double) -> Bool { Double.random(in: 0..<1, using: &random) < chance }

    private mutating func feed() -> Feed {
        kinds = []
        var parts: [String] = []
        for number in 0..<Int.random(in: 1...3, using: &random) {
            parts += flip(0.35) ? days(uid: "d\(number)") : times(uid: "t\(number)")
        }
        let isBare = flip(0.1) && !kinds.contains("defined zone")
        if kinds.contains("defined zone") { parts.insert(Self.office, at: flip(0.5) ? 0 : parts.count) }
        if isBare { kinds.insert("bare") }
        let data = isBare ? Data((parts.joined(separator: "\r\n") + "\r\n").utf8) : FeedText.calendar(parts)
        return Feed(data: data, kinds: kinds)
    }

    /// A day from October 2026 to April 2027, as `20261201`; its number counts from 1 October.
    private static func date(_ number: Int) -> String {
        let date = Date(timeIntervalSince1970: 1_790_812_800 + Double(number) * 86_400)
        return date.formatted(.iso8601.year().month().day().dateSeparator(.omitted))
    }

    private mutating func rule(isDate: Bool) -> String {
        let frequency = one(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
        var rule = "FREQ=\(frequency)"
        if flip(0.5) { rule += ";INTERVAL=\(Int.random(in: 1...3, using: &random))" }
        switch frequency {
        case "DAILY": rule += one(["", ";BYDAY=MO,TU,WE,TH,FR", ";BYMONTH=11,12,1", ";BYMONTHDAY=1,15,-1"])
        case "WEEKLY":
            rule += one(["", ";BYDAY=MO,WE", ";BYDAY=TU,TH,FR;WKST=SU", ";BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"])
        case "MONTHLY":
            rule += one([
                "", ";BYDAY=2TU", ";BYDAY=-1FR", ";BYMONTHDAY=1,15,-1", ";BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
                ";BYMONTHDAY=13;BYDAY=FR,TU",
            ])
        default:
            rule += one([
                "", ";BYMONTH=1,12", ";BYMONTH=12;BYDAY=1MO", ";BYYEARDAY=1,100,-1", ";BYWEEKNO=1,20,-1;BYDAY=MO",
                ";BYDAY=-1SU;BYMONTH=3,10",
            ])
        }
        kinds.insert(frequency.lowercased())
        let last = Self.date(Int.random(in: 40...200, using: &random))
        return rule
            + one([
                "", ";COUNT=\(Int.random(in: 1...40, using: &random))", ";UNTIL=\(last)" + (isDate ? "" : "T215959Z"),
            ])
    }

    private mutating func free() -> [String] {
        one([[], [], [], [], ["TRANSP:TRANSPARENT"], ["STATUS:CANCELLED"], ["TRANSP:OPAQUE", "STATUS:TENTATIVE"]])
    }

    /// A series of whole days.
    private mutating func days(uid: String) -> [String] {
        let first = Int.random(in: 0...120, using: &random)
        let length = one([1, 1, 2, 4])
        func day(_ number: Int) -> String { ";VALUE=DATE:\(Self.date(number))" }
        var lines = ["DTSTART\(day(first))"]
        lines += one([["DTEND\(day(first + length))"], ["DURATION:P\(length)D"], []])
        lines += free()
        kinds.insert("days")
        guard flip(0.8) else { return [FeedText.event(lines, uid: uid)] }
        // The instances are known where the rule is plain.
        let isPlain = flip(0.6)
        lines.append("RRULE:" + (isPlain ? "FREQ=DAILY;INTERVAL=7;COUNT=12" : rule(isDate: true)))
        if flip(0.3) {
            lines.append("RDATE\(day(first + 3)),\(Self.date(first + 10))")
            kinds.insert("days added")
        }
        if isPlain, flip(0.5) {
            lines.append("EXDATE\(day(first + 14)),\(Self.date(first + 28))")
            kinds.insert("days excluded")
        }
        var events = [FeedText.event(lines, uid: uid)]
        if isPlain, flip(0.4) {
            let isRange = flip(0.5)
            kinds.insert(isRange ? "days changed later" : "days changed")
            events.append(
                FeedText.event(
                    [
                        "RECURRENCE-ID\(isRange ? ";RANGE=THISANDFUTURE" : "")\(day(first + 35))",
                        "DTSTART\(day(first + 37))",
                        "DTEND\(day(first + 38))",
                    ] + free(), uid: uid))
        }
        return events
    }

    /// A time of a day in one of some zones, all of them within working hours so that no clock changes meanwhile.
    private func time(_ day: Int, _ hour: Int, _ zone: String) -> String {
        // Hours by which clocks are ahead of UTC in winter matter only for where the day lies.
        func clock(_ hour: Int) -> String { "\(Self.date(day))T\(hour / 10)\(hour % 10)0000" }
        switch zone {
        case "UTC": return ":\(clock(hour))Z"
        case "": return ":\(clock(hour))"
        default: return ";TZID=\(zone):\(clock(hour))"
        }
    }

    private mutating func times(uid: String) -> [String] {
        let zone = one([
            "Europe/Stockholm", "Europe/Stockholm", "UTC", "", "America/New_York", "Asia/Tokyo",
            "W. Europe Standard Time",
            "Kontoret",
        ])
        kinds.insert(["UTC": "utc", "": "floating", "Kontoret": "defined zone"][zone] ?? "zone")
        let first = Int.random(in: 0...120, using: &random)
        let hour = Int.random(in: 8...14, using: &random)
        var lines = ["DTSTART\(time(first, hour, zone))"]
        lines.append(one(["DTEND\(time(first, hour + 2, zone))", "DURATION:PT90M"]))
        lines += free()
        guard flip(0.85) else { return [FeedText.event(lines, uid: uid)] }
        let isPlain = flip(0.7)
        lines.append("RRULE:" + (isPlain ? "FREQ=DAILY;INTERVAL=7;COUNT=12" : rule(isDate: false)))
        if flip(0.4) { lines.append(added(first, hour, zone)) }
        if isPlain, flip(0.4) {
            lines.append("EXDATE\(time(first + 14, hour, zone))")
            kinds.insert("excluded")
        }
        var events = [FeedText.event(lines, uid: uid)]
        if isPlain, flip(0.5) { events.append(FeedText.event(changed(first, hour, zone), uid: uid)) }
        return events
    }

    private mutating func added(_ first: Int, _ hour: Int, _ zone: String) -> String {
        switch Int.random(in: 0...2, using: &random) {
        case 0:
            kinds.insert("added")
            return "RDATE\(time(first + 3, hour, zone))"
        case 1 where !zone.isEmpty:
            kinds.insert("added in another zone")
            return "RDATE\(time(first + 3, hour, "Europe/Helsinki"))"
        default:
            // The clock of UTC shows an instance's hour, or another one.
            let hour = one([hour, hour + 5])
            kinds.insert("period")
            if zone.isEmpty { kinds.insert("period in UTC beside times without a zone") }
            if zone != "UTC", zone != "" { kinds.insert("period in UTC beside times in a zone") }
            let start = time(first + 3, hour, "UTC")
            return "RDATE;VALUE=PERIOD\(start)/"
                + one(["PT45M", time(first + 3, hour + 3, "UTC").replacing(":", with: "")])
        }
    }

    /// What changes the sixth instance: it, or all from it on.
    private mutating func changed(_ first: Int, _ hour: Int, _ zone: String) -> [String] {
        let isRange = flip(0.4)
        let isElsewhere = flip(0.3) && !zone.isEmpty && !isRange
        kinds.insert(isRange ? "changed later" : isElsewhere ? "changed in another zone" : "changed")
        let range = isRange ? ";RANGE=THISANDFUTURE" : ""
        return ["RECURRENCE-ID\(range)\(time(first + 35, hour, zone))"]
            + [
                "DTSTART\(time(first + 36, hour + 1, isElsewhere ? "Europe/Helsinki" : zone))", "DURATION:PT3H",
            ] + free()
    }

    private static let office = """
        BEGIN:VTIMEZONE\r
        TZID:Kontoret\r
        BEGIN:STANDARD\r
        DTSTART:19701025T030000\r
        TZOFFSETFROM:+0200\r
        TZOFFSETTO:+0100\r
        RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r
        END:STANDARD\r
        BEGIN:DAYLIGHT\r
        DTSTART:19700329T020000\r
        TZOFFSETFROM:+0100\r
        TZOFFSETTO:+0200\r
        RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r
        END:DAYLIGHT\r
        END:VTIMEZONE
        """
}
