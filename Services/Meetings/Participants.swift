import Codec
import Domain
import Foundation
import Streams

/// Who takes part: the named person, and for each organisation that question 5 names the roles that the county's table
/// gives for the areas found (rules 11 and 14).
enum Participants {
    /// The child's name among the participants: facts need not tell the key.
    static let child = "child"

    struct Choice {
        var participants: [Participant]
        /// Required rows for which nobody exists.
        var missing: [County.ParticipantRow]
    }

    static func choose(for command: CallMeeting, in county: County) -> Choice {
        let organisations = Set(command.organisations.compactMap(Organisation.init))
        let areas = Set(command.areas.compactMap(WheelArea.init))
        let municipality = county.units[command.unit]?.municipality
        var choice = Choice(
            participants: [
                .with {
                    ($0.person, $0.required) = (command.namedPerson, true)
                    $0.role = county.people[command.namedPerson]?.role ?? ""
                }
            ], missing: [])
        for row in county.participants where organisations.contains(row.organisation) {
            guard row.areas.isEmpty || !row.areas.isDisjoint(with: areas) else { continue }
            guard let person = person(with: row.role, near: municipality, in: county) else {
                if row.required { choice.missing.append(row) }
                continue
            }
            if let index = choice.participants.firstIndex(where: { $0.person == person.id }) {
                if row.required { choice.participants[index].required = true }
            } else {
                choice.participants.append(
                    .with { ($0.person, $0.role, $0.required) = (person.id, row.role, row.required) })
            }
        }
        // The family takes part in its own right. Without the guardians there is no meeting; the child may take part in
        // another way, which is recorded (rules 7 and 12).
        choice.participants += command.guardians.map { guardian in
            .with { ($0.person, $0.role, $0.required, $0.family) = (guardian, "guardian", true, true) }
        }
        if !command.child.isEmpty {
            choice.participants.append(
                .with { ($0.person, $0.role, $0.required, $0.family) = (child, "child", false, true) })
        }
        return choice
    }

    /// The one with the role in the child's municipality, else in the county; by id, so that it is always the same.
    static func person(with role: String, near municipality: String?, in county: County) -> County.Person? {
        let all = county.people.values.filter { $0.role == role }.sorted { $0.id < $1.id }
        return all.first { county.units[$0.unit]?.municipality == municipality } ?? all.first
    }
}

extension MeetingsProcessor {
    /// The named person adds and removes, with a reason.
    func change(_ command: ChangeParticipants, _ cooperation: inout Cooperation, _ turn: inout Turn) throws -> [Fault] {
        var faults = cooperation.isResponsible(command.by, on: CivilTime.day(of: turn.now))
        if !cooperation.hasMeeting, !cooperation.isWanted { faults.append(Fault(.meetingNone, at: "case_reference")) }
        if command.reason.isBlank { faults.append(Fault(.textMissing, at: "reason")) }
        for (index, person) in command.add.enumerated() {
            let path = "add[\(index)]"
            if cooperation.county.people[person] == nil { faults.append(Fault(.personUnknown, at: path)) }
            faults += cooperation.outsideConsent(person, at: path)
        }
        for (index, person) in command.remove.enumerated()
        where [cooperation.state.call.namedPerson, cooperation.state.coordinator.person].contains(person) {
            faults.append(Fault(.participantKept, at: "remove[\(index)]"))
        }
        guard faults.isEmpty else { return faults }
        let removed = Set(command.remove)
        var participants = cooperation.participants.filter { !removed.contains($0.person) }
        for person in command.add where !participants.contains(where: { $0.person == person }) {
            participants.append(cooperation.participant(person))
        }
        if cooperation.hasMeeting {
            try admit(participants, &cooperation, &turn)
        } else {
            cooperation.state.wanted = participants
            try bookWanted(first: nil, &cooperation, &turn)
        }
        return []
    }

