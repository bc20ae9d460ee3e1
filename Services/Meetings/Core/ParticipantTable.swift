import Domain

/// Who takes part: the named person, and for each organisation that question 5 names the roles that the county's table
/// gives for the child's stage and the areas found (rules 11 and 14).
struct ParticipantTable {
    private let county: County

    init(_ county: County) { self.county = county }

    /// What the table says of a call.
    struct Invited {
        var participants: [Participant]
        /// The required roles that nobody has.
        var missing: [String] = []
        /// The organisations for which no row has found anybody.
        var uninvited: [Uninvited] = []
    }

    func invited(to request: Request) -> Invited {
        let role = county.people[request.namedPerson]?.role ?? ""
        var invited = Invited(participants: [Participant(.staff(request.namedPerson, role: role), isRequired: true)])
        var covered: Set<Organisation> = []
        var reasons: [Organisation: Uninvited.Why] = [:]
        for row in county.participants where row.holds(for: request.stage) {
            guard request.organisations.contains(row.organisation),
                row.areas.isEmpty || !row.areas.isDisjoint(with: request.areas)
            else { continue }
            switch row.who {
            case .nobody(let why): reasons[row.organisation] = .nobody(why)
            case .role(let role, let isRequired):
                if let person = person(with: role, for: request) {
                    covered.insert(row.organisation)
                    invited.participants.invite(.staff(person.id, role: role), isRequired: isRequired)
                } else {
                    reasons[row.organisation] = reasons[row.organisation] ?? .role(role)
                    if isRequired { invited.missing.append(role) }
                }
            }
        }
        invited.uninvited = request.organisations.filter { !covered.contains($0) }.uniqued().map {
            Uninvited($0, reasons[$0] ?? .areas)
        }
        invited.participants += family(of: request)
        return invited
    }

    /// The family takes part in its own right. Without the guardians there is no meeting. The child may take part in
    /// another way, which is recorded (rules 7 and 12).
    private func family(of request: Request) -> [Participant] {
        request.guardians.map { Participant(.guardian($0), isRequired: true) }
            + [Participant(.child, isRequired: false)]
    }

    /// Who has the role: whoever leads, else at the unit that the child attends, else at the one that leads, else in its
    /// municipality, else in the county; by id, so that it is always the same.
    ///
    /// A school or preschool that the child does not attend learns of no child (rule 22).
    func person(with role: String, for request: Request) -> County.Person? {
        let municipality = county.units[request.unit]?.municipality
        let units = [request.attends, request.unit]
        func distance(_ person: County.Person) -> Int? {
            if person.id == request.namedPerson { return 0 }
            if let place = units.firstIndex(of: person.unit) { return 1 + place }
            guard let unit = county.units[person.unit], !unit.kind.isAttended else { return nil }
            return unit.municipality == municipality ? 3 : 4
        }
        let found = county.people.values.filter { $0.role == role }.compactMap { person in
            distance(person).map { (distance: $0, person: person) }
        }
        return found.min { ($0.distance, $0.person.id) < ($1.distance, $1.person.id) }?.person
    }
}

extension [Participant] {
    /// Somebody with several roles comes once.
    fileprivate mutating func invite(_ party: Participant.Party, isRequired: Bool) {
        let newcomer = Participant(party, isRequired: isRequired)
        if let index = firstIndex(where: { $0.person == newcomer.person }) {
            if isRequired { self[index].isRequired = true }
        } else {
            append(newcomer)
        }
    }
}
