package import Domain

/// The owner has looked at the no of somebody who is not on record, such as one with a typing error. It does not count any more, and
/// the privacy officer is told why (rule 13).
///
/// The no of a guardian on record, or of the youth, cannot be ended so. They alone can consent.
package struct EndObjection: CaseCommand {
    package static let act = Authority.Act.endObjection

    /// As it was recorded.
    package var giver: Giver
    package var reason: String

    package init(_ giver: Giver, reason: String) { (self.giver, self.reason) = (giver, reason) }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        guard work.case.objections.contains(giver) else { throw Refusal([Fault(.objectionNone, at: "giver")]) }
        work.case.consents[giver] = nil
        work.report(
            .objectionEnded(
                giver, reason: reason, by: work.actor, to: work.county?.privacyOfficer ?? work.county?.function,
                county: work.case.place.county))
        work.reviewConsents()
    }
}
