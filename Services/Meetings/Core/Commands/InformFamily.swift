package import Domain

/// The named person or the coordinator has decided that the child or a guardian is told of the meeting as it is now, or that
/// it is called off. For each notice anew (rule 22).
package struct InformFamily: Command, Hashable {
    /// A guardian's key, or ``Participant/child``.
    package var to: String
    package var channel: Channel

    package init(to: String, _ channel: Channel) { (self.to, self.channel) = (to, channel) }

    /// How. For all but e-mail a person does it.
    package enum Channel: Sendable, Hashable {
        case email(EmailAddress)
        case letter, phone, inPerson

        var isWritten: Bool {
            switch self {
            case .email, .letter: true
            case .phone, .inPerson: false
            }
        }
    }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called(for: .tellFamily, else: .meetingNone, by: actor, context)
        let allowed = cooperation.faultsUnlessMay(.tellFamily, actor, context)
        guard let (meeting, isCancelled) = told(cooperation) else {
            throw Refusal(allowed + [Fault(.meetingNone, at: "case_reference")])
        }
        let isFamily = meeting.participants.contains { $0.isFamily && $0.person == to }
        let isWritten = channel.isWritten && cooperation.request.unwritten.contains(to)
        try Refusal.unless(
            allowed + (isFamily ? [] : [Fault(.familyUnknown, at: "to")])
                + (isWritten ? [Fault(.familyUnwritten, at: "channel")] : []))
        var draft = Draft(cooperation, planning.agenda, context)
        // From there they may answer, and from nowhere else: a corrected address was somebody else's.
        if case .email(let address) = channel {
            // Who is not to come any more has no address here, so that there are never more than participants.
            let participants = Set(meeting.participants.map(\.person))
            draft.cooperation.told = cooperation.told.filter { $0.value != to && participants.contains($0.value) }
            draft.cooperation.told[address.text.lowercased()] = to
        }
        draft.report(
            .familyTold(
                .init(meeting: meeting, by: actor.id, to: to, channel: channel, isCancelled: isCancelled)))
        return draft.decision
    }

    /// The meeting that somebody can be told of, and whether it is called off; nil where there is none.
    private func told(_ cooperation: Cooperation) -> (Meeting, isCancelled: Bool)? {
        if let meeting = cooperation.booked { return (meeting, false) }
        guard let former = cooperation.former, former.end != .held else { return nil }
        return (former.meeting, true)
    }
}
