package import Domain

/// An organisation that question 5 names and from which nobody is to come to the meeting, and why (rules 11 and 14).
package struct Uninvited: Sendable, Hashable {
    package var organisation: Organisation
    package var why: Why

    package init(_ organisation: Organisation, _ why: Why) { (self.organisation, self.why) = (organisation, why) }

    package enum Why: Sendable, Hashable {
        /// The county has decided so, in its own words.
        case nobody(String)
        /// Nobody with this role is there for the child.
        case role(String)
        /// The table has no row for the areas found.
        case areas
        /// The only time there is does not suit whoever has this role, and who is not required.
        case time(role: String)
    }

    /// The sentence that says it.
    package var fault: Fault {
        switch why {
        case .nobody(let why): .nobody(from: organisation, .uninvitedNobody, ["why": why])
        case .role(let role): .nobody(from: organisation, .uninvitedRole, ["role": role])
        case .areas: .nobody(from: organisation, .uninvitedAreas)
        case .time(let role): .nobody(from: organisation, .uninvitedTime, ["role": role])
        }
    }
}

extension Draft {
    /// Somebody is not to come after all. Their organisation may then be without anybody.
    mutating func leaveOut(_ participant: Participant, _ why: (String) -> Uninvited.Why) {
        guard case .staff(let person, let role) = participant.party,
            let organisation = county.organisation(of: person, role: role),
            cooperation.request.organisations.contains(organisation)
        else { return }
        cooperation.uninvited.append(Uninvited(organisation, why(role)))
    }

    /// Ends the cooperation's search for people, as Mapping already knows.
    mutating func stopInviting() {
        if !cooperation.uninvited.isEmpty { reportUninvited([], due: nil) }
        uninvitedBefore = []
    }

    /// Says from which organisations nobody is to come, where a decision has changed that. What is new is a task of the named
    /// person, with a date (rules 14 and 19).
    mutating func reviewInvited() {
        let present = cooperation.organisationsInvited(in: county)
        let uninvited = cooperation.uninvited.filter { !present.contains($0.organisation) }.uniqued(on: \.organisation)
        guard uninvited != uninvitedBefore else { return cooperation.uninvited = uninvited }
        let known = Set(uninvitedBefore.map(\.organisation))
        let due = uninvited.allSatisfy { known.contains($0.organisation) } ? nil : context.answered
        reportUninvited(uninvited, due: due)
        if let due { note(next: .init(.invite, due)) } else if uninvited.isEmpty { note(done: [.invite], next: nil) }
    }

    private mutating func reportUninvited(_ uninvited: [Uninvited], due: LocalDate?) {
        cooperation.uninvited = uninvited
        report(.call(.nobodyInvited(.init(namedPerson: cooperation.request.namedPerson, uninvited, due: due))))
    }
}

extension Cooperation {
    /// The organisations of the staff who are to come, besides whoever leads: question 5 asks what is needed from others.
    fileprivate func organisationsInvited(in county: County) -> Set<Organisation> {
        Set(
            attendees.filter { !$0.isFamily && $0.person != request.namedPerson }
                .compactMap { county.organisation(of: $0.person) })
    }
}

extension County {
    /// Who has left the directory belongs where the table has their role.
    fileprivate func organisation(of person: String, role: String) -> Organisation? {
        organisation(of: person)
            ?? participants.first { if case .role(role, _) = $0.who { true } else { false } }?.organisation
    }
}
