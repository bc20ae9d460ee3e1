package import Domain

/// The child has moved, and who leads the case now has said who of where it was still comes to the meeting, and whether its room stays
/// (rules 2 and 14). In place of who does not come, whoever has their role where the child is now is invited.
package struct Relocate: Command, Hashable {
    /// Where the child was.
    package var departure: Departure
    /// The directory's ids: who of there still comes.
    package var kept: [String]
    package var keepsPlace: Bool

    package init(from departure: Departure, kept: [String], keepsPlace: Bool) {
        (self.departure, self.kept, self.keepsPlace) = (departure, kept, keepsPlace)
    }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called()
        var draft = Draft(cooperation, planning.agenda, context)
        let left = { (participant: Participant) in leaves(participant, cooperation, context.county) }
        switch cooperation.stage {
        case .booked(let meeting):
            relocate(meeting, &draft, leaving: meeting.participants.filter(left))
        case .waiting(let waiting, let former):
            draft.cooperation.stage = .waiting(
                waiting.replacing(succeeded(waiting.participants, &draft)), after: former)
            for participant in waiting.participants.filter(left) { draft.leaveOut(participant) { .role($0) } }
        case .idle(var former?):
            // A follow-up is booked for those who came last.
            former.meeting.participants = succeeded(former.meeting.participants, &draft)
            draft.cooperation.stage = .idle(after: former)
        case .idle(nil): break
        }
        return draft.decision
    }

    private func relocate(_ meeting: Meeting, _ draft: inout Draft, leaving: [Participant]) {
        let participants = succeeded(meeting.participants, &draft)
        var isDone = leaving.isEmpty
        if !keepsPlace, case .room = meeting.place {
            isDone = draft.rebook(meeting, .moved, participants: participants, first: meeting.day) || isDone
        } else if !leaving.isEmpty {
            isDone = draft.admit(participants, to: meeting)
        }
        for participant in leaving { draft.leaveOut(participant) { .role($0) } }
        if isDone { return }
        // There is no time with those who have the roles now. The named person has been told; who leaves does not come all the same.
        draft.amend(meeting, .participants) { $0.participants.removeAll(where: leaving.contains) }
    }

    /// Whoever leads or coordinates stays.
    private func leaves(_ participant: Participant, _ cooperation: Cooperation, _ county: County) -> Bool {
        let people = cooperation.people
        return !participant.isFamily && ![people.namedPerson, people.coordinator].contains(participant.person)
            && departure.holds(participant.person, in: county) && !kept.contains(participant.person)
    }

    private func succeeded(_ participants: [Participant], _ draft: inout Draft) -> [Participant] {
        let (cooperation, county) = (draft.cooperation, draft.county)
        let table = ParticipantTable(county)
        return participants.compactMap { participant -> Participant? in
            guard leaves(participant, cooperation, county), case .staff(_, let role) = participant.party else {
                return participant
            }
            guard let successor = table.person(with: role, for: cooperation.request)?.id,
                !departure.holds(successor, in: county)
            else { return nil }
            return cooperation.participant(successor, isRequired: participant.isRequired, in: county)
        }.uniqued(on: \.person)
    }
}
