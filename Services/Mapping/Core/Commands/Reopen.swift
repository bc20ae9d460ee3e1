package import Domain

/// Opens the mapping again, whatever its outcome was. It is done anew (rule 10).
package struct Reopen: CaseCommand {
    package static let act = Authority.Act.reopen

    package var reason: String

    package init(reason: String) { self.reason = reason }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        if case .mapping = work.case.phase { throw Refusal([Fault(.mappingOpen)]) }
        work.reopen(reason: reason)
    }
}
