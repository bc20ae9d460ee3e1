package import Domain

extension CountyDirectory {
    /// The county as a checked value: every reference exists, and every word is in the glossary.
    ///
    /// - Throws: `Refusal` with all faults, each with its path.
    package func county() throws(Refusal) -> County {
        var check = CountyCheck(self)
        let county = check.county()
        try Refusal.unless(check.faults)
        return county
    }
}

/// Makes a county from a message part by part, and collects all faults.
private struct CountyCheck {
    let message: CountyDirectory
    private(set) var faults: [Fault] = []
    private var codes: Set<String> = []
    private var unitIds: Set<String> = []
    private var peopleIds: Set<String> = []

    init(_ message: CountyDirectory) { self.message = message }

    mutating func county() -> County {
        codes = unique(message.municipalities.map(\.code), "municipalities")
        unitIds = unique(message.units.map(\.id), "units")
        peopleIds = unique(message.people.map(\.id), "people")
        if message.code.isEmpty || !message.code.allSatisfy({ $0.isASCII && $0.isUppercase }) {
            faults.append(Fault(.directoryCode, at: "code"))
        }
        let units = units()
        let people = people()
        return County(
            code: message.code, name: message.name, settings: settings(),
            municipalities: municipalities(units), units: units, people: people, participants: participants(),
            function: person(message.countyFunction, "county_function"),
            privacyOfficer: person(message.privacyOfficer, "privacy_officer"), steeringGroup: steeringGroup(),
            rooms: rooms(), travel: travel(),
            forums: forums(), receipts: receipts(), doors: doors())
    }

    // MARK: Words and references

    private mutating func known<Word: RawRepresentable & CaseIterable>(
        _ word: String, _ path: String, _ type: Word.Type
    ) -> Word? where Word.RawValue == String {
        if let value = Word(rawValue: word) { return value }
        faults.append(Fault(at: path, notOneOf: type))
        return nil
    }

    private mutating func words<Word: RawRepresentable & CaseIterable & Hashable>(
        _ words: [String], _ path: String
    ) -> Set<Word> where Word.RawValue == String {
        Set(words.enumerated().compactMap { known($1, "\(path)[\($0)]", Word.self) })
    }

    /// Ids are part of keys and of Message-IDs.
    private mutating func unique(_ ids: [String], _ path: String) -> Set<String> {
        var seen: Set<String> = []
        for (index, id) in ids.enumerated() where id.isEmpty || !seen.insert(id).inserted {
            faults.append(Fault(.directoryTwice, at: "\(path)[\(index)]"))
        }
        for (index, id) in ids.enumerated() where !id.utf8.allSatisfy(Self.isIdText) {
            faults.append(Fault(.directoryId, at: "\(path)[\(index)]"))
        }
        return seen
    }

    private static func isIdText(_ byte: UInt8) -> Bool { byte.isASCIIAlphanumeric || "-_.".utf8.contains(byte) }

    /// A reference that may be empty. Otherwise its target must exist.
    private mutating func person(_ id: String, _ path: String) -> String? {
        if !id.isEmpty, !peopleIds.contains(id) { missing("people", path) }
        return id.isEmpty ? nil : id
    }

    private mutating func steeringGroup() -> Set<String> {
        Set(message.steeringGroup.enumerated().compactMap { person($1, "steering_group[\($0)]") })
    }

    private mutating func missing(_ what: String, _ path: String) {
        faults.append(Fault(.directoryReference, at: path, ["what": what]))
    }

    // MARK: Units and people

    private mutating func units() -> [String: County.Unit] {
        var units: [String: County.Unit] = [:]
        for (index, unit) in message.units.enumerated() {
            let path = "units[\(index)]"
            if !codes.contains(unit.municipality) { missing("municipalities", "\(path).municipality") }
            let namedPerson = person(unit.namedPerson, "\(path).named_person")
            let manager = person(unit.manager, "\(path).manager")
            guard let kind = known(unit.kind, "\(path).kind", UnitKind.self) else { continue }
            units[unit.id] = County.Unit(
                id: unit.id, kind: kind, name: unit.name, municipality: unit.municipality, namedPerson: namedPerson,
                manager: manager, place: unit.place, activity: unit.activity.isEmpty ? nil : unit.activity)
        }
        return units
    }

