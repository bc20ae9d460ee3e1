package import Domain
package import Foundation

/// A participant's answer to an invitation (rule 18).
///
/// An answer to another meeting than the one that stands changes nothing, nor does an answer to an earlier invitation, nor an
/// older answer to the same: mail arrives in any order.
package struct Answer: Command, Hashable {
    /// The directory's id, a guardian's key, or ``Participant/child``; may be unknown where ``email`` is given.
    package var person: String
    /// Where the answer came from; nil where it did not come by mail.
    package var email: String?
    /// Where its sender is told what could not be done with it; nil where nobody is to be written to.
    package var replyTo: String?
    package var reply: Reply
    package var invitation: Invitation
    /// When it was given; nil: now.
    package var stamp: Date?

    package init(
        person: String, email: String?, _ reply: Reply, to invitation: Invitation, stamp: Date?, replyTo: String? = nil
    ) {
        (self.person, self.email, self.replyTo, self.reply) = (person, email, replyTo, reply)
        (self.invitation, self.stamp) = (invitation, stamp)
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
        do { return try decided(on: planning, context) } catch {
            // Who sends a command reads its refusal. Who sent a mail does not.
            guard email != nil else { throw error }
            let person = planning.cooperation?.writer(person, at: email)
            let fact = forwarded(.refused(error.faults.map(\.code)), of: person, planning.cooperation)
            return Decision(planning, [.answerForwarded(fact)])
        }
    }

    private func decided(on planning: Planning, _ context: CountyContext) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called()
        if cooperation.invited(person, at: email) == nil, let outsider = cooperation.outsider(at: email) {
            return try decided(by: outsider, cooperation, on: planning, context)
        }
        guard !cooperation.lastParticipants.isEmpty else { throw Refusal(cooperation.faultsUnlessBooked()) }
        guard let participant = cooperation.invited(person, at: email) else {
            throw Refusal([Fault(.participantUnknown, at: "person")])
        }
        let answered = Answered(person: participant.person, answer: reply, to: invitation)
        guard let meeting = cooperation.booked, meeting.id == invitation.meeting else {
            let current = cooperation.booked.map(Invitation.init)
            return Decision(planning, [.answerOutdated(.init(answered, current: current, replyTo: replyTo))])
        }
        guard invitation.sequence <= meeting.sequence else { throw Refusal([Fault(.answerSequence, at: "sequence")]) }
        let given = given(at: context.now)
        if invitation.sequence < meeting.sequence || given < participant.answer?.given ?? given {
            return Decision(planning, [.answerOutdated(.init(answered, current: .init(meeting), replyTo: replyTo))])
        }
        if case .delegated = reply, email != nil {
            // Who may stand in for whom is the named person's to say. A mail only asks for it.
            let fact = forwarded(.delegated, of: participant.person, cooperation)
            return Decision(planning, [.answerForwarded(fact)])
        }
        return try take(answered, by: participant, given: given, meeting, Draft(cooperation, planning.agenda, context))
    }

    /// When it was given. A clock that runs ahead must not make every later answer an older one. A stamp has whole seconds (RFC 5545
    /// §3.3.5), so what is later in the same second is not older.
    func given(at now: Date) -> Date {
        let now = Date(timeIntervalSince1970: now.timeIntervalSince1970.rounded(.down))
        return min(stamp ?? now, now)
    }

    /// Carries out what is answered to the invitation that is in force.
    private func take(
        _ answered: Answered, by participant: Participant, given: Date, _ booked: Meeting, _ begun: Draft
    ) throws(Refusal) -> Decision<Planning> {
        var (meeting, draft) = (booked, begun)
        let (key, county) = (draft.cooperation.key, draft.county)
        if case .delegated(let delegate) = reply {
            try Refusal.unless(faults(delegatingTo: delegate, participant, meeting, &draft))
        }
        // Somebody who had declined may have another meeting at that time.
        let comesBack = participant.isOptionalAndDeclined && reply != .declined
        if comesBack, !draft.agenda.isFree(participant, meeting, key, in: county) {
            throw Refusal([Fault(.participantBusy, at: "answer")])
        }
        for index in meeting.participants.indices where meeting.participants[index].person == participant.person {
            meeting.participants[index].answer = .init(reply.attendance, given: given)
            if reply == .declined { meeting.participants[index].hasDeclinedOnce = true }
        }
        draft.cooperation.stage = .booked(meeting)
        draft.report(.answered(answered))
        switch reply {
        case .delegated(let delegate):
            let substitute = draft.cooperation.participant(delegate, isRequired: participant.isRequired, in: county)
            draft.admit(
                meeting.participants.map { $0.person == participant.person ? substitute : $0 }, to: meeting)
        case .declined where participant.isRequired && participant.hasDeclinedOnce:
            // Nobody moves a meeting on and on. A person finds out what is behind it.
            draft.report(.answerForwarded(forwarded(.declinedAgain, of: participant.person, draft.cooperation)))
        case .declined where participant.isRequired:
            // The meeting moves, and this person is not asked for the same time again.
            draft.agenda.decline(meeting.slot, participant, key)
            draft.rebook(meeting, .declined)
        case .declined,
            _ where comesBack:
            draft.agenda.release(meeting, key)
            draft.agenda.reserve(meeting, key, now: draft.context.now)
        case .accepted, .tentative: break
        }
        return draft.decision
    }

    func forwarded(
        _ why: AnswerForwarded.Why, of person: String?, _ cooperation: Cooperation?
    ) -> AnswerForwarded {
        AnswerForwarded(
            meeting: invitation.meeting, person: person, why, answer: reply, to: cooperation?.request.namedPerson,
            replyTo: replyTo)
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

extension Cooperation {
    /// Who has an id, or was told at an address last: of those invited, or of those from outside.
    func writer(_ person: String, at email: String?) -> String? {
        invited(person, at: email)?.person ?? outsider(at: email)?.id
    }

    /// Who of those invited to the meeting, or to the last one, has an id or was told at an address last.
    ///
    /// Somebody may be one of the staff, and here as a guardian.
    func invited(_ person: String, at email: String?) -> Participant? {
        let names = [person, email.flatMap { told[$0.lowercased()] }]
        return lastParticipants.first { names.contains($0.person) }
    }
}
