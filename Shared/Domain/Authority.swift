/// Who may do what to a case and to its cooperation (rules 6, 12, 13 and 15). The same table holds in every service.
///
/// The roles are columns, the acts are rows; see ``Act``.
public enum Authority {
    /// What somebody can be to a case.
    public enum Role: CaseIterable, Sendable {
        /// Barnets bästa-ansvarig: owns the case.
        case namedPerson
        /// Stands in for the named person on a day of absence.
        case namedPersonsDeputy
        /// Manages the unit that owns the case.
        case unitsManager
        case countysFunction
        /// Does the work; the responsibility stays with the named person (rule 6).
        case delegate
        case delegatesDeputy
        /// Samordningsperson: responsible for the plan (rule 15).
        case coordinator
        case coordinatorsDeputy
        /// Anyone who stands in the county's directory.
        case anyoneInDirectory
        /// No identity is required (rule 13).
        case anybody
    }

    /// Who has which role in one case. Nil: nobody has it.
    public struct People: Sendable, Hashable {
        /// The unit that owns the case, by id.
        public var unit: String
        public var namedPerson: String
        public var delegate: String?
        public var coordinator: String?

        public init(unit: String, namedPerson: String, delegate: String? = nil, coordinator: String? = nil) {
            (self.unit, self.namedPerson, self.delegate, self.coordinator) = (unit, namedPerson, delegate, coordinator)
        }
    }

    /// The faults if somebody may not do something: they are unknown, or not allowed.
    ///
    /// - Parameters:
    ///   - county: the case's county; nil if the directory does not have it. Then everybody is unknown.
    ///   - day: decides who is on leave.
    public static func faults(
        _ act: Act, by actor: Actor, of people: People, in county: County?, on day: LocalDate
    ) -> [Fault] {
        if act.roles.contains(.anybody) { return [] }
        guard case .person(let person) = actor, let county, county.people[person] != nil else {
            return [Fault(.personUnknown, at: "by")]
        }
        let isAllowed = act.roles.contains { people.has($0, person, in: county, on: day) }
        return isAllowed ? [] : [Fault(.personNotAllowed, at: "by")]
    }
}

extension Authority {
    /// Something that people do to a case. It cannot be written without saying who may.
    public struct Act: Sendable, Hashable {
        public let roles: Set<Role>
        /// Where the case must stand for it.
        public let requirement: Requirement

        private init(_ roles: [Role], _ requirement: Requirement = .open) {
            (self.roles, self.requirement) = (Set(roles), requirement)
        }

        private static let lead: [Role] = [.namedPerson, .namedPersonsDeputy, .unitsManager, .countysFunction]
        private static let work: [Role] = [.delegate, .delegatesDeputy]
        private static let coordinate: [Role] = [.coordinator, .coordinatorsDeputy]

        // The mapping (rules 6 to 13).
        public static let takeOn = Act(lead + work)
        public static let delegate = Act(lead)
        public static let handBack = Act(lead + work)
        public static let addInformation = Act([.anyoneInDirectory], .mapping)
        public static let correctInformation = Act(lead + work)
        /// Asks the other of the two that a child has before school (rule 2).
        public static let askCounterpart = Act(lead + work, .mapping)
        public static let recordAnswers = Act(lead + work, .mapping)
        public static let recordConsent = Act(lead + work)
        /// Nothing blocks a refusal or withdrawal (rule 13).
        public static let withholdConsent = Act([.anybody], .anyPhase)
        public static let judgeMaturity = Act(lead)
        /// Adds, merges, corrects and removes guardians (rule 12).
        public static let changeGuardians = Act(lead)
        /// Ends the refusal or withdrawal of somebody who is not on record (rule 13).
        public static let endObjection = Act(lead)
        public static let conclude = Act(lead, .mapping)
        public static let followUp = Act(lead)
        public static let reopen = Act(lead)
        /// Also confirms or declines a move that a report proposes.
        public static let moveCase = Act(lead)
        /// Records that a case stays with the municipality's fallback unit (rule 2).
        public static let keepCase = Act(lead)
        /// Confirms a proposed move for the unit that takes the case. The people are that unit's (rule 2).
        public static let takeOver = Act([.namedPerson, .namedPersonsDeputy, .unitsManager])
        /// Sees to what came with the case after a move (rule 2).
        public static let reviewMove = Act(lead)
        /// Whoever needs it in an emergency. What they may read then is in ``Reading``.
        public static let openInEmergency = Act([.anyoneInDirectory], .anyPhase)

