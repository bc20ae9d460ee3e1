package import Domain

/// The family's word on the plan is answered (rule 17).
package struct AnswerConcern: Command, Hashable {
    package var text: String

    package init(text: String) { self.text = text }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called(for: .answerPlanConcern, else: .concernNone, by: actor, context)
        let isOpen = cooperation.agreement?.isConcernOpen == true
        try Refusal.unless(
            cooperation.faultsUnlessMay(.answerPlanConcern, actor, context)
                + (isOpen ? [] : [Fault(.concernNone, at: "case_reference")]))
        var draft = Draft(cooperation, planning.agenda, context)
        draft.cooperation.agreement?.isConcernOpen = false
        draft.report(.plan(.concernAnswered(.init(by: actor.id, text: text))))
        draft.note(done: [.answerFamily], next: nil)
        return draft.decision
    }
}
