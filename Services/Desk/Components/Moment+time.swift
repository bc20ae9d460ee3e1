import CloudEvents
import Domain
import Foundation

extension Moment {
    /// `tisdag 8 december 2026`
    init(_ day: LocalDate, _ language: Language) {
        self.init(iso: day.description, label: CivilTime.text(day, language))
    }

    /// The day of an instant.
    init(dayOf instant: Date, _ language: Language) { self.init(CivilTime.day(of: instant), language) }

    /// `måndag 23 november 2026 kl. 09.00`
    init(_ instant: Date, _ language: Language) {
        self.init(iso: Timestamp.text(instant), label: CivilTime.text(instant, language))
    }

    /// The day of an instant, as people say it: today, tomorrow, yesterday, else the date.
    init(dayOf instant: Date, seen now: Date, _ language: Language) {
        let day = CivilTime.day(of: instant)
        let name: String? =
            switch day.number - CivilTime.day(of: now).number {
            case -1: "yesterday"
            case 0: "today"
            case 1: "tomorrow"
            default: nil
            }
        self.init(
            iso: day.description,
            label: name.map { Catalogue.text("desk.day.\($0)", language) } ?? CivilTime.text(day, language))
    }
}
