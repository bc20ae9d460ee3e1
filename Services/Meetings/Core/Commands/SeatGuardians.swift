package import Domain

/// The case has other guardians, or to others nobody writes: who comes to its meeting follows (rules 12 and 22).
package struct SeatGuardians: Command, Hashable {
    /// The keys of those who take part.
    package var guardians: [String]
    /// Those of them to whom nobody writes.
    package var unwritten: [String]
    package var isProtected: Bool

    package init(guardians: [String], unwritten: [String], isProtected: Bool) {
        (self.guardians, self.unwritten, self.isProtected) = (guardians, unwritten, isProtected)
    }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        var draft = Draft(try planning.called(), planning.agenda, context)
        (draft.cooperation.request.guardians, draft.cooperation.request.unwritten) = (guardians, unwritten)
        // An answer from where nobody writes any more is nobody's.
        draft.cooperation.told = draft.cooperation.told.filter { address in
            address.value == Participant.child
                || guardians.contains(address.value) && !unwritten.contains(address.value)
        }
        if isProtected { draft.protect() } else { draft.cooperation.request.isProtected = false }
        switch draft.cooperation.stage {
        case .booked(let meeting):
            let seated = seated(meeting.participants)
            if seated.map(\.person) != meeting.participants.map(\.person) { draft.admit(seated, to: meeting) }
        case .waiting(let waiting, let former):
            draft.cooperation.stage = .waiting(
                waiting.replacing(seated(waiting.participants)), after: former.map(seated))
        case .idle(let former): draft.cooperation.stage = .idle(after: former.map(seated))
        }
        return draft.decision
    }

    /// Whoever stays keeps what they have answered.
    private func seated(_ participants: [Participant]) -> [Participant] {
        let kept = participants.filter { participant in
            guard case .guardian(let key) = participant.party else { return true }
            return guardians.contains(key)
        }
        let known = Set(kept.map(\.person))
        return kept + guardians.filter { !known.contains($0) }.map { Participant(.guardian($0), isRequired: true) }
    }

    private func seated(_ former: Cooperation.Former) -> Cooperation.Former {
        var former = former
        former.meeting.participants = seated(former.meeting.participants)
        return former
    }
}
