package import Domain
package import Foundation

/// One child's case: what is known, who owns it, its phase, and what is due (rules 6 to 13 and 19).
///
/// A plain value without I/O. A closed case is kept: a later concern opens a new mapping in its place.
package struct Case: Aggregate, Equatable {
    package typealias Fact = CaseFact

    package var reference: String
    package var place: Place
    package var owner: Routing.Owner
    /// The latest report that says the child is elsewhere, until a person decides.
    package var proposedMove: ProposedMove?
    /// The other of the two that a child has before school (rule 2).
    package var counterpart: Counterpart?
    /// Does the work for the owner (rule 6).
    package var delegate: String?
    /// Meetings reports it (rule 15).
    package var coordinator: String?
    package var phase: Phase
    package var deadlines: [Step: Deadline]
    package var opened: Date

    package var concernAreas: [WheelArea]
    package var information: [Information]
    package var corrections: [Correction]
    package var answers: [Question: String]

    /// The guardians on record (rule 12).
    package var guardians: [Guardian]
    /// By key: who was a guardian on record.
    package var formerGuardians: [String: FormerGuardian]
    /// More guardians were named than the case tells apart. They are awaited as ``Giver/others``.
    package var hasMoreGuardians: Bool
    /// Each giver's latest decision.
    package var consents: [Giver: Consent]
    package var maturity: Maturity?
    /// From this day the youth's own consent is needed (rule 12).
    package var youthConsentFrom: LocalDate
    /// From this day the person is an adult (rule 4).
    package var adultFrom: LocalDate

    /// The latest accesses in an emergency, in force or ended (rule 22).
    package var emergencies: [Reading.Emergency]

    /// The concerns that were taken, in this mapping and former ones.
    package var concerns: Int
    /// Nil while the case is open, and once its erasure has begun.
    package var retention: Retention?
    package var hold: Hold?
    /// Set once it is ordered (rule 23).
    package var erasure: Erasure?

    package var isProtected: Bool
    /// Once set, it stays visible for ever (rule 3).
    package var isHarmSuspected: Bool

    /// A new case, before anything is written in it.
    package init(
        reference: String, place: Place, owner: Routing.Owner, opened: Date, youthConsentFrom: LocalDate,
        adultFrom: LocalDate
    ) {
        self.reference = reference
        self.place = place
        self.owner = owner
        self.opened = opened
        self.youthConsentFrom = youthConsentFrom
        self.adultFrom = adultFrom
        (phase, deadlines) = (.mapping, [:])
        (concernAreas, information, corrections, answers) = ([], [], [], [:])
        (guardians, formerGuardians, consents) = ([], [:], [:])
        (hasMoreGuardians, isProtected, isHarmSuspected) = (false, false, false)
        (emergencies, concerns) = ([], 0)
    }
}

extension Case {
    /// Where the child lives and attends. It decides who the named person is (rule 2).
    package struct Place: Sendable, Equatable {
        package var county: String
        package var municipality: String
        package var stage: Stage
        /// The unit that the child attends; nil if not known.
        package var attends: String?

        package init(county: String, municipality: String, stage: Stage, attends: String?) {
            (self.county, self.municipality, self.stage, self.attends) = (county, municipality, stage, attends)
        }

        var situation: Routing.Situation { .init(municipality: municipality, stage: stage, unit: attends) }
    }

    /// The case's phase, with its data.
    package enum Phase: Sendable, Equatable {
        case mapping
        /// Cooperation is decided. Some consent is missing (rule 12).
        case awaitingConsent(Cooperation)
        /// A meeting has been requested and not cancelled.
        case cooperation(Cooperation)
        case ownMeasures(OwnMeasures)
        case resting(lookAgain: LocalDate)
        /// Closed, with its outcome if it had one.
        case closed(after: Outcome?)
    }

    /// How a mapping ends, with what each outcome needs (rule 10).
    package enum Outcome: Sendable, Equatable {
        case nothingFurther(lookAgain: LocalDate)
        case ownMeasures(OwnMeasures)
        case cooperation(Cooperation)
    }

    package struct Cooperation: Sendable, Equatable {
        /// The organisations named in question 5 (rule 11).
        package var organisations: [Organisation]
        /// The last day for the meeting.
        package var latest: LocalDate

        package init(organisations: [Organisation], latest: LocalDate) {
            (self.organisations, self.latest) = (organisations, latest)
        }
    }

    package struct OwnMeasures: Sendable, Equatable {
        package var measures: [Measure]
        package var followUp: LocalDate

        package init(_ measures: [Measure], followUp: LocalDate) {
            (self.measures, self.followUp) = (measures, followUp)
        }
    }

    /// What the owner's organisation does.
    package struct Measure: Sendable, Equatable {
        package var area: WheelArea
        package var text: String
        /// The person's id in the directory.
        package var responsible: String

        package init(area: WheelArea, text: String, responsible: String) {
            (self.area, self.text, self.responsible) = (area, text, responsible)
        }
    }
}

extension Case {
    /// True unless the case is closed.
    package var isOpen: Bool {
        if case .closed = phase { false } else { true }
    }

    /// The current outcome; nil while the mapping is open.
    package var outcome: Outcome? {
        switch phase {
        case .mapping: nil
        case .awaitingConsent(let cooperation), .cooperation(let cooperation): .cooperation(cooperation)
        case .ownMeasures(let measures): .ownMeasures(measures)
        case .resting(let day): .nothingFurther(lookAgain: day)
        case .closed(let outcome): outcome
        }
    }

    /// A meeting has been requested and not cancelled.
    package var isMeetingRequested: Bool {
        if case .cooperation = phase { true } else { false }
    }

    /// The areas where the mapping found a need or an obstacle, in the wheel's order (rule 11).
    package var areasFound: [WheelArea] {
        let found = Set(information.flatMap(\.finding.areasToActOn))
        return WheelArea.allCases.filter(found.contains)
    }

    var people: Authority.People {
        Authority.People(unit: owner.unit, namedPerson: owner.person, delegate: delegate, coordinator: coordinator)
    }

    func isAdult(on day: LocalDate) -> Bool { day >= adultFrom }
}

extension Case.Phase {
    /// The word in the glossary.
    package var word: Phase {
        switch self {
        case .mapping: .mapping
        case .awaitingConsent: .awaitingConsent
        case .cooperation: .cooperation
        case .ownMeasures: .ownMeasures
        case .resting: .resting
        case .closed: .closed
        }
    }
}
