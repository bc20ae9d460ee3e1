import Domain
import Foundation

/// The clock that a time is told by: UTC, a zone that the system knows, or one that the feed itself defines.
enum CalendarZone {
    case utc
    case known(TimeZone)
    case defined(DefinedZone)

    /// Whole days, and times without a zone, are meant as the clock in Sweden shows.
    static let sweden = TimeZone(identifier: CivilTime.zoneName).map(CalendarZone.known) ?? .utc

    /// Seconds east of UTC.
    func offset(at instant: Int) -> Int {
        switch self {
        case .utc: 0
        case .known(let zone): zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant)))
        case .defined(let zone): zone.offset(at: instant)
        }
    }

    /// What the clock shows at an instant.
    func wall(_ instant: Int) -> Int { instant + offset(at: instant) }

    /// When the clock shows this: the first time where it does so twice. What it never shows is counted on from before
    /// the change (RFC 5545 §3.3.5).
    func instant(_ wall: Int) -> Int {
        if case .utc = self { return wall }
        let before = offset(at: wall - 86_400)
        if offset(at: wall - before) == before { return wall - before }
        let after = offset(at: wall + 86_400)
        return offset(at: wall - after) == after ? wall - after : wall - before
    }
}

/// A zone that a feed defines (VTIMEZONE, RFC 5545 §3.6.5): the offset from each change to the next.
struct DefinedZone {
    private struct Change {
        let instant: Int
        let before: Int
        let after: Int
    }

    /// In order; there is one.
    private let changes: [Change]

    /// - Parameter end: the last instant that anybody will ask for.
    /// - Throws: ``CalendarFeed/Problem`` where a part of it cannot be read.
    init(_ zone: CalendarComponent, until end: Int, _ budget: inout CalendarBudget) throws(CalendarFeed.Problem) {
        var changes: [Change] = []
        for part in zone.components where part.name == "STANDARD" || part.name == "DAYLIGHT" {
            changes += try Self.changes(part, until: end, &budget)
        }
        guard !changes.isEmpty else { throw .init("line \(zone.line): VTIMEZONE has neither STANDARD nor DAYLIGHT") }
        self.changes = changes.sorted { $0.instant < $1.instant }
    }

    private static func changes(
        _ part: CalendarComponent, until end: Int, _ budget: inout CalendarBudget
    ) throws(CalendarFeed.Problem) -> [Change] {
        guard let before = part["TZOFFSETFROM"].flatMap({ offset($0.value) }),
            let after = part["TZOFFSETTO"].flatMap({ offset($0.value) }),
            let start = part["DTSTART"].flatMap({ CalendarTime($0.value, in: .utc) })
        else {
            throw .init("line \(part.line): \(part.name) needs DTSTART, TZOFFSETFROM and TZOFFSETTO")
        }
        // An onset is told by the clock that it ends. Before 1970 the first is enough.
        var walls = [start.wall]
        for property in part.all("RRULE") {
            let rule = try RecurrenceRule(property)
            let last = rule.until.map { $0.isDate ? $0.wall + 86_399 : $0.zone.isUTC ? $0.wall + before : $0.wall }
            walls += try rule.walls(
                from: start, in: 0...max(0, end + before), until: last ?? .max, &budget)
        }
        for property in part.all("RDATE") {
            for text in property.value.split(separator: ",") {
                guard let time = CalendarTime(text, in: .utc) else {
                    throw .init("line \(property.line): RDATE is no list of dates or times")
                }
                try budget.spend(1)
                walls.append(time.wall)
            }
        }
        return Set(walls).map { Change(instant: $0 - before, before: before, after: after) }
    }

    func offset(at instant: Int) -> Int {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].instant <= instant { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? changes[0].before : changes[low - 1].after
    }

    /// `+0100`, `-043000`
    private static func offset(_ text: String) -> Int? {
        let digits = text.dropFirst()
        guard text.first == "+" || text.first == "-", digits.count == 4 || digits.count == 6,
            digits.allSatisfy({ "0"..."9" ~= $0 }), let number = Int(digits)
        else { return nil }
        let whole = digits.count == 4 ? number * 100 : number
        let seconds = whole / 10_000 * 3_600 + whole / 100 % 100 * 60 + whole % 100
        return seconds < 86_400 ? (text.first == "-" ? -seconds : seconds) : nil
    }
}

extension CalendarZone {
    var isUTC: Bool {
        if case .utc = self { true } else { false }
    }
}

/// The zones of one calendar by their TZID (RFC 5545 §3.2.19).
struct CalendarZones {
    private let defined: [String: CalendarComponent]
    private let end: Int
    private var found: [String: Result<CalendarZone, CalendarFeed.Problem>] = [:]

    /// - Parameter end: the last instant that anybody will ask for.
    init(_ calendar: CalendarComponent, until end: Int) {
        let named = calendar.components("VTIMEZONE").compactMap { zone in zone["TZID"].map { ($0.value, zone) } }
        defined = Dictionary(named) { _, last in last }
        self.end = end
    }

    /// The zone that a property's times are told by.
    ///
    /// - Throws: ``CalendarFeed/Problem`` for a TZID that nobody defines: a guess would be wrong by hours.
    mutating func zone(
        of property: CalendarProperty, _ budget: inout CalendarBudget
    ) throws(CalendarFeed.Problem) -> CalendarZone {
        guard let name = property.parameters["TZID"]?.trimmingCharacters(in: .whitespaces), !name.isEmpty else {
            return .sweden
        }
        if let zone = found[name] { return try zone.get() }
        do throws(CalendarFeed.Problem) {
            var zone = Self.known(name)
            if let component = defined[name] { zone = .defined(try DefinedZone(component, until: end, &budget)) }
            guard let zone else {
                throw CalendarFeed.Problem(
                    "line \(property.line): the time zone \(name) is neither defined in the feed (VTIMEZONE) nor an IANA or "
                        + "Windows name")
            }
            found[name] = .success(zone)
            return zone
        } catch {
            found[name] = .failure(error)
            throw error
        }
    }

    /// A zone by its IANA name, alone or at the end of a longer one (`/example.org/Europe/Stockholm`), or by its name in
    /// Windows.
    private static func known(_ name: String) -> CalendarZone? {
        let parts = name.split(separator: "/")
        let tails = name.first == "/" ? [3, 2].map { parts.suffix($0).joined(separator: "/") } : [name]
        for tail in tails where tail.contains("/") || ["UTC", "GMT", "CET", "MET", "EET", "WET"].contains(tail) {
            if let zone = TimeZone(identifier: tail) { return .known(zone) }
        }
        return WindowsZones.names[name].flatMap(TimeZone.init(identifier:)).map(CalendarZone.known)
    }
}
