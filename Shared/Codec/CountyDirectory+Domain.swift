import Domain

extension Directory {
    /// Takes over one record of the topic `directory`: a county, or that it is gone.
    ///
    /// - Throws: where the county cannot be used; the one that was there stays.
    public mutating func take(_ county: String, _ value: Bytes?) throws {
        counties[county] = try value.map { try CountyDirectory(wire: $0).county() }
    }
}

extension CountyDirectory {
    /// Ids are part of keys and of Message-IDs.
    private static func isIdText(_ byte: UInt8) -> Bool {
        byte.isASCIIAlphanumeric || "-_.".utf8.contains(byte)
    }

    /// The county as a checked value: every reference leads somewhere, every word is one we know.
    ///
    /// - Throws: `Refusal` with all that is wrong, each by path.
    public func county() throws(Refusal) -> County {
        var faults: [Fault] = []
        func known<Word: RawRepresentable & CaseIterable>(
            _ word: String, _ path: String, _ type: Word.Type
        ) -> Word? where Word.RawValue == String {
            if let value = Word(rawValue: word) { return value }
            faults.append(Fault(at: path, notOneOf: type))
            return nil
        }
        func unique(_ ids: [String], _ path: String) -> Set<String> {
            var seen: Set<String> = []
            for (index, id) in ids.enumerated() where id.isEmpty || !seen.insert(id).inserted {
                faults.append(Fault(.directoryTwice, at: "\(path)[\(index)]"))
            }
            for (index, id) in ids.enumerated() where !id.utf8.allSatisfy(Self.isIdText) {
                faults.append(Fault(.directoryId, at: "\(path)[\(index)]"))
            }
            return seen
        }
        let codes = unique(municipalities.map(\.code), "municipalities")
        let unitIds = unique(units.map(\.id), "units")
        let peopleIds = unique(people.map(\.id), "people")
        /// A reference that may be left out, but not lead nowhere.
        func person(_ id: String, _ path: String) -> String? {
            if !id.isEmpty, !peopleIds.contains(id) {
                faults.append(Fault(.directoryReference, at: path, ["what": "people"]))
            }
            return id.isEmpty ? nil : id
        }
        if code.isEmpty || !code.allSatisfy({ $0.isASCII && $0.isUppercase }) {
            faults.append(Fault(.directoryCode, at: "code"))
        }

        var domainUnits: [String: County.Unit] = [:]
        for (index, unit) in units.enumerated() {
            let path = "units[\(index)]"
            if !codes.contains(unit.municipality) {
                faults.append(Fault(.directoryReference, at: "\(path).municipality", ["what": "municipalities"]))
            }
            let namedPerson = person(unit.namedPerson, "\(path).named_person")
            let manager = person(unit.manager, "\(path).manager")
            guard let kind = known(unit.kind, "\(path).kind", UnitKind.self) else { continue }
            domainUnits[unit.id] = County.Unit(
                id: unit.id, kind: kind, name: unit.name, municipality: unit.municipality, namedPerson: namedPerson,
                manager: manager, place: unit.place)
        }
        var domainPeople: [String: County.Person] = [:]
        for (index, member) in people.enumerated() {
            let path = "people[\(index)]"
            if !unitIds.contains(member.unit) {
                faults.append(Fault(.directoryReference, at: "\(path).unit", ["what": "units"]))
            }
            if EmailAddress(member.email) == nil { faults.append(Fault(.directoryEmail, at: "\(path).email")) }
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
            var absences: [ClosedRange<LocalDate>] = []
            for (index, absence) in member.absences.enumerated() {
                guard let from = LocalDate(absence.from), let to = LocalDate(absence.to), from <= to else {
                    faults.append(Fault(.directoryAbsence, at: "\(path).absences[\(index)]"))
                    continue
                }
                absences.append(from...to)
            }
            domainPeople[member.id] = County.Person(
                id: member.id, name: member.name, email: member.email, unit: member.unit, role: member.role,
                hours: hours, absences: absences, deputy: person(member.deputy, "\(path).deputy"),
                digest: member.digest)
        }
        var domainMunicipalities: [String: County.Municipality] = [:]
        for (index, municipality) in municipalities.enumerated() {
            // No concern may end without an owner (rule 2), so the last resort must have one.
            if domainUnits[municipality.fallbackUnit]?.namedPerson == nil {
                faults.append(Fault(.directoryFallback, at: "municipalities[\(index)].fallback_unit"))
            }
            domainMunicipalities[municipality.code] = County.Municipality(
                code: municipality.code, name: municipality.name, fallbackUnit: municipality.fallbackUnit)
        }
        let rows = participants.enumerated().compactMap { index, row -> County.ParticipantRow? in
            let path = "participants[\(index)]"
            let areas = row.areas.enumerated().compactMap { known($1, "\(path).areas[\($0)]", WheelArea.self) }
            if !people.contains(where: { $0.role == row.role }) {
                faults.append(Fault(.directoryRole, at: "\(path).role"))
            }
            return known(row.organisation, "\(path).organisation", Organisation.self).map {
                County.ParticipantRow(organisation: $0, areas: Set(areas), role: row.role, required: row.required)
            }
        }
        let function = person(countyFunction, "county_function")
        var domainRooms: [String: String] = [:]
        for unit in units where !unit.place.isEmpty { domainRooms[unit.place] = unit.municipality }
        for (index, room) in rooms.enumerated() {
            if !codes.contains(room.municipality) {
                faults.append(
                    Fault(.directoryReference, at: "rooms[\(index)].municipality", ["what": "municipalities"]))
            }
            if room.name.isEmpty || domainRooms.updateValue(room.municipality, forKey: room.name) != nil {
                faults.append(Fault(.directoryTwice, at: "rooms[\(index)].name"))
            }
        }
        var domainTravel: [String: [String: Int]] = [:]
        for (index, way) in travel.enumerated() {
            guard codes.contains(way.from), codes.contains(way.to), way.from != way.to, way.minutes > 0 else {
                faults.append(Fault(.directoryTravel, at: "travel[\(index)]"))
                continue
            }
            domainTravel[way.from, default: [:]][way.to] = Int(way.minutes)
            domainTravel[way.to, default: [:]][way.from] = Int(way.minutes)
        }
        let forumIds = unique(forums.map(\.id), "forums")
        let domainForums = forums.enumerated().compactMap { index, forum -> County.Forum? in
            let path = "forums[\(index)]"
            let areas = forum.areas.enumerated().compactMap { known($1, "\(path).areas[\($0)]", WheelArea.self) }
            guard forumIds.contains(forum.id), let first = LocalDate(forum.first),
                let hours = WorkingHours(forum.hours),
                peopleIds.contains(forum.chair), !forum.municipalities.isEmpty, forum.everyWeeks >= 0,
                codes.isSuperset(of: forum.municipalities), forum.minutes >= 0
            else {
                faults.append(Fault(.directoryForum, at: path))
                return nil
            }
            return County.Forum(
                id: forum.id, name: forum.name, municipalities: Set(forum.municipalities), areas: Set(areas),
                chair: forum.chair, place: forum.place, first: first, everyWeeks: max(1, Int(forum.everyWeeks)),
                hours: hours, minutes: forum.minutes == 0 ? 20 : Int(forum.minutes))
        }
        let domainSettings = domainSettings(&faults)
        guard faults.isEmpty else { throw Refusal(faults) }
        return County(
            code: code, name: name, settings: domainSettings, municipalities: domainMunicipalities, units: domainUnits,
            people: domainPeople, participants: rows, function: function, rooms: domainRooms, travel: domainTravel,
            forums: domainForums)
    }

