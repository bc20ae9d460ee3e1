/// The days on which people are at work: Monday to Friday, except Sweden's public holidays (rules 18 and 19).
///
/// Holidays are computed, so that no year is missing: those of lagen (1989:253) om allmänna helgdagar,
/// and Midsummer, Christmas and New Year's Eve, which semesterlagen (1977:480) 3 a § treats as Sundays.
public enum WorkingDays {
    public static func isWorkingDay(_ day: LocalDate) -> Bool { day.weekday <= 5 && !isHoliday(day) }

    public static func isHoliday(_ day: LocalDate) -> Bool {
        switch (day.month, day.day) {
        case (1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31): return true
        // Midsummer's Eve and Day: the Friday and Saturday of 19–26 June.
        case (6, 19...25) where day.weekday == 5: return true
        case (6, 20...26) where day.weekday == 6: return true
        // All Saints' Day: the Saturday of 31 October – 6 November.
        case (10, 31), (11, 1...6): return day.weekday == 6
        default: break
        }
        // Good Friday, Easter Sunday and Monday, Ascension Day, Whit Sunday.
        return [-2, 0, 1, 39, 49].contains(day.number - easter(day.year).number)
    }

    /// The day that is `count` working days after `day`; `count` may be negative. Counting begins with the next day:
    /// Friday plus one is Monday.
    public static func day(_ day: LocalDate, plus count: Int) -> LocalDate {
        var (day, left) = (day, abs(count))
        while left > 0 {
            day = day.plus(count < 0 ? -1 : 1)
            if isWorkingDay(day) { left -= 1 }
        }
        return day
    }

    /// Easter Sunday by the Gregorian rule (the anonymous algorithm of 1876, in integers).
    static func easter(_ year: Int) -> LocalDate {
        let golden = year % 19
        let (century, rest) = year.quotientAndRemainder(dividingBy: 100)
        let epact = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30
        let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7
        let correction = (golden + 11 * epact + 22 * weekday) / 451
        let day = epact + weekday - 7 * correction + 114
        guard let easter = LocalDate(year: year, month: day / 31, day: day % 31 + 1) else {
            preconditionFailure("the rule of Easter gave no day")
        }
        return easter
    }
}
