import Domain

extension CountyDirectory {
    /// The county as a checked value: every reference leads somewhere, every word is one we know.
    ///
    /// - Throws: `Faults` with all that is wrong, each by path.
    public func county() throws(Faults) -> County {
        var faults: [Fault] = []
        func fault(_ path: String, _ swedish: String, _ english: String) {
            faults.append(Fault("directory.invalid", at: path, sv: swedish, en: english))
        }
        func known<Word: RawRepresentable & CaseIterable>(
            _ word: String, _ path: String, _ type: Word.Type
        ) -> Word? where Word.RawValue == String {
            if let value = Word(rawValue: word) { return value }
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            fault(path, "Ska vara något av: \(words).", "Must be one of: \(words).")
            return nil
        }
        func unique(_ ids: [String], _ path: String) {
            var seen: Set<String> = []
            for (index, id) in ids.enumerated() where id.isEmpty || !seen.insert(id).inserted {
                fault("\(path)[\(index)]", "Saknas eller finns två gånger.", "Missing, or there twice.")
            }
        }
        unique(municipalities.map(\.code), "municipalities")
        unique(units.map(\.id), "units")
        unique(people.map(\.id), "people")
        if code.isEmpty || !code.allSatisfy({ $0.isASCII && $0.isUppercase }) {
            fault("code", "Ska vara versaler, till exempel SRM.", "Must be capital letters, for example SRM.")
        }
        let unitIds = Set(units.map(\.id))
        let peopleIds = Set(people.map(\.id))
        let codes = Set(municipalities.map(\.code))

        var domainUnits: [String: County.Unit] = [:]
        for (index, unit) in units.enumerated() {
            let path = "units[\(index)]"
            let kind = known(unit.kind, "\(path).kind", UnitKind.self)
            if !codes.contains(unit.municipality) {
                fault("\(path).municipality", "Kommunen finns inte.", "No such municipality.")
            }
            if !unit.namedPerson.isEmpty, !peopleIds.contains(unit.namedPerson) {
                fault("\(path).named_person", "Personen finns inte.", "No such person.")
            }
            guard let kind else { continue }
            domainUnits[unit.id] = County.Unit(
                id: unit.id, kind: kind, name: unit.name, municipality: unit.municipality,
                namedPerson: unit.namedPerson.isEmpty ? nil : unit.namedPerson, place: unit.place)
        }
        var domainPeople: [String: County.Person] = [:]
        for (index, person) in people.enumerated() {
            let path = "people[\(index)]"
            if !unitIds.contains(person.unit) { fault("\(path).unit", "Enheten finns inte.", "No such unit.") }
            if !person.email.contains("@") { fault("\(path).email", "Ingen e-postadress.", "Not an e-mail address.") }
            var hours: [Int: WorkingHours] = [:]
            for (name, text) in person.hours {
                guard let weekday = Self.weekdays.firstIndex(of: name), let span = WorkingHours(text) else {
                    fault(
                        "\(path).hours.\(name)", "Ska vara monday: \"08:00-17:00\".", "Must be monday: \"08:00-17:00\"."
                    )
                    continue
                }
                hours[weekday + 1] = span
            }
            if person.hours.isEmpty {
                for weekday in 1...5 { hours[weekday] = WorkingHours(from: 8 * 60, to: 17 * 60) }
            }
            domainPeople[person.id] = County.Person(
                id: person.id, name: person.name, email: person.email, unit: person.unit, role: person.role,
                hours: hours)
        }
        var domainMunicipalities: [String: County.Municipality] = [:]
        for (index, municipality) in municipalities.enumerated() {
            let path = "municipalities[\(index)].fallback_unit"
            // No concern may end without an owner (rule 2), so the last resort must have one.
            if domainUnits[municipality.fallbackUnit]?.namedPerson == nil {
                fault(path, "Ska vara en enhet med ansvarig person.", "Must be a unit with a named person.")
            }
            domainMunicipalities[municipality.code] = County.Municipality(
                code: municipality.code, name: municipality.name, fallbackUnit: municipality.fallbackUnit)
        }
        let rows = participants.enumerated().compactMap { index, row -> County.ParticipantRow? in
            let path = "participants[\(index)]"
            let areas = row.areas.enumerated().compactMap { known($1, "\(path).areas[\($0)]", WheelArea.self) }
            if !people.contains(where: { $0.role == row.role }) {
                fault("\(path).role", "Ingen person har rollen.", "Nobody has this role.")
            }
            return known(row.organisation, "\(path).organisation", Organisation.self).map {
                County.ParticipantRow(organisation: $0, areas: Set(areas), role: row.role, required: row.required)
            }
        }
        let beforeSchool = known(
            settings.beforeSchool.isEmpty ? UnitKind.preschool.rawValue : settings.beforeSchool,
            "settings.before_school", UnitKind.self)
        guard faults.isEmpty, let beforeSchool else { throw Faults(faults) }
        func number(_ value: Int32, _ standard: Int) -> Int { value > 0 ? Int(value) : standard }
        return County(
            code: code, name: name,
            settings: County.Settings(
                adultAge: number(settings.adultAge, 18), youthConsentAge: number(settings.youthConsentAge, 15),
                beforeSchool: beforeSchool, mappingDays: number(settings.mappingDays, 21),
                meetingDays: number(settings.meetingDays, 21), meetingMinutes: number(settings.meetingMinutes, 60)),
            municipalities: domainMunicipalities, units: domainUnits, people: domainPeople, participants: rows)
    }

    private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
}
