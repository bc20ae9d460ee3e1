package import Domain

/// The case has another named person or unit: who leads now comes in place of who did (rule 2).
package struct HandOver: Command, Hashable {
    package var unit: String
    package var namedPerson: String

    package init(unit: String, namedPerson: String) { (self.unit, self.namedPerson) = (unit, namedPerson) }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let before = try planning.called()
        var draft = Draft(before, planning.agenda, context)
        (draft.cooperation.request.unit, draft.cooperation.request.namedPerson) = (unit, namedPerson)
        guard before.request.namedPerson != namedPerson else { return draft.decision }
        switch before.stage {
        case .booked(let meeting): handOver(meeting, before, &draft)
        // Whatever is booked next is booked for who leads now.
        case .waiting(let waiting, let former):
            draft.cooperation.stage = .waiting(
                waiting.replacing(led(waiting.participants, before, context.county)),
                after: led(former, before, context.county))
        case .idle(let former): draft.cooperation.stage = .idle(after: led(former, before, context.county))
        }
        return draft.decision
    }

    private func handOver(_ meeting: Meeting, _ before: Cooperation, _ draft: inout Draft) {
        let participants = led(meeting.participants, before, draft.county)
        // The window is that of a call made today: a later meeting beats one without whoever leads.
        let last = max(draft.context.today, meeting.day).plus(draft.county.settings.meetingDays)
        if draft.admit(participants, to: meeting, last: last) { return }
        // Who does not lead any more is not to come. Who leads now has been told why there is no time.
        draft.callOff(meeting)
        var former = draft.cooperation.former
        former?.meeting.participants = participants
        draft.cooperation.stage = .waiting(.init(participants), after: former)
        draft.cooperation.request.latestDate = last
        if draft.cooperation.agreement != nil { draft.alarm() }
    }

    /// Who leads now first, and without the one who led, unless they coordinate.
    private func led(_ participants: [Participant], _ before: Cooperation, _ county: County) -> [Participant] {
        let former = before.request.namedPerson
        let stays = before.agreement?.coordinator.person == former
        return [before.participant(namedPerson, in: county)]
            + participants.filter { $0.person != namedPerson && (stays || $0.person != former) }
    }

    private func led(
        _ former: Cooperation.Former?, _ before: Cooperation, _ county: County
    ) -> Cooperation.Former? {
        former.map { .init(leading($0.meeting, before, county), $0.end) }
    }

    private func leading(_ meeting: Meeting, _ before: Cooperation, _ county: County) -> Meeting {
        var meeting = meeting
        meeting.participants = led(meeting.participants, before, county)
        return meeting
    }
}
