/// A day of the calendar without a time or a zone.
public struct LocalDate: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let year: Int
    public let month: Int
    public let day: Int

    /// Nil where the Gregorian calendar has no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// `2026-11-23` (RFC 3339, full-date); nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2], let year = Int(parts[0]),
            let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    /// Whole years from here to `other`, as ages are counted: up on the ``birthday(_:)``.
    public func years(until other: LocalDate) -> Int {
        let years = other.year - year
        return other < birthday(years) ? years - 1 : years
    }

    /// The day on which who was born here is so many years old.
    ///
    /// Whoever was born on 29 February is a year older on the last day of February: where the month has no such day, its last
    /// day counts (1 § of lag (1930:173) om beräkning av lagstadgad tid).
    public func birthday(_ age: Int) -> LocalDate { plusMonths(12 * age) }

    /// Days since 1 January 1970, negative before it: the era method of the proleptic Gregorian calendar.
    public var number: Int {
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The day with a ``number``.
    public init(number: Int) {
        let shifted = number + 719_468  // from 0000-03-01
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    }

    /// The day `count` days later, or earlier where it is negative.
    public func plus(_ count: Int) -> LocalDate { LocalDate(number: number + count) }

    /// The same day of the month, so many months later; the month's last day where it has no such day.
    public func plusMonths(_ count: Int) -> LocalDate {
        let months = year * 12 + month - 1 + count
        let (year, month) = (months / 12, months % 12 + 1)
        let day = min(day, Self.days(in: month, of: year))
        return LocalDate(year: year, month: month, day: day) ?? self
    }

    /// 1 = Monday … 7 = Sunday (ISO 8601).
    public var weekday: Int { ((number + 3) % 7 + 7) % 7 + 1 }

    public var description: String {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
