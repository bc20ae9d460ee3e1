import Domain
import Foundation

/// A DATE or DATE-TIME of an iCalendar text (RFC 5545 §3.3.4 and §3.3.5): what the clock shows, and whose clock.
struct CalendarTime {
    /// Seconds from 1 January 1970 to what the clock shows, as if each day had 24 hours.
    let wall: Int
    let zone: CalendarZone
    /// A whole day; its ``wall`` is midnight.
    let isDate: Bool

    /// Seconds since 1970 in UTC.
    var instant: Int { zone.instant(wall) }

    /// The number of the day (``LocalDate/number``).
    var day: Int { wall.floored(by: 86_400) }

    /// What a clock in `other` shows. A whole day has midnight everywhere.
    func wall(in other: CalendarZone) -> Int { isDate ? wall : other.wall(instant) }

    init(wall: Int, zone: CalendarZone, isDate: Bool) {
        (self.wall, self.zone, self.isDate) = (wall, zone, isDate)
    }

    /// `20261201`, `20261201T080000` or `20261201T080000Z`; nil for anything else.
    ///
    /// - Parameter zone: the zone of a time that is not in UTC. A whole day is one in Sweden.
    init?(_ text: some StringProtocol, in zone: CalendarZone) {
        var text = Array(text.utf8)
        let isUTC = text.count == 16 && text.last == UInt8(ascii: "Z")
        if isUTC { text.removeLast() }
        guard text.count == 8 || text.count == 15 && text[8] == UInt8(ascii: "T") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            text[range].reduce(0) { value, byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? value.map { $0 * 10 + Int(byte) - 48 } : nil
            }
        }
        guard let year = number(0..<4), year > 0, let month = number(4..<6), let day = number(6..<8),
            let date = LocalDate(year: year, month: month, day: day)
        else { return nil }
        guard text.count == 15 else {
            self.init(wall: date.number * 86_400, zone: .sweden, isDate: true)
            return
        }
        // A leap second is taken as the second after it.
        guard let hour = number(9..<11), hour < 24, let minute = number(11..<13), minute < 60,
            let second = number(13..<15), second <= 60
        else { return nil }
        self.init(
            wall: date.number * 86_400 + hour * 3_600 + minute * 60 + second, zone: isUTC ? .utc : zone, isDate: false)
    }
}

/// How long an event takes: days as the calendar counts them, then seconds (RFC 5545 §3.3.6).
struct CalendarDuration: Equatable {
    static let largestDays = 36_600

    var days = 0
    var seconds = 0

    /// At most, and somewhat more where clocks change.
    var largestSeconds: Int { (days + 1) * 86_400 + seconds }

    init(days: Int = 0, seconds: Int = 0) { (self.days, self.seconds) = (days, seconds) }

    /// `P1DT2H30M`, `P2W`; nil for anything else, and for more than a hundred years.
    init?(_ text: some StringProtocol) {
        var rest = text.uppercased()[...]
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest.removeFirst() }
        guard rest.popFirst() == "P", !rest.isEmpty else { return nil }
        var isTime = false
        while !rest.isEmpty {
            if !isTime, rest.first == "T" {
                isTime = true
                rest.removeFirst()
            }
            let digits = rest.prefix(while: \.isASCIIDigit)
            guard (1...7).contains(digits.count), let count = Int(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            switch (rest.popFirst(), isTime) {
            case ("W", false): days += 7 * count
            case ("D", false): days += count
            case ("H", true): seconds += 3_600 * count
            case ("M", true): seconds += 60 * count
            case ("S", true): seconds += count
            default: return nil
            }
            guard days <= Self.largestDays, seconds <= Self.largestDays * 86_400 else { return nil }
        }
        if isNegative { (days, seconds) = (-days, -seconds) }
    }

    /// When something that starts then ends, in seconds since 1970; never before it.
    func end(of start: CalendarTime) -> Int {
        max(start.instant, start.zone.instant(start.wall + days * 86_400) + seconds)
    }
}

extension Int {
    /// The quotient rounded down, so that a day before 1970 is a day too.
    func floored(by divisor: Int) -> Int { (self >= 0 ? self : self - divisor + 1) / divisor }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { "0"..."9" ~= self }
}
