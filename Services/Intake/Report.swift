import Codec
import Domain
import Foundation

/// A concern report that holds: every field is what it says (rules 1, 2 and 4).
struct Report: Sendable {
    let message: ConcernReported
    let number: PersonalNumber
    let areas: [WheelArea]
    let county: County
    let observedAt: Date
    /// What the report itself says of the stage, by its word or by its unit's kind; nil where it says nothing.
    let toldStage: Stage?

    /// The most that may be written in one text.
    static let textLimit = 20_000

    /// The birthday from which the youth's own consent counts (rule 12).
    var youthConsentFrom: LocalDate { birthday(county.settings.youthConsentAge) }

    /// The birthday from which nobody is a child (rule 4).
    var adultFrom: LocalDate { birthday(county.settings.adultAge) }

    /// Where the child is usually by its age, on the day of the observation.
    var usualStage: Stage {
        .usual(born: number.born, on: CivilTime.day(of: observedAt), autumnTerm: county.settings.autumnTerm)
    }

    /// - Parameter received: when the report came; stands in for the time of the observation where that is not told.
    /// - Throws: `Refusal` with everything that is wrong.
    init(_ message: ConcernReported, received: Date, _ directory: Directory) throws(Refusal) {
        var faults: [Fault] = []
        let observedAt = message.hasObservedAt ? message.observedAt.date : received
        if observedAt > received + 24 * 3_600 { faults.append(Fault(.observedInFuture, at: "observed_at")) }
        let county = directory.county(ofMunicipality: message.municipality)
        if county == nil { faults.append(Fault(.municipalityUnknown, at: "municipality")) }
        let number: PersonalNumber?
        do throws(Fault) {
            number = try PersonalNumber(message.personalNumber, today: CivilTime.day(of: received))
        } catch {
            number = nil
            faults.append(Fault(error.code, at: "personal_number"))
        }
        if let number {
            let age = number.age(on: CivilTime.day(of: observedAt))
            if age < 0 {
                faults.append(Fault(.childUnborn, at: "personal_number"))
            } else if age >= county?.settings.adultAge ?? 18 {
                faults.append(Fault(.childAdult, at: "personal_number"))
            }
        }
        let areas = Self.areas(message.areas, &faults)
        if message.observation.allSatisfy(\.isWhitespace) {
            faults.append(Fault(.observationMissing, at: "observation"))
        }
        Self.check(message.observation, at: "observation", &faults)
        for (index, text) in message.strengths.enumerated() { Self.check(text, at: "strengths[\(index)]", &faults) }
        Self.check(message.reporter, &faults)
        let stage = Stage(rawValue: message.stage)
        if stage == nil, !message.stage.isEmpty {
            faults.append(
                Fault(
                    .stageUnknown, at: "stage",
                    ["words": Stage.allCases.map(\.rawValue).joined(separator: ", ")]))
        }
        guard faults.isEmpty, let number, let county else { throw Refusal(faults) }
        (self.message, self.number, self.areas, self.county) = (message, number, areas, county)
        self.observedAt = observedAt
        let toldStage = stage ?? county.units[message.unit]?.kind.stage
        // An upper secondary school beyond the county's border: the home municipality follows up (rule 2).
        let isElsewhere =
            county.units[message.unit] == nil
            && directory.counties.values.contains { $0.units[message.unit]?.kind == .upperSecondarySchool }
        self.toldStage =
            isElsewhere && (toldStage ?? .upperSecondary) == .upperSecondary ? .upperSecondaryElsewhere : toldStage
    }

    private func birthday(_ age: Int) -> LocalDate { number.born.inYear(number.born.year + age) }

    /// One or more areas of the wheel (rule 1).
    static func areas(_ words: [String], _ faults: inout [Fault]) -> [WheelArea] {
        if words.isEmpty { faults.append(Fault(.areasMissing, at: "areas")) }
        return words.enumerated().compactMap { index, word in
            if let area = WheelArea(rawValue: word) { return area }
            let all = WheelArea.allCases.map(\.rawValue).joined(separator: ", ")
            faults.append(Fault(.areaUnknown, at: "areas[\(index)]", ["words": all]))
            return nil
        }
    }

    /// Somebody who works with children, and whom the answer reaches (rule 1).
    static func check(_ reporter: Reporter, _ faults: inout [Fault]) {
        if EmailAddress(reporter.email) == nil { faults.append(Fault(.reporterEmail, at: "reporter.email")) }
        if Organisation(rawValue: reporter.organisation) == nil {
            faults.append(Fault(.reporterOrganisation, at: "reporter.organisation"))
        }
    }

    static func check(_ text: String, at path: String, _ faults: inout [Fault]) {
        if text.utf8.count > textLimit { faults.append(Fault(.textLong, at: path, ["limit": "\(textLimit)"])) }
    }
}

/// An anonymous question that holds: no identity, nothing from which one follows (rule 5).
struct Consultation: Sendable {
    let message: ConsultationRequested
    let county: County

    /// - Throws: `Refusal` with everything that is wrong.
    init(_ message: ConsultationRequested, _ directory: Directory) throws(Refusal) {
        var faults: [Fault] = []
        let county = directory.county(ofMunicipality: message.municipality)
        if county == nil { faults.append(Fault(.municipalityUnknown, at: "municipality")) }
        _ = Report.areas(message.areas, &faults)
        Report.check(message.reporter, &faults)
        if message.question.allSatisfy(\.isWhitespace) { faults.append(Fault(.textMissing, at: "question")) }
        Report.check(message.question, at: "question", &faults)
        faults += Anonymity.faults(in: message.question, at: "question")
        guard faults.isEmpty, let county else { throw Refusal(faults) }
        // Built anew from the fields that exist: what a later or foreign version added is not carried on.
        self.message = .with {
            ($0.municipality, $0.areas, $0.question) = (message.municipality, message.areas, message.question)
            $0.reporter = .with {
                ($0.name, $0.role) = (message.reporter.name, message.reporter.role)
                ($0.organisation, $0.email) = (message.reporter.organisation, message.reporter.email)
            }
        }
        self.county = county
    }

    /// The question's reference, made from the request's id: `SRM-Q-4K7Q-M2XD-9T`.
    static func reference(_ county: String, source: String, id: String) -> String {
        Reference.text(county: "\(county)-Q", of: "consultation \(source) \(id)")
    }
}
