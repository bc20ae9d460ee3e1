package import Domain
package import Foundation

/// A participant's answer to an invitation (rule 18).
///
/// An answer to an earlier invitation changes nothing, nor does an older answer to the same: mail arrives in any order.
package struct Answer: Command, Hashable {
    /// The directory's id, a guardian's key, or ``Participant/child``; may be unknown where ``email`` is given.
    package var person: String
    /// Where the answer came from by mail.
    package var email: String?
    package var reply: Reply
    /// Of the invitation that is answered.
    package var sequence: Int32
    /// When it was given; nil: now.
    package var stamp: Date?

    package init(person: String, email: String?, _ reply: Reply, sequence: Int32, stamp: Date?) {
        (self.person, self.email, self.reply) = (person, email, reply)
        (self.sequence, self.stamp) = (sequence, stamp)
    }

    package enum Reply: Sendable, Hashable {
        case accepted, declined, tentative
        case delegated(to: String)

        package var attendance: Attendance {
            switch self {
            case .accepted: .accepted
            case .declined: .declined
            case .tentative: .tentative
            case .delegated: .delegated
            }
        }
    }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called()
        guard var meeting = cooperation.booked else { throw Refusal(cooperation.faultsUnlessBooked()) }
        // Somebody may be one of the staff, and here as a guardian.
        let names = [person, email.flatMap { cooperation.told[$0.lowercased()] }]
        guard let index = meeting.participants.firstIndex(where: { names.contains($0.person) }) else {
            throw Refusal([Fault(.participantUnknown, at: "person")])
        }
        let participant = meeting.participants[index]
        let given = stamp ?? context.now
        if sequence < meeting.sequence || given < participant.answer?.given ?? given {
            let answered = Answered(person: participant.person, answer: reply, sequence: sequence)
            return Decision(planning, [.answerOutdated(.init(answered, current: meeting.sequence))])
        }
        var draft = Draft(cooperation, planning.agenda, context)
        if case .delegated(let delegate) = reply {
            try Refusal.unless(faults(delegatingTo: delegate, participant, meeting, &draft))
        }
        // Somebody who had declined may have another meeting at that time.
        let comesBack = participant.isOptionalAndDeclined && reply != .declined
        if comesBack, !draft.agenda.isFree(participant, meeting, cooperation.key, in: context.county) {
            throw Refusal([Fault(.participantBusy, at: "answer")])
        }
        meeting.participants[index].answer = .init(reply.attendance, given: given)
        draft.cooperation.stage = .booked(meeting)
        draft.report(.answered(.init(person: participant.person, answer: reply, sequence: meeting.sequence)))
        switch reply {
        case .delegated(let delegate):
            var participants = meeting.participants
            participants[index] = cooperation.participant(
                delegate, isRequired: participant.isRequired, in: context.county)
            draft.admit(participants, to: meeting)
        case .declined where participant.isRequired:
            // The meeting moves, and this person is not asked for the same time again.
            draft.agenda.decline(meeting.slot, participant, cooperation.key)
            draft.rebook(meeting, .declined)
        case .declined,
            _ where comesBack:
            draft.agenda.release(meeting, cooperation.key)
            draft.agenda.reserve(meeting, cooperation.key, now: context.now)
        case .accepted, .tentative: break
        }
        return draft.decision
    }

    private func faults(
        delegatingTo delegate: String, _ participant: Participant, _ meeting: Meeting, _ draft: inout Draft
    ) -> [Fault] {
        let path = "delegate_to"
        if participant.isFamily { return [Fault(.personUnknown, at: path)] }
        let (cooperation, county) = (draft.cooperation, draft.county)
        let faults =
            county.faultsUnlessKnown(delegate, at: path)
            + cooperation.faultsUnlessCovered(delegate, at: path, in: county)
        guard faults.isEmpty else { return faults }
        let newcomer = cooperation.participant(delegate, in: county)
        return draft.agenda.isFree(newcomer, meeting, cooperation.key, in: county)
            ? [] : [Fault(.participantBusy, at: path)]
    }
}
