package import Domain
package import Foundation

/// What Intake remembers of a child from one report to the next.
package struct KnownChild: Aggregate, Equatable {
    package typealias Fact = IntakeFact
    package typealias Context = IntakeContext

    /// The case's reference. It stays, wherever the child moves.
    package var reference: String
    package var place: Place
    /// The source whose report says in which municipality the child lives; nil where a person has decided it.
    package var placedBy: String?
    package var owner: Routing.Owner
    /// Once reported, it stays (rule 22).
    package var isProtected: Bool
    /// Suspected once, known for ever (rule 3).
    package var isHarmSuspected: Bool
    /// As last reported; empty where nobody has said.
    package var name: String
    package var guardians: [KnownGuardian]
    /// Concerns to which a report from another system can still be linked.
    package var recent: [RecentConcern]

    package init(
        reference: String, place: Place, placedBy: String?, owner: Routing.Owner, isProtected: Bool = false,
        isHarmSuspected: Bool = false, name: String = "", guardians: [KnownGuardian] = [],
        recent: [RecentConcern] = []
    ) {
        (self.reference, self.place, self.placedBy, self.owner) = (reference, place, placedBy, owner)
        (self.isProtected, self.isHarmSuspected) = (isProtected, isHarmSuspected)
        (self.name, self.guardians, self.recent) = (name, guardians, recent)
    }

    /// Where the child is. Decides who the named person is (rule 2).
    package struct Place: Sendable, Equatable {
        package var county: String
        package var municipality: String
        package var stage: Stage
        /// The unit that the child attends, as last reported; nil where nobody has said.
        package var attends: String?

        package init(county: String, municipality: String, stage: Stage, attends: String?) {
            (self.county, self.municipality) = (county, municipality)
            (self.stage, self.attends) = (stage, attends)
        }

        func isSameMunicipality(as other: Place) -> Bool {
            (county, municipality) == (other.county, other.municipality)
        }

        var situation: Routing.Situation { .init(municipality: municipality, stage: stage, unit: attends) }
    }
}

/// What a decision of Intake looks at besides what is remembered.
package struct IntakeContext: Sendable {
    package let now: Date
    package let directory: Directory
    /// Makes keyed hashes.
    package let secret: KeySecret

    package init(now: Date, directory: Directory, secret: KeySecret) {
        (self.now, self.directory, self.secret) = (now, directory, secret)
    }

    /// The day in Sweden.
    var today: LocalDate { CivilTime.day(of: now) }
}