    /// The case has another named person or unit: who leads now comes in place of who did (rule 2).
    func handOver(_ command: HandOverMeeting, _ cooperation: inout Cooperation, _ turn: inout Turn) throws -> [Fault] {
        guard cooperation.state.hasCall else { return [Fault(.meetingNone, at: "case_reference")] }
        let former = cooperation.state.call.namedPerson
        (cooperation.state.call.unit, cooperation.state.call.namedPerson) = (command.unit, command.namedPerson)
        let leaves = former == cooperation.state.coordinator.person ? [] : [former]
        let leads = cooperation.participant(command.namedPerson)
        func led(_ participants: [Participant]) -> [Participant] {
            [leads] + participants.filter { !(leaves + [leads.person]).contains($0.person) }
        }
        guard former != leads.person else { return [] }
        let (wanted, participants) = (cooperation.state.wanted, led(cooperation.state.meeting.participants))
        guard cooperation.hasMeeting else {
            // Whatever is booked next is booked for who leads now.
            if !wanted.isEmpty { cooperation.state.wanted = led(wanted) }
            if cooperation.state.hasMeeting { cooperation.state.meeting.participants = participants }
            return []
        }
        // The window is that of a call made today: better late than without whoever leads.
        let last = max(CivilTime.day(of: turn.now), CivilTime.day(of: cooperation.state.meeting.start.date))
            .plus(cooperation.county.settings.meetingDays)
        if try !admit(participants, last: last, &cooperation, &turn) {
            // Who does not lead any more is not to come; who leads now has been told why there is no time.
            try callOff(&cooperation, &turn)
            (cooperation.state.wanted, cooperation.state.meeting.participants) = (participants, participants)
            cooperation.state.call.latestDate = last.description
            if cooperation.state.hasPlan { try alarm(cooperation, &turn) }
        }
        return []
    }

    /// Lets others come to the meeting: at its time where those who are new can, else at another.
    ///
    /// - Returns: false where there is none; the meeting stays as it was, and that has been told.
    @discardableResult
    func admit(
        _ participants: [Participant], last: LocalDate? = nil, _ cooperation: inout Cooperation, _ turn: inout Turn
    ) throws -> Bool {
        let (meeting, county) = (cooperation.state.meeting, cooperation.county)
        let known = Set(meeting.participants.map(\.person))
        guard
            try participants.allSatisfy({
                try known.contains($0.person) || isFree($0, meeting, county, turn)
            })
        else { return try rebook("participants", participants: participants, last: last, &cooperation, &turn) }
        try amend("participants", &cooperation, &turn) { $0.participants = participants }
        return true
    }
}

extension Cooperation {
    /// Who comes to the meeting, or is to come to the one that has no time yet.
    var participants: [Participant] { hasMeeting ? state.meeting.participants : state.wanted }

    /// One of the staff as a participant.
    func participant(_ person: String, isRequired: Bool = true) -> Participant {
        .with {
            ($0.person, $0.required) = (person, isRequired)
            $0.role = county.people[person]?.role ?? ""
        }
    }

    /// Those, and the coordinator and whoever is responsible for a measure of the plan.
    func withPlan(_ participants: [Participant]) -> [Participant] {
        let people = (state.hasCoordinator ? [state.coordinator.person] : []) + state.plan.measures.map(\.responsible)
        let others = people.uniqued().filter { person in !participants.contains { $0.person == person } }
        return participants + others.map { participant($0) }
    }

    /// Says so where somebody's organisation is neither the one that leads nor one that the consents cover: what is
    /// said at a meeting reaches everybody there (rule 13).
    func outsideConsent(_ person: String, at path: String) -> [Fault] {
        guard let unit = county.people[person].flatMap({ county.units[$0.unit] }) else { return [] }
        let organisation = unit.kind.organisation
        let isCovered =
            organisation == county.units[state.call.unit]?.kind.organisation
            || state.call.organisations.contains(organisation.rawValue)
        return isCovered
            ? [] : [Fault(.consentScope, at: path, ["organisation": organisation.rawValue])]
    }
}
