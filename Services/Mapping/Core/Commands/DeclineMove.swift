package import Domain

/// The child is not where a report has said. The case stays with its owner (rule 2).
package struct DeclineMove: CaseCommand {
    package static let act = Authority.Act.moveCase

    /// The unit that was proposed.
    package var unit: String
    package var reason: String

    package init(unit: String, reason: String) { (self.unit, self.reason) = (unit, reason) }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        _ = try work.case.proposedMove(to: unit)
        work.settleMove()
        work.report(.declined(unit: unit, reason: reason, by: work.actor))
    }
}
