package import Domain

/// The named person or the coordinator has decided that the child or a guardian is told of the meeting as it is now, or that
/// it is called off; or of the plan, the coordinator or the next step. For each notice anew (rule 22).
package struct InformFamily: Command, Hashable {
    /// A guardian's key, or ``Participant/child``.
    package var to: String
    /// Of what; never empty.
    package var matters: [FamilyMatter]
    package var channel: Channel

    package init(to: String, of matters: [FamilyMatter] = [.meeting], _ channel: Channel) {
        (self.to, self.matters, self.channel) = (to, matters, channel)
    }

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
        let isOfMeeting = matters.contains(.meeting)
        let told = isOfMeeting ? told(cooperation) : nil
        let isWritten = channel.isWritten && cooperation.request.unwritten.contains(to)
        try Refusal.unless(
            cooperation.faultsUnlessMay(.tellFamily, actor, context)
                + (isOfMeeting && told == nil ? [Fault(.meetingNone, at: "case_reference")] : [])
                + (matters.contains(where: Self.isAgreed) ? cooperation.faultsUnlessPlanned() : [])
                + familyFaults(cooperation, told?.meeting)
                + (isWritten ? [Fault(.familyUnwritten, at: "channel")] : []))
        var draft = Draft(cooperation, planning.agenda, context)
        // From there they may answer the invitation, and from nowhere else: a corrected address was somebody else's.
        if case .email(let address) = channel, let meeting = told?.meeting {
            // Who is not to come any more has no address here, so that there are never more than participants.
            let participants = Set(meeting.participants.map(\.person))
            draft.cooperation.told = cooperation.told.filter { $0.value != to && participants.contains($0.value) }
            draft.cooperation.told[address.text.lowercased()] = to
        }
        let contact = cooperation.contact(in: context.county)
        draft.report(
            .family(.told(.init(told, of: matters, by: actor.id, to: to, channel: channel, contact: contact))))
        return draft.decision
    }

    /// There is a plan, with a coordinator, once a meeting has been held.
    private static func isAgreed(_ matter: FamilyMatter) -> Bool { matter == .plan || matter == .coordinator }

    /// Of a meeting somebody is told who is to come, or was.
    private func familyFaults(_ cooperation: Cooperation, _ meeting: Meeting?) -> [Fault] {
        guard let meeting else { return cooperation.faultsUnlessFamily(to, at: "to") }
        let isFamily = meeting.participants.contains { $0.isFamily && $0.person == to }
        return isFamily ? [] : [Fault(.familyUnknown, at: "to")]
    }

    /// The meeting that somebody can be told of, and whether it is called off; nil where there is none.
    private func told(_ cooperation: Cooperation) -> FamilyTold.OfMeeting? {
        if let meeting = cooperation.booked { return .init(meeting, isCancelled: false) }
        guard let former = cooperation.former, former.end != .held else { return nil }
        return .init(former.meeting, isCancelled: true)
    }
}
