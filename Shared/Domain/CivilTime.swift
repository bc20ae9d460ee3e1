public import Foundation

/// Instants as the people of the county see them on the clock: Europe/Stockholm, with its daylight saving.
public enum CivilTime {
    /// The zone of every county in the agreement (IANA name).
    public static let zoneName = "Europe/Stockholm"

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: zoneName) ?? .gmt
        return calendar
    }()

    /// The day on which `instant` falls.
    public static func day(of instant: Date) -> LocalDate {
        let parts = calendar.dateComponents([.year, .month, .day], from: instant)
        guard let year = parts.year, let month = parts.month, let day = parts.day,
            let date = LocalDate(year: year, month: month, day: day)
        else { preconditionFailure("the Gregorian calendar gave no day") }
        return date
    }

    /// Minutes from midnight on the clock, and the weekday (1 = Monday, ISO 8601).
    public static func clock(of instant: Date) -> (minute: Int, weekday: Int) {
        let parts = calendar.dateComponents([.hour, .minute, .weekday], from: instant)
        return ((parts.hour ?? 0) * 60 + (parts.minute ?? 0), ((parts.weekday ?? 1) + 5) % 7 + 1)
    }

    /// The instant at which the clock shows `minute` minutes after midnight on `day`.
    ///
    /// A time that the change to summer time skips gives the first instant after it.
    public static func instant(_ day: LocalDate, minute: Int) -> Date {
        let parts = DateComponents(
            year: day.year, month: day.month, day: day.day, hour: minute / 60, minute: minute % 60)
        guard let date = calendar.date(from: parts) else { preconditionFailure("the calendar gave no instant") }
        return date
    }

    /// `måndag 23 november 2026 kl. 09.00`, as a letter in that language writes it.
    public static func text(_ instant: Date, _ language: Language) -> String {
        let day = text(day(of: instant), language)
        return switch language {
        case .swedish: "\(day) kl. \(time(instant, "."))"
        case .english: "\(day) at \(time(instant, ":"))"
        }
    }

    private static func time(_ instant: Date, _ separator: String) -> String {
        let minute = clock(of: instant).minute
        return "\(minute / 60 < 10 ? "0" : "")\(minute / 60)\(separator)\(minute % 60 < 10 ? "0" : "")\(minute % 60)"
    }

    /// `måndag 23 november 2026 kl. 09.00–10.00`, as a Swedish letter writes it; both days where they differ.
    public static func swedish(from start: Date, to end: Date) -> String {
        day(of: start) == day(of: end)
            ? "\(text(start, .swedish))–\(time(end, "."))" : "\(text(start, .swedish)) – \(text(end, .swedish))"
    }

    /// `tisdag 8 december 2026`, as a letter in that language writes it.
    public static func text(_ day: LocalDate, _ language: Language) -> String {
        let (weekdays, months) =
            switch language {
            case .swedish: (swedishWeekdays, swedishMonths)
            case .english: (englishWeekdays, englishMonths)
            }
        return "\(weekdays[day.weekday - 1]) \(day.day) \(months[day.month - 1]) \(day.year)"
    }

    private static let swedishWeekdays = ["måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"]
    private static let swedishMonths = [
        "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november",
        "december",
    ]
    private static let englishWeekdays = [
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ]
    private static let englishMonths = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
