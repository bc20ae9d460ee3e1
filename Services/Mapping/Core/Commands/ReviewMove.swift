package import Domain

/// Who owns the case after a move says what of where the child was goes on: who comes to the meeting, where it is held, and which
/// organisations the consents still cover (rule 2). By that a consent only becomes narrower (rule 13).
package struct ReviewMove: CaseCommand {
    package static let act = Authority.Act.reviewMove

    /// Of the organisations that are others where the child is now, those that the consents still cover.
    package var organisations: [Organisation]
    package var meeting: Relocation

    package init(organisations: [Organisation], meeting: Relocation) {
        (self.organisations, self.meeting) = (organisations, meeting)
    }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        guard let departure = work.case.departure else { throw Refusal([Fault(.moveReviewed)]) }
        let reviewed = work.case.organisationsToReview
        let dropped = reviewed.filter { !organisations.contains($0) }
        work.case.narrowConsents(without: dropped)
        work.case.departure = nil
        work.done(.reviewMove)
        work.report(
            .reviewed(
                .init(
                    departure, kept: reviewed.filter(organisations.contains), dropped: dropped, meeting: meeting,
                    by: work.actor)))
        work.reviewConsents()
        // A meeting that is called off has no place to keep.
        guard work.case.isMeetingRequested else { return }
        work.request(.relocate(meeting, from: departure, county: work.case.place.county))
    }
}
