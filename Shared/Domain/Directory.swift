/// Who exists: the counties that one installation serves, with their units, people and tables.
public struct Directory: Sendable {
    public var counties: [String: County]

    public init(_ counties: [String: County] = [:]) { self.counties = counties }

    /// The county in which a municipality lies.
    public func county(ofMunicipality code: String) -> County? {
        counties.values.first { $0.municipalities[code] != nil }
    }

    /// Where a source finds its own receipts; nil for a source that no county names.
    public func receipts(of source: String) -> String? {
        counties.sorted { $0.key < $1.key }.lazy.compactMap { $0.value.receipts[source] }.first
    }
}

/// One county of the agreement, as its directory file describes it.
public struct County: Sendable {
    public struct Municipality: Sendable {
        /// The four-digit code of Statistics Sweden.
        public var code: String
        public var name: String
        /// Where a concern goes when no unit matches (rule 2).
        public var fallbackUnit: String

        public init(code: String, name: String, fallbackUnit: String) {
            (self.code, self.name, self.fallbackUnit) = (code, name, fallbackUnit)
        }
    }

    public struct Unit: Sendable {
        public var id: String
        public var kind: UnitKind
        public var name: String
        public var municipality: String
        /// The unit's Barnets bästa-ansvarig.
        public var namedPerson: String?
        /// Is notified when a date has passed (rule 19).
        public var manager: String?
        /// Where meetings can be held.
        public var place: String
        /// Units with the same one delegate to each other: "inom sin verksamhet" (rule 6). Nil: the unit is one by itself.
        public var activity: String?

        public init(
            id: String, kind: UnitKind, name: String, municipality: String, namedPerson: String?, manager: String?,
            place: String, activity: String? = nil
        ) {
            (self.id, self.kind, self.name, self.municipality) = (id, kind, name, municipality)
            (self.namedPerson, self.manager, self.place) = (namedPerson, manager, place)
            self.activity = activity
        }
    }

    public struct Person: Sendable {
        public var id: String
        public var name: String
        public var email: EmailAddress
        public var unit: String
        public var role: String
        /// Working hours by weekday, 1 = Monday (ISO 8601).
        public var hours: [Int: WorkingHours]
        /// Days on leave, the last included.
        public var absences: [ClosedRange<LocalDate>]
        /// Who stands in on those days.
        public var deputy: String?
        /// Gets one message each working day with all notices that are not urgent.
        public var digest: Bool
        /// What a family that is invited to a meeting may ring.
        public var phone: String?

        public init(
            id: String, name: String, email: EmailAddress, unit: String, role: String, hours: [Int: WorkingHours],
            absences: [ClosedRange<LocalDate>] = [], deputy: String? = nil, digest: Bool = false,
            phone: String? = nil
        ) {
            (self.id, self.name, self.email) = (id, name, email)
            (self.unit, self.role, self.hours) = (unit, role, hours)
            (self.absences, self.deputy, self.digest) = (absences, deputy, digest)
            self.phone = phone
        }

        public func isAbsent(on day: LocalDate) -> Bool { absences.contains { $0.contains(day) } }
    }

    /// One row of the table that turns organisations, stages and areas into participants (rule 14).
    public struct ParticipantRow: Sendable {
        public var organisation: Organisation
        /// Empty: all stages.
        public var stages: Set<Stage>
        /// Empty: all areas.
        public var areas: Set<WheelArea>
        public var who: Who

        public enum Who: Sendable, Hashable {
            case role(String, isRequired: Bool)
            /// Nobody of the organisation comes, as the county has decided.
            case nobody(why: String)
        }

        public init(organisation: Organisation, stages: Set<Stage>, areas: Set<WheelArea>, who: Who) {
            (self.organisation, self.stages, self.areas, self.who) = (organisation, stages, areas, who)
        }

        public func holds(for stage: Stage) -> Bool { stages.isEmpty || stages.contains(stage) }
    }

    /// A standing group where an anonymous question can be raised (rule 5).
    public struct Forum: Sendable {
        public var id: String
        public var name: String
        public var municipalities: Set<String>
        /// Empty: all.
        public var areas: Set<WheelArea>
        public var chair: String
        public var place: String
        public var first: LocalDate
        /// Weeks between two meetings of the forum.
        public var everyWeeks: Int
        public var hours: WorkingHours
        /// For one question, in minutes.
        public var minutes: Int

        public init(
            id: String, name: String, municipalities: Set<String>, areas: Set<WheelArea>, chair: String, place: String,
            first: LocalDate, everyWeeks: Int, hours: WorkingHours, minutes: Int
        ) {
            (self.id, self.name, self.municipalities, self.areas) = (id, name, municipalities, areas)
            (self.chair, self.place, self.first, self.everyWeeks) = (chair, place, first, everyWeeks)
            (self.hours, self.minutes) = (hours, minutes)
        }

