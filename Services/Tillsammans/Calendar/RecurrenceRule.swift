import Foundation

/// A recurrence rule (RFC 5545 §3.3.10) as it is written. What it means: ``walls(from:in:until:_:)``.
struct RecurrenceRule {
    enum Frequency: String { case daily = "DAILY", weekly = "WEEKLY", monthly = "MONTHLY", yearly = "YEARLY" }

    struct Weekday {
        /// 1 = Monday.
        let number: Int
        /// Which one in the month or year, from the end where it is negative; 0 is each.
        let ordinal: Int
    }

    static let largestInterval = 10_000
    static let largestTimesADay = 100

    private(set) var frequency = Frequency.daily
    private(set) var interval = 1
    private(set) var count: Int?
    /// A time without a zone is told by the clock of the event.
    private(set) var until: CalendarTime?
    private(set) var weekStart = 1
    var months: Set<Int> = []
    var monthDays: Set<Int> = []
    private(set) var yearDays: Set<Int> = []
    private(set) var weekNumbers: Set<Int> = []
    var weekdays: [Weekday] = []
    private(set) var hours: Set<Int> = []
    private(set) var minutes: Set<Int> = []
    private(set) var seconds: Set<Int> = []
    private(set) var positions: Set<Int> = []

    /// - Throws: ``CalendarFeed/Problem`` for what is no rule, and for one that repeats more often than daily.
    init(_ property: CalendarProperty) throws(CalendarFeed.Problem) {
        do { try self.init(property.value) } catch {
            throw .init("line \(property.line): \(property.name): \(error.description)")
        }
    }

    /// - Throws: ``CalendarFeed/Problem`` as above, without the line.
    init(_ text: String) throws(CalendarFeed.Problem) {
        var names: Set<String> = []
        for part in text.uppercased().split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2 else { throw .init("\(part) is no part of a rule") }
            guard names.insert(pair[0]).inserted else { throw .init("\(pair[0]) stands there twice") }
            try set(pair[0], pair[1])
        }
        guard names.contains("FREQ") else { throw .init("FREQ is missing") }
        try check()
    }

    private mutating func set(_ name: String, _ value: String) throws(CalendarFeed.Problem) {
        switch name {
        case "FREQ":
            guard let frequency = Frequency(rawValue: value) else {
                throw .init(
                    "FREQ=\(value): DAILY is the most frequent that is read; WEEKLY, MONTHLY and YEARLY are, too")
            }
            self.frequency = frequency
        case "INTERVAL": interval = try Self.number(name, value, 1...Self.largestInterval)
        case "COUNT": count = try Self.number(name, value, 1...CalendarBudget.largestSteps)
        case "UNTIL":
            guard let time = CalendarTime(value, in: .sweden) else { throw .init("UNTIL=\(value) is no time") }
            until = time
        case "WKST": weekStart = try Self.weekday(value).number
        case "BYDAY":
            for day in value.split(separator: ",").prefix(400) { weekdays.append(try Self.weekday(String(day))) }
        case _ where name.hasPrefix("BY"): try setList(name, value)
        case _ where name.hasPrefix("X-"): break
        default: throw .init("\(name) is no part of a rule that is read")
        }
    }

    private mutating func setList(_ name: String, _ value: String) throws(CalendarFeed.Problem) {
        switch name {
        case "BYMONTH": months = try Self.numbers(name, value, 1...12)
        case "BYMONTHDAY": monthDays = try Self.numbers(name, value, -31...31, without: 0)
        case "BYYEARDAY": yearDays = try Self.numbers(name, value, -366...366, without: 0)
        case "BYWEEKNO": weekNumbers = try Self.numbers(name, value, -53...53, without: 0)
        case "BYHOUR": hours = try Self.numbers(name, value, 0...23)
        case "BYMINUTE": minutes = try Self.numbers(name, value, 0...59)
        case "BYSECOND": seconds = try Self.numbers(name, value, 0...59)
        case "BYSETPOS": positions = try Self.numbers(name, value, -366...366, without: 0)
        default: throw .init("\(name) is no part of a rule that is read")
        }
    }

    /// What the standard gives no meaning, and what costs too much.
    private func check() throws(CalendarFeed.Problem) {
        if !weekNumbers.isEmpty || !yearDays.isEmpty, frequency != .yearly {
            throw .init("BYWEEKNO and BYYEARDAY need FREQ=YEARLY")
        }
        if !monthDays.isEmpty, frequency == .weekly { throw .init("BYMONTHDAY cannot stand with FREQ=WEEKLY") }
        if !weekNumbers.isEmpty, weekdays.contains(where: { $0.ordinal != 0 }) {
            throw .init("BYDAY has no number beside BYWEEKNO")
        }
        let times = max(1, hours.count) * max(1, minutes.count) * max(1, seconds.count)
        if times > Self.largestTimesADay {
            throw .init("\(times) times a day, and \(Self.largestTimesADay) are read at most")
        }
    }

    private static func number(
        _ name: String, _ value: String, _ range: ClosedRange<Int>
    ) throws(CalendarFeed.Problem) -> Int {
        guard let number = Int(value), range.contains(number) else {
            throw .init("\(name)=\(value.prefix(40)): expected \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func numbers(
        _ name: String, _ value: String, _ range: ClosedRange<Int>, without gap: Int? = nil
    ) throws(CalendarFeed.Problem) -> Set<Int> {
        var numbers: Set<Int> = []
        for text in value.split(separator: ",", omittingEmptySubsequences: false) {
            let number = try Self.number(name, String(text), range)
            guard number != gap else { throw .init("\(name) has no \(number)") }
            numbers.insert(number)
        }
        return numbers
    }

    /// `MO`, `2TU`, `-1FR`
    private static func weekday(_ text: String) throws(CalendarFeed.Problem) -> Weekday {
        let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
        let digits = text.dropLast(2)
        guard let index = names.firstIndex(of: String(text.suffix(2))),
            let ordinal = digits.isEmpty ? 0 : Int(digits), (-53...53).contains(ordinal), digits.isEmpty || ordinal != 0
        else { throw .init("\(text.prefix(40)) is no weekday") }
        return Weekday(number: index + 1, ordinal: ordinal)
    }
}
