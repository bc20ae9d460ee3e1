package import Domain

/// The meeting did not take place: it is called again (rule 19).
package struct CallAgain: Command, Hashable {
    package var reason: String

    package init(reason: String) { self.reason = reason }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called(for: .recordNotHeld, else: .meetingNone, by: actor, context)
        let faults =
            cooperation.faultsUnlessMay(.recordNotHeld, actor, context) + cooperation.faultsUnlessBegun(context.now)
        guard let meeting = cooperation.booked, faults.isEmpty else { throw Refusal(faults) }
        var draft = Draft(cooperation, planning.agenda, context, by: actor)
        draft.report(.notHeld(.init(meeting: meeting, by: actor.id, reason: reason)))
        let last = context.noticed.plus(context.county.settings.meetingDays)
        draft.rebook(meeting, .moved, first: context.noticed, last: last)
        return draft.decision
    }
}
