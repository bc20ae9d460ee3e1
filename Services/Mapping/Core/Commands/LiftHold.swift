package import Domain

/// The case is not needed any more. If its time has ended, it is erased after a new warning (rule 23).
package struct LiftHold: CaseCommand {
    package static let act = Authority.Act.eraseChild

    package init() {}

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        guard work.case.hold != nil else { throw Refusal([Fault(.holdNone)]) }
        work.case.hold = nil
        work.report(.lifted(by: work.actor))
        work.reviewRetention()
    }
}
