package import Domain

/// The child has changed school, stage or municipality. The county's routing table decides who owns the case there
/// (rule 2).
package struct Move: CaseCommand {
    package static let act = Authority.Act.moveCase

    package var to: Destination
    package var stage: Stage
    /// The unit that the child attends there; nil if not known.
    package var attends: String?

    package init(to destination: Destination, stage: Stage, attends: String?) {
        (to, self.stage, self.attends) = (destination, stage, attends)
    }

    package func apply(to work: inout CaseInHand) {
        let place = Case.Place(county: to.county.code, municipality: to.municipality, stage: stage, attends: attends)
        let owner = Routing(to.county, today: work.today).owner(place.situation)
        work.hand(to: owner, at: place, .command(by: work.actor))
    }
}

/// A municipality in one of the directory's counties.
package struct Destination: Sendable, Equatable {
    package let county: County
    package let municipality: String

    /// Nil if no county has the municipality.
    package init?(municipality: String, in directory: Directory) {
        guard let county = directory.county(ofMunicipality: municipality) else { return nil }
        (self.county, self.municipality) = (county, municipality)
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.county.code == right.county.code && left.municipality == right.municipality
    }
}
