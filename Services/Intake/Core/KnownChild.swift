package import Domain
package import Foundation

/// What Intake remembers of a child from one report to the next.
package struct KnownChild: Aggregate, Equatable {
    package typealias Fact = IntakeFact
    package typealias Context = IntakeContext

    /// The case's reference. It stays, wherever the child moves.
    package var reference: String
    /// Under a new secret, the index is written anew from it.
    package var number: PersonalNumber
    package var place: Place
    package var owner: Routing.Owner
    /// As far as Intake knows. A report about a child without an open case places the child.
    package var hasOpenCase: Bool
    /// Once reported, it stays (rule 22).
    package var isProtected: Bool
    /// Who has reported that the identity is protected, without a text.
    package var protectedBy: Statements
    /// Suspected once, known for ever (rule 3).
    package var isHarmSuspected: Bool
    package var names: Statements
    package var guardians: [KnownGuardian]
    /// Concerns to which a report from another system can still be linked.
    package var recent: [RecentConcern]
    /// How many were registered.
    package var concerns: Int
    /// Its case is erased (rule 23): reports go to a new reference.
    package var isReleasing: Bool

    package init(
        reference: String, number: PersonalNumber, place: Place, owner: Routing.Owner, hasOpenCase: Bool = true,
        isProtected: Bool = false, protectedBy: Statements = .init(), isHarmSuspected: Bool = false,
        names: Statements = .init(),
        guardians: [KnownGuardian] = [], recent: [RecentConcern] = [], concerns: Int = 0, isReleasing: Bool = false
    ) {
        (self.reference, self.number, self.place, self.owner) = (reference, number, place, owner)
        self.hasOpenCase = hasOpenCase
        (self.isProtected, self.protectedBy, self.isHarmSuspected) = (isProtected, protectedBy, isHarmSuspected)
        (self.names, self.guardians, self.recent) = (names, guardians, recent)
        (self.concerns, self.isReleasing) = (concerns, isReleasing)
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
    package let secrets: KeySecrets

    package init(now: Date, directory: Directory, secrets: KeySecrets) {
        (self.now, self.directory, self.secrets) = (now, directory, secrets)
    }

    /// The day in Sweden.
    var today: LocalDate { CivilTime.day(of: now) }
}