    private mutating func people() -> [String: County.Person] {
        var people: [String: County.Person] = [:]
        for (index, member) in message.people.enumerated() {
            let path = "people[\(index)]"
            if !unitIds.contains(member.unit) { missing("units", "\(path).unit") }
            let email = EmailAddress(member.email)
            if email == nil { faults.append(Fault(.directoryEmail, at: "\(path).email")) }
            let (hours, absences) = (hours(of: member, path), absences(of: member, path))
            let deputy = person(member.deputy, "\(path).deputy")
            guard let email else { continue }
            people[member.id] = County.Person(
                id: member.id, name: member.name, email: email, unit: member.unit, role: member.role, hours: hours,
                absences: absences, deputy: deputy, digest: member.digest,
                phone: member.phone.isEmpty ? nil : member.phone)
        }
        return people
    }

    private mutating func hours(of member: CountyDirectory.Person, _ path: String) -> [Int: WorkingHours] {
        var hours: [Int: WorkingHours] = [:]
        for (name, text) in member.hours.sorted(by: { $0.key < $1.key }) {
            guard let weekday = Self.weekdays.firstIndex(of: name), let span = WorkingHours(text) else {
                faults.append(Fault(.directoryHours, at: "\(path).hours.\(name)"))
                continue
            }
            hours[weekday + 1] = span
        }
        if member.hours.isEmpty {
            for weekday in 1...5 { hours[weekday] = WorkingHours(from: 8 * 60, to: 17 * 60) }
        }
        return hours
    }

    private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

    private mutating func absences(of member: CountyDirectory.Person, _ path: String) -> [ClosedRange<LocalDate>] {
        var absences: [ClosedRange<LocalDate>] = []
        for (index, absence) in member.absences.enumerated() {
            guard let from = LocalDate(absence.from), let to = LocalDate(absence.to), from <= to else {
                faults.append(Fault(.directoryAbsence, at: "\(path).absences[\(index)]"))
                continue
            }
            absences.append(from...to)
        }
        return absences
    }

    // MARK: Places

    private mutating func municipalities(_ units: [String: County.Unit]) -> [String: County.Municipality] {
        var municipalities: [String: County.Municipality] = [:]
        for (index, municipality) in message.municipalities.enumerated() {
            // No concern may end without an owner (rule 2), so the last resort must have one.
            if units[municipality.fallbackUnit]?.namedPerson == nil {
                faults.append(Fault(.directoryFallback, at: "municipalities[\(index)].fallback_unit"))
            }
            municipalities[municipality.code] = County.Municipality(
                code: municipality.code, name: municipality.name, fallbackUnit: municipality.fallbackUnit)
        }
        return municipalities
    }

    private mutating func rooms() -> [String: String] {
        var rooms: [String: String] = [:]
        for unit in message.units where !unit.place.isEmpty { rooms[unit.place] = unit.municipality }
        for (index, room) in message.rooms.enumerated() {
            if !codes.contains(room.municipality) { missing("municipalities", "rooms[\(index)].municipality") }
            if room.name.isEmpty || rooms.updateValue(room.municipality, forKey: room.name) != nil {
                faults.append(Fault(.directoryTwice, at: "rooms[\(index)].name"))
            }
        }
        return rooms
    }

    private mutating func travel() -> [String: [String: Int]] {
        var travel: [String: [String: Int]] = [:]
        for (index, way) in message.travel.enumerated() {
            guard codes.contains(way.from), codes.contains(way.to), way.from != way.to, way.minutes > 0 else {
                faults.append(Fault(.directoryTravel, at: "travel[\(index)]"))
                continue
            }
            travel[way.from, default: [:]][way.to] = Int(way.minutes)
            travel[way.to, default: [:]][way.from] = Int(way.minutes)
        }
        return travel
    }

    // MARK: Who meets

    private mutating func participants() -> [County.ParticipantRow] {
        var rows: [County.ParticipantRow] = []
        for (index, row) in message.participants.enumerated() {
            let path = "participants[\(index)]"
            let (stages, areas): (Set<Stage>, Set<WheelArea>) = (
                words(row.stages, "\(path).stages"), words(row.areas, "\(path).areas")
            )
            let who = who(row, path)
            guard let organisation = known(row.organisation, "\(path).organisation", Organisation.self) else {
                continue
            }
            rows.append(County.ParticipantRow(organisation: organisation, stages: stages, areas: areas, who: who))
        }
        checkCover(rows)
        return rows
    }

