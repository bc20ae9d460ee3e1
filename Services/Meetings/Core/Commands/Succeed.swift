package import Domain

/// One of the staff has left the directory: who has the role now comes in their place (rule 18). For the named person Mapping
/// says who it is. Follows from the directory; nobody sends it.
package struct Succeed: Command, Hashable {
    package var former: String
    package var meeting: MeetingID

    package init(_ former: String, at meeting: MeetingID) { (self.former, self.meeting) = (former, meeting) }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        guard let cooperation = planning.cooperation, let meeting = cooperation.booked, meeting.id == self.meeting,
            former != cooperation.request.namedPerson,
            let index = meeting.participants.firstIndex(where: { $0.person == former }),
            case .staff(_, let role) = meeting.participants[index].party
        else { return Decision(planning) }
        var participants = meeting.participants
        let left = participants.remove(at: index)
        let successor = ParticipantTable(context.county).person(with: role, for: cooperation.request)?.id
        if let successor, !participants.contains(where: { $0.person == successor }) {
            participants.insert(
                cooperation.participant(successor, isRequired: left.isRequired, in: context.county), at: index)
        }
        var draft = Draft(cooperation, planning.agenda, context)
        if draft.admit(participants, to: meeting), successor == nil {
            // The meeting stands without: the named person finds somebody, or does without.
            draft.leaveOut(left) { .role($0) }
            if left.isRequired { draft.reportImpossible([.init(Fault(.roleNobody, ["role": role]))]) }
        }
        return draft.decision
    }
}
