package import Domain

/// The child is where a report has said. The case is handed over: by its owner's side, or by the unit that takes it
/// (rule 2).
package struct ConfirmMove: CaseCommand {
    package static let act = Authority.Act.moveCase

    /// The unit that was proposed.
    package var unit: String

    package init(unit: String) { self.unit = unit }

    package static func obstacles(on subject: Case, by actor: Actor, _ context: DecisionContext) -> [Fault] {
        subject.faultsUnlessMayTakeOver(actor, context).isEmpty
            ? subject.faultsUnless(act.requirement) : standardObstacles(on: subject, by: actor, context)
    }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        let place = try work.case.proposedMove(to: unit).place
        guard let county = work.context.directory.counties[place.county],
            county.municipalities[place.municipality] != nil
        else { throw Refusal([Fault(.municipalityUnknown, at: "unit")]) }
        // Who has the role may have changed since the report.
        let owner = Routing(county, today: work.today).owner(place.situation)
        work.hand(to: owner, at: place, .command(by: work.actor))
    }
}
