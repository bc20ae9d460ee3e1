package import Domain

/// The named person confirms having seen the concerns so far (rule 6).
package struct TakeOn: CaseCommand {
    package static let act = Authority.Act.takeOn

    package init() {}

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        guard work.case.deadlines[.acknowledge] != nil else { throw Refusal([Fault(.nothingToTakeOn)]) }
        work.takeOn()
    }
}

extension CaseInHand {
    /// Takes on the concerns so far, if there are any that nobody has taken on.
    mutating func takeOn() {
        guard `case`.deadlines[.acknowledge] != nil else { return }
        done(.acknowledge)
        report(.takenOn(by: actor, county: `case`.place.county))
    }
}
