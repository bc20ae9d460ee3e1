package import Domain

/// The named person or the coordinator invites somebody from outside the directory to the meeting that is booked or waits for a time,
/// and says why. Every consent must let people from outside take part, and the family was asked about this one (rules 12, 13 and 22).
package struct InviteOutsider: Command, Hashable {
    package var details: Personal<Outsider.Details>
    package var reason: String
    /// The guardians, and the youth where their consent is needed, were asked about this person.
    package var isFamilyAsked: Bool
    /// The suite writes to them. Else a person tells them.
    package var isWritten: Bool

    package init(_ details: Outsider.Details, reason: String, isFamilyAsked: Bool, isWritten: Bool) {
        (self.details, self.reason) = (Personal(details), reason)
        (self.isFamilyAsked, self.isWritten) = (isFamilyAsked, isWritten)
    }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called(for: .inviteOutsider, else: .meetingNone, by: actor, context)
        try Refusal.unless(
            cooperation.faultsUnlessMay(.inviteOutsider, actor, context) + cooperation.faultsUnlessAhead()
                + faults(cooperation))
        var draft = Draft(cooperation, planning.agenda, context)
        let known = known(cooperation)
        let outsider = Outsider(
            id: known?.id ?? OutsiderID.of(context.commandId), details.reveal, isWritten: isWritten,
            answer: known?.answer)
        draft.cooperation.outsiders.removeAll { $0.id == outsider.id }
        draft.cooperation.outsiders.append(outsider)
        draft.report(.call(.outsider(.invited(outsider, by: actor.id, reason: reason))))
        draft.tell(outsider)
        return draft.decision
    }

    /// Who is invited at this address already is decided on anew.
    private func known(_ cooperation: Cooperation) -> Outsider? {
        guard let email = details.reveal.email?.text.lowercased() else { return nil }
        return cooperation.outsiders.first { $0.details.reveal.email?.text.lowercased() == email }
    }

    private func faults(_ cooperation: Cooperation) -> [Fault] {
        var faults: [Fault] = []
        if !cooperation.request.admitsOutsiders { faults.append(Fault(.outsiderConsent, at: "outsider")) }
        if !isFamilyAsked { faults.append(Fault(.outsiderUnasked, at: "asked")) }
        if isWritten, details.reveal.email == nil { faults.append(Fault(.outsiderEmail, at: "outsider.email")) }
        if known(cooperation) == nil, cooperation.outsiders.count >= Cooperation.outsidersLimit {
            faults.append(Fault(.listLong, at: "outsider", ["limit": "\(Cooperation.outsidersLimit)"]))
        }
        return faults
    }
}
