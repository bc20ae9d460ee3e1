import CloudEvents
import Domain
import Foundation

extension Moment {
    /// The day of an instant, as people say it: today, tomorrow, yesterday, else the date.
    init(day instant: Date, at now: Date, _ language: Language) {
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
