package import Domain

/// The family's word that something in the plan is not followed, recorded by anyone who hears it. It reaches the coordinator
/// at once and waits for an answer (rule 17).
package struct ReportConcern: Command, Hashable {
    package var text: String

    package init(text: String) { self.text = text }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let faults =
            planning.faultsUnlessMay(.reportPlanConcern, actor, context)
            + (planning.cooperation?.faultsUnlessPlanned() ?? [Fault(.planNone, at: "case_reference")])
        guard let cooperation = planning.cooperation, faults.isEmpty else { throw Refusal(faults) }
        var draft = Draft(cooperation, planning.agenda, context)
        draft.cooperation.agreement?.isConcernOpen = true
        draft.report(
            .plan(
                .concernReported(
                    .init(by: actor.id, coordinator: cooperation.contact(in: context.county), text: text))))
        draft.note(next: .init(.answerFamily, context.answered))
        return draft.decision
    }
}
