package import Domain

/// All consents are in force: Mapping calls a meeting (rules 12 and 14).
package struct Call: Command, Hashable {
    package var request: Request

    package init(_ request: Request) { self.request = request }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        try Refusal.unless(
            (planning.cooperation?.faultsIfBooked() ?? [])
                + (request.latestDate > context.today ? [] : [Fault(.latestDate, at: "latest_date")]))
        var cooperation =
            planning.cooperation ?? Cooperation(key: planning.key, request: request, stage: .idle(after: nil))
        (cooperation.request, cooperation.form, cooperation.uninvited) = (request, .room, [])
        (cooperation.outsiders, cooperation.isStopped) = ([], false)
        let invited = ParticipantTable(context.county).invited(to: request)
        let participants = cooperation.withPlan(invited.participants, in: context.county)
        var draft = Draft(cooperation, planning.agenda, context)
        draft.cooperation.uninvited = invited.uninvited
        guard invited.missing.isEmpty else {
            draft.cooperation.stage = .waiting(
                .init(participants, missingRoles: invited.missing), after: cooperation.former)
            draft.reportImpossible(invited.missing.map { .init(Fault(.roleNobody, ["role": $0])) })
            return draft.decision
        }
        draft.book(waiting: participants, first: context.noticed, nil)
        return draft.decision
    }
}