    private mutating func who(_ row: CountyDirectory.ParticipantRow, _ path: String) -> County.ParticipantRow.Who {
        if !row.nobody.isEmpty {
            if !row.role.isEmpty { faults.append(Fault(.directoryRow, at: "\(path).nobody")) }
            return .nobody(why: row.nobody)
        }
        if !message.people.contains(where: { $0.role == row.role }) {
            faults.append(Fault(.directoryRole, at: "\(path).role"))
        }
        return .role(row.role, isRequired: row.required)
    }

    /// An organisation that question 5 names must not vanish: for each stage the table says who comes, or that nobody does
    /// (rules 11 and 14).
    private mutating func checkCover(_ rows: [County.ParticipantRow]) {
        for organisation in Organisation.allCases {
            let stages = Stage.allCases.filter { stage in
                !rows.contains { $0.organisation == organisation && $0.holds(for: stage) }
            }
            if stages.isEmpty { continue }
            let values = ["code": organisation.rawValue, "stages": stages.map(\.rawValue).joined(separator: ", ")]
            faults.append(Fault(.directoryUncovered, at: "participants", values))
        }
    }

    private mutating func receipts() -> [String: String] {
        _ = unique(message.publishers.map(\.receipts), "publishers")
        var receipts: [String: String] = [:]
        for (index, publisher) in message.publishers.enumerated() {
            if publisher.source.isEmpty || receipts.updateValue(publisher.receipts, forKey: publisher.source) != nil {
                faults.append(Fault(.directoryTwice, at: "publishers[\(index)].source"))
            }
        }
        return receipts
    }

    private mutating func forums() -> [County.Forum] {
        let ids = unique(message.forums.map(\.id), "forums")
        var forums: [County.Forum] = []
        for (index, forum) in message.forums.enumerated() {
            let path = "forums[\(index)]"
            let areas: Set<WheelArea> = words(forum.areas, "\(path).areas")
            guard ids.contains(forum.id), let first = LocalDate(forum.first), let hours = WorkingHours(forum.hours),
                peopleIds.contains(forum.chair), !forum.municipalities.isEmpty, forum.everyWeeks >= 0,
                codes.isSuperset(of: forum.municipalities), forum.minutes >= 0
            else {
                faults.append(Fault(.directoryForum, at: path))
                continue
            }
            forums.append(
                County.Forum(
                    id: forum.id, name: forum.name, municipalities: Set(forum.municipalities), areas: areas,
                    chair: forum.chair, place: forum.place, first: first, everyWeeks: max(1, Int(forum.everyWeeks)),
                    hours: hours, minutes: forum.minutes == 0 ? 20 : Int(forum.minutes)))
        }
        return forums
    }

    // MARK: Doors

    private mutating func doors() -> [String: County.Door] {
        _ = unique(message.doors.map(\.id), "doors")
        var doors: [String: County.Door] = [:]
        for (index, door) in message.doors.enumerated() {
            let path = "doors[\(index)]"
            for (index, unit) in door.units.enumerated() where !unitIds.contains(unit) {
                missing("units", "\(path).units[\(index)]")
            }
            let names = [door.id] + door.accounts
            let kind = known(door.kind, "\(path).kind", County.Door.Kind.self)
            if !(1...10 ~= door.keys.count) || !peopleIds.isDisjoint(with: names)
                || (!door.source.isEmpty && kind != .system)
            {
                faults.append(Fault(.directoryDoor, at: path))
            }
            guard let kind else { continue }
            doors[door.id] = County.Door(
                id: door.id, kind: kind, keys: keys(of: door, path), isForStaff: door.staff, units: Set(door.units),
                source: door.source.isEmpty ? nil : door.source, accounts: Set(door.accounts))
        }
        return doors
    }

    private mutating func keys(of door: CountyDirectory.Door, _ path: String) -> [County.Door.Key] {
        _ = unique(door.keys.map(\.id), "\(path).keys")
        var keys: [County.Door.Key] = []
        for (index, key) in door.keys.enumerated() {
            let (from, until) = (LocalDate(key.from), LocalDate(key.until))
            guard let bytes = Base64URL.bytes(key.x), bytes.count == County.Door.Key.bytes,
                (from == nil) == key.from.isEmpty, (until == nil) == key.until.isEmpty,
                from.flatMap({ first in until.map { first <= $0 } }) ?? true
            else {
                faults.append(Fault(.directoryKey, at: "\(path).keys[\(index)]"))
                continue
            }
            keys.append(.init(id: key.id, bytes: bytes, from: from, until: until))
        }
        return keys
    }

    private mutating func settings() -> County.Settings {
        var check = SettingsCheck(message.settings)
        let settings = check.settings()
        faults += check.faults
        return settings
    }
}
