package import Domain

/// The coordinator books the follow-up of a plan for which none is booked, or for which there was no time (rule 17).
package struct BookFollowUp: Command, Hashable {
    package var date: LocalDate

    package init(on date: LocalDate) { self.date = date }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called(for: .bookPlanFollowUp, else: .planNone, by: actor, context)
        try Refusal.unless(
            cooperation.faultsUnlessMay(.bookPlanFollowUp, actor, context) + cooperation.faultsUnlessPlanned()
                + cooperation.faultsIfBooked(at: "case_reference") + context.faultsUnlessAhead(date, at: "date"))
        var draft = Draft(cooperation, planning.agenda, context, by: actor)
        draft.cooperation.agreement?.plan.followUp = date
        draft.followUp(on: date)
        return draft.decision
    }
}
