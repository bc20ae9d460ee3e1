package import Domain

/// Calendars may have opened: a time is looked for again for those who wait for one, and booked, or proposed to who decides, as
/// the county has it (rule 18). Follows from the morning or from a calendar; nobody sends it.
///
/// As long as there is none, nothing is said again: everybody has been told.
package struct SeekTime: Command, Hashable {
    package init() {}

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        guard let cooperation = planning.cooperation, case .waiting(let waiting, let former) = cooperation.stage else {
            return Decision(planning)
        }
        var draft = Draft(cooperation, planning.agenda, context)
        draft.seek(filled(waiting, for: cooperation, context.county), after: former)
        return draft.decision
    }

    /// With whoever has a required role now that nobody had when the meeting was called for.
    private func filled(
        _ waiting: Cooperation.Waiting, for cooperation: Cooperation, _ county: County
    ) -> Cooperation.Waiting {
        var filled = waiting
        let table = ParticipantTable(county)
        for role in waiting.missingRoles {
            guard let person = table.person(with: role, for: cooperation.request) else { continue }
            filled.missingRoles.removeAll { $0 == role }
            filled.participants.removeAll { $0.person == person.id }
            filled.participants.append(Participant(.staff(person.id, role: role), isRequired: true))
        }
        return filled
    }
}

extension Draft {
    fileprivate mutating func seek(_ waiting: Cooperation.Waiting, after former: Cooperation.Former?) {
        cooperation.stage = .waiting(waiting, after: former)
        guard waiting.missingRoles.isEmpty else { return }
        switch find(waiting.participants, first: earliest, last: cooperation.request.latestDate) {
        case .choice(let choice)?:
            switch county.settings.foundTime {
            case .book: book(waiting.participants, at: choice, whyWaiting)
            case .propose: propose(choice.slot, to: waiting, after: former)
            }
        case .none(let obstacles)? where waiting.proposed != nil:
            // What was proposed is taken by now.
            cooperation.stage = .waiting(waiting.replacing(waiting.participants), after: former)
            reportImpossible(obstacles)
        case .none?, .unread?, nil: break
        }
    }

    /// An earlier time than the one that was proposed is not proposed, too: whoever books gets the earliest.
    private mutating func propose(
        _ slot: Scheduler.Slot, to waiting: Cooperation.Waiting, after former: Cooperation.Former?
    ) {
        if let known = waiting.proposed, slot.start <= known.start { return }
        var waiting = waiting
        waiting.proposed = slot
        cooperation.stage = .waiting(waiting, after: former)
        report(.call(.proposed(Proposed(slot, to: concerned))))
    }
}
