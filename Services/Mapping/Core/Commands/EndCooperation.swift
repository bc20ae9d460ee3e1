package import Domain

/// From Meetings: the last follow-up closes the case (rule 17). No further meeting needs to be cancelled.
package struct EndCooperation: CaseCommand {
    package static let act = Authority.Act.endCooperation

    /// Why nothing more is needed.
    package var reason: String
    /// A measure made it worse.
    package var isWorse: Bool

    package init(reason: String, isWorse: Bool) { (self.reason, self.isWorse) = (reason, isWorse) }

    package func apply(to work: inout CaseInHand) { work.end(reason: reason, isWorse: isWorse) }
}
