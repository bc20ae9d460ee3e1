package import Domain
package import Foundation

/// What somebody saw of a child that suggests risk (rule 1). Every word of it has been read.
package struct Report: Sendable, Equatable {
    package var number: PersonalNumber
    package var name: String
    /// Where the child lives.
    package var municipality: ServedMunicipality
    /// What the reporter says of the child's stage; nil where they say nothing.
    package var stage: Stage?
    /// The unit that the child attends; nil where the reporter does not say.
    package var unit: String?
    package var areas: [WheelArea]
    package var observation: String
    package var strengths: [String]
    /// The child is, or may be, harmed (rule 3).
    package var isHarmSuspected: Bool
    package var observedAt: Date
    package var reporter: Reporter
    package var guardians: [Guardian]
    /// The child's identity is protected (rule 22).
    package var isProtected: Bool

    package init(
        number: PersonalNumber, name: String, municipality: ServedMunicipality, stage: Stage?, unit: String?,
        areas: [WheelArea], observation: String, strengths: [String], isHarmSuspected: Bool, observedAt: Date,
        reporter: Reporter, guardians: [Guardian], isProtected: Bool
    ) {
        self.number = number
        self.name = name
        self.municipality = municipality
        self.stage = stage
        self.unit = unit
        self.areas = areas
        self.observation = observation
        self.strengths = strengths
        self.isHarmSuspected = isHarmSuspected
        self.observedAt = observedAt
        self.reporter = reporter
        self.guardians = guardians
        self.isProtected = isProtected
    }

    package var county: County { municipality.county }

    /// The birthday from which the youth's own consent is needed (rule 12).
    package var youthConsentFrom: LocalDate { birthday(county.settings.youthConsentAge) }

    /// The birthday from which the child is an adult (rule 4).
    package var adultFrom: LocalDate { birthday(county.settings.adultAge) }

    private func birthday(_ age: Int) -> LocalDate { number.born.birthday(age) }
}

extension Report {
    /// Seconds by which a publisher's clock may be fast.
    static let clockSkew: TimeInterval = 5 * 60

    /// What is wrong with the time of an observation: it lies ahead, and that is not the publisher's clock.
    package static func faults(ofObservationAt observed: Date, received: Date) -> [Fault] {
        observed > received + clockSkew ? [Fault(.observedInFuture, at: "observed_at")] : []
    }
}
