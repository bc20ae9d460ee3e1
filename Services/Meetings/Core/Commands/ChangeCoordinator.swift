package import Domain

/// Another coordinator between two meetings: the child was asked first, and the family has one contact all the time (rules 15
/// and 21).
package struct ChangeCoordinator: Command, Hashable {
    package var coordinator: Coordinator

    package init(to coordinator: Coordinator) { self.coordinator = coordinator }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called(for: .changeCoordinator, else: .planNone, by: actor, context)
        let faults = faults(cooperation, by: actor, context)
        guard let former = cooperation.agreement?.coordinator, faults.isEmpty else { throw Refusal(faults) }
        var draft = Draft(cooperation, planning.agenda, context, by: actor)
        draft.cooperation.agreement?.coordinator = coordinator
        draft.cooperation.wish = coordinator.wish
        draft.report(
            .plan(.coordinatorChanged(.init(by: actor.id, former: former.person, to: coordinator))))
        draft.note(next: nil)
        seat(after: former.person, &draft)
        return draft.decision
    }

    /// The coordinator comes to the meeting. Who was coordinator comes still where they lead, or are responsible for a measure.
    private func seat(after former: String, _ draft: inout Draft) {
        let cooperation = draft.cooperation
        let measures = cooperation.agreement?.plan.measures ?? []
        let stays = former == cooperation.request.namedPerson || measures.contains { $0.responsible == former }
        let others = cooperation.attendees.filter { stays || $0.person != former }
        let participants = cooperation.withPlan(others, in: draft.county)
        switch cooperation.stage {
        case .idle: break
        case .waiting(let waiting, let former):
            draft.cooperation.stage = .waiting(waiting.replacing(participants), after: former)
        case .booked(let meeting): draft.admit(participants, to: meeting)
        }
    }

    private func faults(_ cooperation: Cooperation, by actor: Actor, _ context: CountyContext) -> [Fault] {
        let isSame = cooperation.agreement?.coordinator.person == coordinator.person
        return cooperation.faultsUnlessMay(.changeCoordinator, actor, context) + cooperation.faultsUnlessPlanned()
            + coordinator.faultsOfPerson(at: "coordinator", cooperation, in: context.county)
            + (coordinator.wish == nil
                ? [Fault(.coordinatorWish, at: "coordinator.wish")] : coordinator.faultsOfChoice(at: "coordinator"))
            + (isSame ? [Fault(.coordinatorSame, at: "coordinator.person")] : [])
    }
}
