import Codec
import Domain
import Foundation

/// A concern report that holds: every field is what it says (rules 1 and 4).
struct Report: Sendable {
    let message: ConcernReported
    let number: PersonalNumber
    let areas: [WheelArea]
    let stage: Stage
    let county: County
    let observedAt: Date

    /// Whole years at the time of the observation.
    var age: Int { number.age(on: CivilTime.day(of: observedAt)) }

    /// The birthday from which the youth's own consent counts (rule 12).
    var youthConsentFrom: LocalDate {
        let year = number.born.year + county.settings.youthConsentAge
        return LocalDate(year: year, month: number.born.month, day: number.born.day)
            // Born on a leap day, in a year without one.
            ?? LocalDate(year: year, month: 3, day: 1) ?? number.born
    }

    /// - Parameter received: when the report came; stands in for the time of the observation where that is not told.
    /// - Throws: `Faults` with everything that is wrong.
    init(_ message: ConcernReported, received: Date, _ directory: Directory) throws(Faults) {
        var faults: [Fault] = []
        let observedAt = message.hasObservedAt ? message.observedAt.date : received
        if observedAt > received + 24 * 3_600 {
            faults.append(
                Fault(
                    "observed_at.future", at: "observed_at", sv: "Tidpunkten ligger i framtiden.",
                    en: "The time lies in the future."))
        }
        let county = directory.county(ofMunicipality: message.municipality)
        if county == nil {
            faults.append(
                Fault(
                    "municipality.unknown", at: "municipality", sv: "Kommunen hör inte till något län i katalogen.",
                    en: "The municipality belongs to no county of the directory."))
        }
        var number: PersonalNumber?
        do throws(Fault) {
            number = try PersonalNumber(message.personalNumber, today: CivilTime.day(of: received))
        } catch {
            faults.append(Fault(error.code, at: "personal_number", sv: error.swedish, en: error.english))
        }
        if let number {
            let age = number.age(on: CivilTime.day(of: observedAt))
            if age < 0 {
                faults.append(
                    Fault(
                        "child.unborn", at: "personal_number", sv: "Barnet var inte fött.",
                        en: "The child was not born."))
            } else if age >= county?.settings.adultAge ?? 18 {
                faults.append(
                    Fault(
                        "child.adult", at: "personal_number", sv: "Personen är inte ett barn.",
                        en: "The person is not a child."))
            }
        }
        if message.areas.isEmpty {
            faults.append(
                Fault(
                    "areas.missing", at: "areas", sv: "Ange minst ett område på hjulet.",
                    en: "Name at least one area of the wheel."))
        }
        let areas = message.areas.enumerated().compactMap { index, word -> WheelArea? in
            if let area = WheelArea(rawValue: word) { return area }
            faults.append(
                Fault(
                    "areas.unknown", at: "areas[\(index)]", sv: "Området finns inte på hjulet.",
                    en: "Not an area of the wheel: health, development, learning, care, home, relationships, safety."))
            return nil
        }
        if message.observation.allSatisfy(\.isWhitespace) {
            faults.append(
                Fault(
                    "observation.missing", at: "observation", sv: "Beskriv vad som har setts eller hörts.",
                    en: "Describe what was seen or heard."))
        } else if message.observation.utf8.count > 20_000 {
            faults.append(
                Fault("observation.long", at: "observation", sv: "Högst 20 000 tecken.", en: "At most 20,000 bytes."))
        }
        if !message.reporter.email.contains("@") {
            faults.append(
                Fault(
                    "reporter.email", at: "reporter.email", sv: "Ange en e-postadress för svar.",
                    en: "Give an e-mail address for the answer."))
        }
        if Organisation(rawValue: message.reporter.organisation) == nil {
            faults.append(
                Fault(
                    "reporter.organisation", at: "reporter.organisation",
                    sv: "Ange education, social_services eller health_care.",
                    en: "Must be education, social_services or health_care."))
        }
        let stage =
            message.stage.isEmpty
            ? Stage.usual(age: number?.age(on: CivilTime.day(of: observedAt)) ?? 0) : Stage(rawValue: message.stage)
        if stage == nil {
            faults.append(
                Fault(
                    "stage.unknown", at: "stage", sv: "Okänt skede.",
                    en:
                        "Must be before_school, school, upper_secondary, upper_secondary_elsewhere or outside_upper_secondary."
                ))
        }
        guard faults.isEmpty, let number, let county, let stage else { throw Faults(faults) }
        (self.message, self.number, self.areas, self.stage) = (message, number, areas, stage)
        (self.county, self.observedAt) = (county, observedAt)
    }
}

extension Stage {
    /// Where a child of this age usually is, when the reporter does not say (rule 2).
    static func usual(age: Int) -> Stage {
        switch age {
        case ..<6: .beforeSchool
        case 6..<16: .school
        default: .upperSecondary
        }
    }
}