        /// Also lifts a hold (rule 23).
        public static let eraseChild = Act([.countysFunction], .anyPhase)
        public static let holdErasure = Act(lead, .anyPhase)

        // What Meetings reports to Mapping, on a topic that only services write.
        public static let noteCooperation = Act([.anybody])
        public static let endCooperation = Act([.anybody], .cooperation)

        // The cooperation (rules 14 to 18, and 22).
        public static let recordMeeting = Act(lead + coordinate)
        public static let recordNotHeld = Act(lead + coordinate)
        public static let moveMeeting = Act(lead + coordinate)
        public static let changeParticipants = Act(lead + coordinate)
        /// Anyone who hears the family's concern records it (rule 17).
        public static let reportPlanConcern = Act([.anyoneInDirectory])
        public static let answerPlanConcern = Act(lead + coordinate)
        public static let followUpPlan = Act(lead + coordinate, .cooperation)
        public static let bookPlanFollowUp = Act(lead + coordinate, .cooperation)
        public static let tellFamily = Act(lead + coordinate)
        /// Also takes somebody from outside away again.
        public static let inviteOutsider = Act(lead + coordinate)
        /// What was said afterwards may come when the case has closed (rule 7).
        public static let recordParticipation = Act(lead + coordinate, .anyPhase)
        /// Whom the child wants as coordinator, and another one between meetings (rule 15).
        public static let recordChildsWish = Act(lead + coordinate, .cooperation)
        public static let changeCoordinator = Act(lead + coordinate, .cooperation)

        /// Whoever works on the case, since they wait for who was not reached.
        public static let resendNotice = Act(lead + work + coordinate, .anyPhase)
    }
}

extension Authority {
    /// Where a case must stand for an act.
    public enum Requirement: Sendable {
        case anyPhase, open, mapping, cooperation

        /// The faults of an act in a phase.
        public func faults(in phase: Phase) -> [Fault] {
            switch (self, phase) {
            case (.anyPhase, _), (.mapping, .mapping), (.cooperation, .cooperation): []
            case (.cooperation, _): [Fault(.cooperationNone)]
            case (_, .closed): [Fault(.caseClosed)]
            case (.open, _): []
            case (.mapping, _): [Fault(.mappingConcluded)]
            }
        }
    }
}

extension Authority.People {
    /// Whether a person of the directory has a role here on a day.
    func has(_ role: Authority.Role, _ person: String, in county: County, on day: LocalDate) -> Bool {
        switch role {
        case .namedPerson: person == namedPerson
        case .namedPersonsDeputy: person == county.acting(for: namedPerson, on: day)?.id
        case .unitsManager: person == county.units[unit]?.manager
        case .countysFunction: person == county.function
        case .delegate: person == delegate
        case .delegatesDeputy: person == delegate.flatMap { county.acting(for: $0, on: day)?.id }
        case .coordinator: person == coordinator
        case .coordinatorsDeputy: person == coordinator.flatMap { county.acting(for: $0, on: day)?.id }
        case .anyoneInDirectory, .anybody: true
        }
    }
}

extension Actor {
    /// - Parameter id: the id in the directory; empty for the suite itself.
    public init(by id: String) { self = id.isEmpty ? .suite : .person(id) }

    /// The id in the directory; empty for the suite itself.
    public var id: String {
        switch self {
        case .person(let id): id
        case .suite: ""
        }
    }
}
