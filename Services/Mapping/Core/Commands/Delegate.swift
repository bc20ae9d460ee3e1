package import Domain

/// Delegates the work to somebody in the same unit or activity. The responsibility stays: "inom sin verksamhet" (rule 6).
package struct Delegate: CaseCommand {
    package static let act = Authority.Act.delegate

    /// The person's id in the directory.
    package var to: String

    package init(to: String) { self.to = to }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        guard let county = work.county, let person = county.people[to] else {
            throw Refusal([Fault(.personUnknown, at: "to")])
        }
        guard county.isInOwnActivity(person, of: work.case.owner.unit) else {
            throw Refusal([Fault(.delegateOutside, at: "to")])
        }
        work.case.delegate = to
        work.report(.delegated(to: to, county: work.case.place.county, by: work.actor))
    }
}
