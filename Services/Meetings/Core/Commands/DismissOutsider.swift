package import Domain

/// Somebody from outside the directory is not to come after all.
package struct DismissOutsider: Command, Hashable {
    package var outsider: String
    package var reason: String

    package init(_ outsider: String, reason: String) { (self.outsider, self.reason) = (outsider, reason) }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called(for: .inviteOutsider, else: .meetingNone, by: actor, context)
        let allowed = cooperation.faultsUnlessMay(.inviteOutsider, actor, context)
        guard let known = cooperation.outsiders.first(where: { $0.id == outsider }) else {
            throw Refusal(allowed + [Fault(.outsiderUnknown, at: "outsider")])
        }
        try Refusal.unless(allowed)
        var draft = Draft(cooperation, planning.agenda, context)
        draft.cooperation.outsiders.removeAll { $0.id == outsider }
        draft.report(.call(.outsider(.dismissed(known, by: actor.id, reason: reason))))
        draft.tell(known, isCancelled: true)
        return draft.decision
    }
}
