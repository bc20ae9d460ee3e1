package import Domain

/// No other unit is the right one: the case stays with the municipality's fallback unit (rule 2).
package struct KeepCase: CaseCommand {
    package static let act = Authority.Act.keepCase

    package var reason: String

    package init(reason: String) { self.reason = reason }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        guard work.case.isOwnerSought else { throw Refusal([Fault(.ownerSettled)]) }
        work.done(.findOwner)
        work.report(.kept(reason: reason, by: work.actor))
    }
}
