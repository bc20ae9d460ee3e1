package import Domain

/// The case is still needed, for example in a trial. It is not erased until the hold is lifted (rule 23).
package struct HoldErasure: CaseCommand {
    package static let act = Authority.Act.holdErasure

    package var reason: String

    package init(reason: String) { self.reason = reason }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        guard work.case.hold == nil else { throw Refusal([Fault(.erasureHeld)]) }
        work.case.hold = .init(by: work.actor, reason: reason, at: work.context.now)
        work.case.retention?.erase = nil
        work.report(.held(reason: reason, by: work.actor))
    }
}
