package import Domain

/// The case is erased: its meeting is called off, and nothing of the case is kept, nor in anybody's calendar (rule 23).
///
/// It is answered whatever is known of the case, since Mapping waits for the answer.
package struct Erase: Command, Hashable {
    package init() {}

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        guard let cooperation = planning.cooperation else { return Decision(planning, [.erased]) }
        var draft = Draft(cooperation, planning.agenda, context)
        if case .booked(let meeting) = cooperation.stage { draft.callOff(meeting) }
        let guardians = cooperation.request.guardians.map { Participant(.guardian($0), isRequired: false) }
        for participant in draft.cooperation.lastParticipants + guardians {
            draft.agenda.forget(cooperation.key, of: participant)
        }
        draft.report(.erased)
        return Decision(Planning(planning.key, nil, draft.agenda), draft.facts)
    }
}