        /// The days on which the forum meets, from a day on, in order; never a public holiday.
        public func sittings(from day: LocalDate) -> some Sequence<LocalDate> {
            let passed = max(0, (day.number - first.number + 7 * everyWeeks - 1) / (7 * everyWeeks))
            return (0...).lazy.map { first.plus((passed + $0) * 7 * everyWeeks) }.filter { !WorkingDays.isHoliday($0) }
        }
    }

    /// A short code, for example `SRM`; the first part of every case reference.
    public var code: String
    public var name: String
    public var settings: Settings
    public var municipalities: [String: Municipality]
    public var units: [String: Unit]
    public var people: [String: Person]
    public var participants: [ParticipantRow]
    /// The county's own function. It is the last to be notified of a passed date (rule 19).
    public var function: String?
    /// Watches over who reads what, and is told of emergency access (rule 22). Nil: the county's function does.
    public var privacyOfficer: String?
    /// Those who see the county's numbers, and no case.
    public var steeringGroup: Set<String>
    /// Rooms by name, with their municipality: the units' places, and others.
    public var rooms: [String: String]
    /// Travel time in minutes from one municipality to another.
    public var travel: [String: [String: Int]]
    public var forums: [Forum]
    /// Systems that send reports: by source, the last part of the topic where it finds its own receipts.
    public var receipts: [String: String]
    /// Where commands come in, by id.
    public var doors: [String: Door]

    public init(
        code: String, name: String, settings: Settings, municipalities: [String: Municipality], units: [String: Unit],
        people: [String: Person], participants: [ParticipantRow], function: String? = nil,
        privacyOfficer: String? = nil, steeringGroup: Set<String> = [], rooms: [String: String] = [:],
        travel: [String: [String: Int]] = [:], forums: [Forum] = [], receipts: [String: String] = [:],
        doors: [String: Door] = [:]
    ) {
        (self.receipts, self.doors) = (receipts, doors)
        (self.rooms, self.travel, self.forums) = (rooms, travel, forums)
        (self.code, self.name, self.settings) = (code, name, settings)
        (self.municipalities, self.units, self.people) = (municipalities, units, people)
        (self.participants, self.function, self.privacyOfficer) = (participants, function, privacyOfficer)
        self.steeringGroup = steeringGroup
    }

    /// Who does a person's work on a day. On leave it is the deputy, or the deputy's deputy. Nil if all are on leave.
    public func acting(for person: String, on day: LocalDate) -> Person? {
        var seen: Set<String> = []
        var next: String? = person
        while let id = next, let found = people[id], seen.insert(id).inserted {
            if !found.isAbsent(on: day) { return found }
            next = found.deputy
        }
        return nil
    }

    /// Whether somebody works in a unit, or in one that the county lists as the same activity: "inom sin verksamhet" (rule 6).
    public func isInOwnActivity(_ person: Person, of unit: String) -> Bool {
        guard let own = units[unit], let theirs = units[person.unit] else { return false }
        return own.id == theirs.id || (own.activity != nil && own.activity == theirs.activity)
    }

    /// The organisation that somebody works in. Nil for who is not in the directory, and for a unit of no organisation.
    public func organisation(of person: String) -> Organisation? {
        people[person].flatMap { units[$0.unit]?.kind.organisation }
    }

    /// Whether somebody works in the same organisation as a unit, in the same municipality. They can be responsible for what
    /// the unit does itself (rule 10).
    public func isInOwnOrganisation(_ person: Person, of unit: String) -> Bool {
        guard let own = units[unit], let theirs = units[person.unit] else { return false }
        return Self.isOneOrganisation(own, theirs)
    }

    /// All people who work in the same organisation as a unit, in the same municipality (see ``isInOwnOrganisation(_:of:)``).
    public func peopleInOwnOrganisation(of unit: String) -> [Person] {
        guard let own = units[unit] else { return [] }
        // A county has thousands of people, and hundreds of units.
        let near = Set(units.values.lazy.filter { Self.isOneOrganisation(own, $0) }.map(\.id))
        return people.values.filter { near.contains($0.unit) }
    }

    private static func isOneOrganisation(_ own: Unit, _ theirs: Unit) -> Bool {
        own.kind.organisation == theirs.kind.organisation && own.municipality == theirs.municipality
    }

    /// The forums that accept a question from a municipality about one of these areas, by id.
    public func forums(for municipality: String, areas: Set<WheelArea>) -> [Forum] {
        forums.filter {
            $0.municipalities.contains(municipality) && ($0.areas.isEmpty || !$0.areas.isDisjoint(with: areas))
        }.sorted { $0.id < $1.id }
    }

    /// Travel time in minutes between two municipalities, if the county's file gives none.
    public static let farAway = 60