    /// The settings; what is left out, or 0, is as ``County/Settings`` has it.
    private func domainSettings(_ faults: inout [Fault]) -> County.Settings {
        var result = County.Settings()
        func take(_ value: Int32, _ setting: WritableKeyPath<County.Settings, Int>) {
            if value > 0 { result[keyPath: setting] = Int(value) }
        }
        take(settings.adultAge, \.adultAge)
        take(settings.youthConsentAge, \.youthConsentAge)
        take(settings.acknowledgeDays, \.acknowledgeDays)
        take(settings.mappingDays, \.mappingDays)
        take(settings.consentDays, \.consentDays)
        take(settings.reminderDays, \.reminderDays)
        take(settings.escalationDays, \.escalationDays)
        take(settings.linkingHours, \.linkingHours)
        take(settings.noticeDays, \.noticeDays)
        take(settings.answerDays, \.answerDays)
        take(settings.followUpDays, \.followUpDays)
        take(settings.meetingDays, \.meetingDays)
        take(settings.meetingMinutes, \.meetingMinutes)
        take(settings.travelMinutes, \.travelMinutes)
        take(settings.slackDays, \.slackDays)
        if !settings.meetingLink.isEmpty { result.meetingLink = settings.meetingLink }
        if !settings.lunch.isEmpty {
            result.lunch = WorkingHours(settings.lunch)
            if result.lunch == nil { faults.append(Fault(.directoryHours, at: "settings.lunch")) }
        }
        if !settings.quietHours.isEmpty {
            // They end on the next day as a rule, so each half is read by itself.
            let times = settings.quietHours.split(separator: "-").map { WorkingHours("00:00-\($0)")?.to }
            if times.count == 2, let from = times[0], let to = times[1], from != to {
                result.quietHours = (from, to)
            } else {
                faults.append(Fault(.directoryQuiet, at: "settings.quiet_hours"))
            }
        }
        if !settings.beforeSchool.isEmpty {
            if let kind = UnitKind(rawValue: settings.beforeSchool), kind.stage == .beforeSchool {
                result.beforeSchool = kind
            } else {
                faults.append(
                    Fault(.wordUnknown, at: "settings.before_school", ["words": "preschool, child_health_centre"]))
            }
        }
        if !settings.autumnTerm.isEmpty {
            if let day = LocalDate("2000-\(settings.autumnTerm)") {
                result.autumnTerm = (day.month, day.day)
            } else {
                faults.append(Fault(.directoryTerm, at: "settings.autumn_term"))
            }
        }
        return result
    }

    private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
}
