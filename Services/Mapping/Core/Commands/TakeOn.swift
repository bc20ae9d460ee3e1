package import Domain

/// The named person confirms having seen the concerns so far (rule 6).
package struct TakeOn: CaseCommand {
    package static let act = Authority.Act.takeOn

    package init() {}

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        guard work.case.deadlines[.acknowledge] != nil else { throw Refusal([Fault(.nothingToTakeOn)]) }
        work.done(.acknowledge)
        work.report(.takenOn(by: work.actor))
    }
}
