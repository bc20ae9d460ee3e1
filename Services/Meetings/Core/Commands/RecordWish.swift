package import Domain

/// Whom the child wants as coordinator. It is asked before the first meeting, and can be asked again (rule 15).
package struct RecordWish: Command, Hashable {
    package var wish: ChildsWish

    package init(_ wish: ChildsWish) { self.wish = wish }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called(for: .recordChildsWish, else: .cooperationNone, by: actor, context)
        try Refusal.unless(
            cooperation.faultsUnlessMay(.recordChildsWish, actor, context) + wish.faults(at: "wish", in: context.county)
        )
        var draft = Draft(cooperation, planning.agenda, context)
        draft.cooperation.wish = wish
        draft.report(.plan(.childsWish(.init(by: actor.id, wish))))
        return draft.decision
    }
}
