package import Domain

/// The named person adds and removes participants, or says from which organisation nobody is needed, with a reason (rules 13
/// and 14).
package struct ChangeAttendees: Command, Hashable {
    /// The directory's ids.
    package var added: [String]
    package var removed: [String]
    /// Organisations that question 5 names, and from which nobody is needed after all.
    package var notNeeded: [Organisation]
    package var reason: String

    package init(added: [String], removed: [String], notNeeded: [Organisation] = [], reason: String) {
        (self.added, self.removed, self.notNeeded, self.reason) = (added, removed, notNeeded, reason)
    }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called(for: .changeParticipants, else: .meetingNone, by: actor, context)
        try Refusal.unless(
            cooperation.faultsUnlessMay(.changeParticipants, actor, context) + cooperation.faultsUnlessAhead()
                + faults(cooperation, context.county) + faultsIfCrowded(cooperation))
        var draft = Draft(cooperation, planning.agenda, context, by: actor)
        draft.report(.call(.participantsChanged(self, by: actor.id)))
        draft.cooperation.uninvited.removeAll { notNeeded.contains($0.organisation) }
        if added.isEmpty, removed.isEmpty { return draft.decision }
        switch cooperation.stage {
        case .idle: break
        case .waiting(let waiting, _):
            draft.bookAgain(changed(waiting.participants, cooperation, context.county), first: nil)
        case .booked(let meeting):
            draft.admit(changed(meeting.participants, cooperation, context.county), to: meeting)
        }
        return draft.decision
    }

    private func faults(_ cooperation: Cooperation, _ county: County) -> [Fault] {
        let kept = [cooperation.request.namedPerson, cooperation.agreement?.coordinator.person]
        return added.enumerated().flatMap { index, person in
            county.faultsUnlessKnown(person, at: "add[\(index)]")
                + cooperation.faultsUnlessCovered(person, at: "add[\(index)]", in: county)
        }
            + removed.enumerated().filter { kept.contains($0.element) }.map {
                Fault(.participantKept, at: "remove[\($0.offset)]")
            }
            + notNeeded.enumerated().filter { _, organisation in
                !cooperation.uninvited.contains { $0.organisation == organisation }
            }.map { Fault(.uninvitedNone, at: "not_needed[\($0.offset)]") }
    }

    /// Those who are responsible in the plan come besides, so this is half of what a meeting's record holds.
    private static let participantsLimit = 50

    private func faultsIfCrowded(_ cooperation: Cooperation) -> [Fault] {
        let others = Set(added).subtracting(cooperation.attendees.map(\.person))
        guard !others.isEmpty, cooperation.attendees.count + others.count > Self.participantsLimit else { return [] }
        return [Fault(.listLong, at: "add", ["limit": "\(Self.participantsLimit)"])]
    }

    private func changed(
        _ participants: [Participant], _ cooperation: Cooperation, _ county: County
    ) -> [Participant] {
        var changed = participants.filter { !removed.contains($0.person) }
        for person in added where !changed.contains(where: { $0.person == person }) {
            changed.append(cooperation.participant(person, in: county))
        }
        return changed
    }
}
