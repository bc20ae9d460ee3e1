package import Domain

/// Asks the other of the two that a child has before school for what they know (rules 2 and 7). Two organisations share then, so
/// everybody's consent must cover theirs (rule 13).
package struct AskCounterpart: CaseCommand {
    package static let act = Authority.Act.askCounterpart

    /// Of what they are asked; empty: of all that they know.
    package var areas: [WheelArea]

    package init(areas: [WheelArea]) { self.areas = areas }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        guard let counterpart = work.case.counterpart, !work.case.isProtected else {
            throw Refusal([Fault(.counterpartNone, at: "case_reference")])
        }
        let organisation = work.county?.units[counterpart.unit]?.kind.organisation
        try Refusal.unless(
            work.case.awaited(for: [organisation].compactMap(\.self), on: work.today).map(\.fault))
        work.case.counterpart?.asked = work.context.now
        work.case.counterpart?.answered = nil
        work.report(.counterpartAsked(counterpart, areas: areas, county: work.case.place.county, by: work.actor))
    }
}
