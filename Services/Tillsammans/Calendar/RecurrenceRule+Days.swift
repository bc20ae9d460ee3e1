import Domain

extension RecurrenceRule {
    /// When it occurs, as the clock of the event shows it, in order. The start itself is among them only where it matches.
    ///
    /// Period after period (day, week, month or year), each day of it is asked whether it matches. Without COUNT the periods
    /// before `range` are skipped.
    ///
    /// - Parameters:
    ///   - start: the event's first.
    ///   - range: which are given.
    ///   - last: what UNTIL is by the clock of the event.
    /// - Throws: ``CalendarFeed/Problem`` where the budget ends.
    func walls(
        from start: CalendarTime, in range: ClosedRange<Int>, until last: Int, _ budget: inout CalendarBudget
    ) throws(CalendarFeed.Problem) -> [Int] {
        let rule = filled(from: start)
        let times = rule.times(of: start)
        let last = min(last, range.upperBound)
        var left = count ?? .max
        var found: [Int] = []
        var index = count == nil ? rule.period(before: range.lowerBound.floored(by: 86_400), from: start.day) : 0
        while true {
            let period = rule.days(ofPeriod: index, from: start.day)
            guard period.first <= last.floored(by: 86_400) else { return found }
            try budget.spend(1)
            var walls: [Int] = []
            for days in period.days {
                try budget.spend(days.count)
                for day in days where rule.matches(day) {
                    try budget.spend(times.count)
                    for time in times { walls.append(day * 86_400 + time) }
                }
            }
            for wall in rule.positioned(walls) where wall >= start.wall {
                if wall > last { return found }
                if wall >= range.lowerBound { found.append(wall) }
                left -= 1
                if left == 0 { return found }
            }
            index += 1
        }
    }

    /// The rule with what it leaves to the start (§3.3.10): the weekday of a week, the day of a month or year.
    private func filled(from start: CalendarTime) -> RecurrenceRule {
        var rule = self
        let day = LocalDate(number: start.day)
        guard monthDays.isEmpty, yearDays.isEmpty, weekdays.isEmpty else { return rule }
        switch frequency {
        case .daily: break
        case .weekly: rule.weekdays = [Weekday(number: day.weekday, ordinal: 0)]
        case .yearly where !weekNumbers.isEmpty: rule.weekdays = [Weekday(number: day.weekday, ordinal: 0)]
        case .monthly: rule.monthDays = [day.day]
        case .yearly:
            rule.monthDays = [day.day]
            if months.isEmpty { rule.months = [day.month] }
        }
        return rule
    }

    /// Seconds after midnight.
    private func times(of start: CalendarTime) -> [Int] {
        if start.isDate { return [0] }
        let clock = start.wall - start.day * 86_400
        let hours = hours.isEmpty ? [clock / 3_600] : hours.sorted()
        let minutes = minutes.isEmpty ? [clock / 60 % 60] : minutes.sorted()
        let seconds = seconds.isEmpty ? [clock % 60] : seconds.sorted()
        return hours.flatMap { hour in
            minutes.flatMap { minute in seconds.map { hour * 3_600 + minute * 60 + $0 } }
        }
    }

    /// A period that begins before `day`, or the first.
    private func period(before day: Int, from start: Int) -> Int {
        let (date, first) = (LocalDate(number: day), LocalDate(number: start))
        let periods =
            switch frequency {
            case .daily: day - start
            case .weekly: (day - start) / 7
            case .monthly: (date.year - first.year) * 12 + date.month - first.month
            case .yearly: date.year - first.year
            }
        return max(0, periods / interval - 1)
    }

    /// The days of a period that can match, and the day on which the period begins.
    private func days(ofPeriod index: Int, from start: Int) -> (first: Int, days: [Range<Int>]) {
        let date = LocalDate(number: start)
        switch frequency {
        case .daily:
            let day = start + index * interval
            return (day, [day..<day + 1])
        case .weekly:
            let first = start - (date.weekday - weekStart + 7) % 7 + index * interval * 7
            return (first, [first..<first + 7])
        case .monthly:
            let month = Self.month(date.month - 1 + index * interval, of: date.year)
            let number = (date.month - 1 + index * interval) % 12 + 1
            return (month.lowerBound, months.isEmpty || months.contains(number) ? [month] : [])
        case .yearly:
            let year = date.year + index * interval
            let first = Self.month(0, of: year).lowerBound
            if months.isEmpty { return (first, [first..<Self.month(12, of: year).lowerBound]) }
            return (first, months.sorted().map { Self.month($0 - 1, of: year) })
        }
    }

    /// The days of a month, counted from 0 for January of a year on.
    private static func month(_ index: Int, of year: Int) -> Range<Int> {
        func first(_ index: Int) -> Int {
            LocalDate(year: year + index / 12, month: index % 12 + 1, day: 1)?.number ?? 0
        }
        return first(index)..<first(index + 1)
    }

    private func matches(_ day: Int) -> Bool {
        let date = LocalDate(number: day)
        if !months.isEmpty, !months.contains(date.month) { return false }
        if !monthDays.isEmpty || !weekdays.isEmpty {
            let month = Self.month(date.month - 1, of: date.year)
            if !monthDays.isEmpty, !Self.holds(monthDays, day, in: month) { return false }
            let isOfMonth = frequency == .monthly || !months.isEmpty
            if !weekdays.isEmpty, !holdsWeekday(day, date.weekday, in: isOfMonth ? month : Self.year(date.year)) {
                return false
            }
        }
        if !yearDays.isEmpty, !Self.holds(yearDays, day, in: Self.year(date.year)) { return false }
        return weekNumbers.isEmpty || holdsWeek(day, date)
    }

    private static func year(_ year: Int) -> Range<Int> {
        month(0, of: year).lowerBound..<month(12, of: year).lowerBound
    }

    /// Days are counted from 1, and from the end with -1.
    private static func holds(_ numbers: Set<Int>, _ day: Int, in span: Range<Int>) -> Bool {
        numbers.contains(day - span.lowerBound + 1) || numbers.contains(day - span.upperBound)
    }

    private func holdsWeekday(_ day: Int, _ weekday: Int, in span: Range<Int>) -> Bool {
        weekdays.contains { wanted in
            guard wanted.number == weekday else { return false }
            // A number means nothing where the period is a day or a week.
            if wanted.ordinal == 0 || frequency == .daily || frequency == .weekly { return true }
            return wanted.ordinal > 0
                ? wanted.ordinal == (day - span.lowerBound) / 7 + 1
                : wanted.ordinal == (day - span.upperBound + 1) / 7 - 1
        }
    }

    /// Weeks belong to the year that has four of their days.
    private func holdsWeek(_ day: Int, _ date: LocalDate) -> Bool {
        func firstWeek(of year: Int) -> Int {
            guard let fourth = LocalDate(year: year, month: 1, day: 4) else { return 0 }
            return fourth.number - (fourth.weekday - weekStart + 7) % 7
        }
        let year =
            day >= firstWeek(of: date.year + 1)
            ? date.year + 1 : day < firstWeek(of: date.year) ? date.year - 1 : date.year
        let (first, next) = (firstWeek(of: year), firstWeek(of: year + 1))
        return weekNumbers.contains((day - first) / 7 + 1) || weekNumbers.contains((day - next).floored(by: 7))
    }

    /// BYSETPOS: some of a period's times, by their place among them.
    private func positioned(_ walls: [Int]) -> [Int] {
        guard !positions.isEmpty else { return walls }
        return walls.indices.filter { positions.contains($0 + 1) || positions.contains($0 - walls.count) }.map {
            walls[$0]
        }
    }
}
