import Domain

/// Who takes part: the named person, and for each organisation that question 5 names the roles that the county's table
/// gives for the areas found (rules 11 and 14).
struct ParticipantTable {
    private let county: County

    init(_ county: County) { self.county = county }

    /// Those who are invited, and the required rows for which nobody exists.
    func invited(to request: Request) -> (participants: [Participant], missing: [County.ParticipantRow]) {
        let (organisations, areas) = (Set(request.organisations), Set(request.areas))
        let municipality = county.units[request.unit]?.municipality
        let role = county.people[request.namedPerson]?.role ?? ""
        var invited = [Participant(.staff(request.namedPerson, role: role), isRequired: true)]
        var missing: [County.ParticipantRow] = []
        for row in county.participants where organisations.contains(row.organisation) {
            guard row.areas.isEmpty || !row.areas.isDisjoint(with: areas) else { continue }
            guard let person = person(with: row.role, near: municipality) else {
                if row.required { missing.append(row) }
                continue
            }
            if let index = invited.firstIndex(where: { $0.person == person.id }) {
                if row.required { invited[index].isRequired = true }
            } else {
                invited.append(Participant(.staff(person.id, role: row.role), isRequired: row.required))
            }
        }
        return (invited + family(of: request), missing)
    }

    /// The family takes part in its own right. Without the guardians there is no meeting. The child may take part in
    /// another way, which is recorded (rules 7 and 12).
    private func family(of request: Request) -> [Participant] {
        request.guardians.map { Participant(.guardian($0), isRequired: true) }
            + [Participant(.child, isRequired: false)]
    }

    /// The one with the role in the child's municipality, else in the county; by id, so that it is always the same.
    func person(with role: String, near municipality: String?) -> County.Person? {
        let all = county.people.values.filter { $0.role == role }.sorted { $0.id < $1.id }
        return all.first { county.units[$0.unit]?.municipality == municipality } ?? all.first
    }
}
