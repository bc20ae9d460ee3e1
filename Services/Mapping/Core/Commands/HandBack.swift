package import Domain

/// Gives delegated work back to the named person (rule 6).
package struct HandBack: CaseCommand {
    package static let act = Authority.Act.handBack

    package init() {}

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        guard work.case.delegate != nil else { throw Refusal([Fault(.delegateNone)]) }
        work.case.delegate = nil
        work.report(.handedBack(to: work.case.owner.person, by: work.actor))
    }
}
