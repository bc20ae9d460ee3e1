package import Domain

/// Somebody who is required cannot come to a meeting any more, since they are on leave or taken elsewhere: it moves
/// (rule 18). Follows from the directory or a calendar; nobody sends it.
package struct MoveAway: Command, Hashable {
    package var person: String
    package var meeting: MeetingID
    package var why: Scheduled.Why

    package init(_ person: String, from meeting: MeetingID, _ why: Scheduled.Why) {
        (self.person, self.meeting, self.why) = (person, meeting, why)
    }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        guard let cooperation = planning.cooperation, let meeting = cooperation.booked, meeting.id == self.meeting,
            meeting.participants.contains(where: { $0.person == person && $0.isRequired })
        else { return Decision(planning) }
        var draft = Draft(cooperation, planning.agenda, context)
        draft.rebook(meeting, why)
        return draft.decision
    }
}
