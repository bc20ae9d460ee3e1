import Codec
import Domain

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
    private static func person(with role: String, near municipality: String?, in county: County) -> County.Person? {
        let all = county.people.values.filter { $0.role == role }.sorted { $0.id < $1.id }
        return all.first { county.units[$0.unit]?.municipality == municipality } ?? all.first
    }
}