    /// Travel time in minutes between two rooms (rule 18).
    public func minutes(from place: String, to other: String) -> Int {
        if place == other { return 0 }
        guard let start = rooms[place], let end = rooms[other] else { return settings.travelMinutes }
        return start == end ? settings.travelMinutes : travel[start]?[end] ?? Self.farAway
    }

    /// All rooms, nearest first: the unit's own, then those of its municipality, then by travel time.
    public func rooms(near unit: String) -> [String] {
        let here = units[unit]
        func way(_ room: String) -> Int {
            if room == here?.place { return -1 }
            guard let municipality = here?.municipality, let there = rooms[room] else { return 0 }
            return municipality == there ? 0 : travel[municipality]?[there] ?? Self.farAway
        }
        return rooms.keys.map { (way($0), $0) }.sorted { $0 < $1 }.map(\.1)
    }

    /// What a county decides for itself; the sources give no numbers (rules 4, 12 and 19).
    public struct Settings: Sendable {
        /// From this age nobody is a child (rule 4).
        public var adultAge = 18
        /// From this age the youth's own consent is needed (rule 12).
        public var youthConsentAge = 15
        /// Which of the two is the named person before school (rule 2).
        public var beforeSchool = UnitKind.preschool
        /// Month and day on which the autumn term begins. Children move to the next stage on it (rule 2).
        public var autumnTerm = (month: 8, day: 15)
        /// Working days from receipt until a concern should be taken on (rule 19).
        public var acknowledgeDays = 2
        /// Working days from receipt until a mapping should be concluded (rule 19).
        public var mappingDays = 15
        /// Working days from the outcome until all consents should be recorded (rule 19).
        public var consentDays = 10
        /// Working days until a proposed move should be confirmed or declined, and one that was made reviewed (rules 2 and 19).
        public var moveDays = 5
        /// Working days from receipt until a fallback unit should have found who is to own the case (rules 2 and 19).
        public var ownerDays = 5
        /// Working days before a due date on which its owner is reminded (rule 19).
        public var reminderDays = 2
        /// Working days after a due date until the county's function is notified, after the unit's manager (rule 19).
        public var escalationDays = 3
        /// Hours within which reports from two systems about the same child and area are one concern.
        public var linkingHours = 48
        /// Working days between an invitation and its meeting (rule 18).
        public var noticeDays = 5
        /// Working days within which the family's word on the plan is answered (rule 17).
        public var answerDays = 2
        /// Days after a meeting within which its plan must be followed up (rule 17).
        public var followUpDays = 90
        /// Days within which a meeting must be held, if the call gives no last day.
        public var meetingDays = 21
        /// Travel time in minutes between two places in one municipality (rule 18).
        public var travelMinutes = 15
        /// Prefix of the link to a digital meeting; the meeting's id follows. Nil: no digital meetings.
        public var meetingLink: String?
        /// How many days after the earliest time a later one may be chosen, if it suits more people (rule 18).
        public var slackDays = 0
        /// What happens when calendars open and there is a time for a meeting that had none (rule 18).
        public var foundTime = FoundTime.book
        /// Hours in which no meeting is held (rule 18).
        public var lunch: WorkingHours?
        /// Hours in which only urgent notices are sent, in minutes from midnight. The end may be on the next day.
        public var quietHours: (from: Int, to: Int)?
        /// Hours until emergency access to a case ends by itself (rule 22).
        public var emergencyHours = 3
        /// The most that a county may set.
        public static let mostEmergencyHours = 24
        /// How long closed cases are kept (rule 23).
        public var retention = Retention()
        /// Days before a case's retention ends on which its owner and the county's function are warned (rule 23).
        public var erasureWarningDays = 30
        /// Length of a cooperation meeting, in minutes.
        public var meetingMinutes = 60
        /// Minutes after its signing for which the proof of who acts counts.
        public var proofMinutes = 10
        /// What whoever signs in at the desk must have at least; nil: any.
        public var minimumAssurance: Assurance?
        /// Whoever reported a concern hears that it was taken on, and that the case is closed (rule 22: nothing of its content).
        public var tellsReporters = false
        /// Reports over Kafka are taken from sources that have no key.
        public var takesUnsignedReports = false

        public init() {}
    }

    /// A time that was not there when a meeting was called for is booked at once, or proposed to whoever decides.
    public enum FoundTime: String, CaseIterable, Sendable {
        case book, propose
    }

    /// Months from closing until a case is erased, by the outcome that it closed after. Nil: not by itself (rule 23).
    public struct Retention: Sendable, Hashable {
        public var noOutcome: Int?
        public var nothingFurther: Int?
        public var ownMeasures: Int?
        public var cooperation: Int?
        /// The most that a county may set, and the most days of warning.
        public static let mostMonths = 1_200
        public static let mostWarningDays = 365

        public init() {}
    }
}
