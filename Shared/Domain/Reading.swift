public import Foundation

/// Who may read what of a case, and why (rules 13, 20 and 22). The same table holds wherever content is shown.
///
/// The grounds are rows; see ``Ground``. Whatever the ground, the reading is logged before anything is shown. How the table
/// reads is `Docs/access.md`.
public enum Reading {
    /// How much of a case is read.
    public enum Extent: String, CaseIterable, Sendable {
        /// Where it stands: phase, who is responsible, the next step and its date. Nothing of what has happened.
        case status
        /// What has happened, what happens now and what comes next, without what was said (rule 20).
        case course
        /// The course, who the case is about, and what was written of the meetings and their plan.
        case plan
        /// Everything, with the child's own words.
        case whole
    }

    /// Why somebody may read. The raw value is the word in the access log.
    public enum Ground: String, CaseIterable, Sendable {
        case namedPerson = "named_person"
        case namedPersonsDeputy = "named_persons_deputy"
        case delegate
        case delegatesDeputy = "delegates_deputy"
        case unitsManager = "units_manager"
        case coordinator
        case coordinatorsDeputy = "coordinators_deputy"
        /// Is invited to a meeting that is booked, or came to one: from the invitation until the case closes.
        case participant
        /// Barnets bästa-ansvarig of the other of the two that a child has before school, who was asked: while the case is open
        /// (rule 2).
        case counterpart
        case emergencyAccess = "emergency_access"
        case countysFunction = "countys_function"
        case privacyOfficer = "privacy_officer"
        /// Sees how the county does, in numbers.
        case steeringGroup = "steering_group"
    }

    /// The lists of a person's work. Open cases stand on them.
    public enum WorkList: String, CaseIterable, Sendable {
        case own, delegated, coordinated, invited, asked, emergency, unit, county
    }

    /// What the policy needs to know of a case.
    public struct Case: Sendable, Hashable {
        public var people: Authority.People
        public var isOpen: Bool
        /// The child has a protected identity.
        public var isProtected: Bool
        /// The staff of its meetings that are booked or were held, by id.
        public var participants: Set<String>
        /// Who was asked as the other of the two that a child has before school; nil: nobody.
        public var asked: String?
        /// They have answered.
        public var hasAnswered: Bool
        public var shared: [Shared]
        public var emergencies: [Emergency]

        public init(
            people: Authority.People, isOpen: Bool, isProtected: Bool, participants: Set<String>,
            asked: String? = nil, hasAnswered: Bool = false, shared: [Shared], emergencies: [Emergency]
        ) {
            (self.people, self.isOpen, self.isProtected) = (people, isOpen, isProtected)
            (self.participants, self.asked, self.hasAnswered) = (participants, asked, hasAnswered)
            (self.shared, self.emergencies) = (shared, emergencies)
        }
    }

    /// An organisation that all consents cover (rule 13).
    public struct Shared: Sendable, Hashable {
        public var organisation: Organisation
        /// The last day on which it holds by itself; nil: until something is recorded.
        public var until: LocalDate?

        public init(_ organisation: Organisation, until: LocalDate?) {
            (self.organisation, self.until) = (organisation, until)
        }
    }

    /// Access in an emergency: one person, for some hours. It ends by itself.
    public struct Emergency: Sendable, Hashable {
        /// The person's id in the directory.
        public var by: String
        public var from: Date
        public var until: Date

        public init(by person: String, from: Date, until: Date) { (by, self.from, self.until) = (person, from, until) }

        public func isInForce(at instant: Date) -> Bool { from <= instant && instant < until }
    }

    /// That somebody may read, and why.
    public struct Permit: Sendable, Hashable {
        public let ground: Ground
        public let extent: Extent
        /// Where the child lives and attends, and who works there, may be shown.
        public let showsPlace: Bool

        /// Who the case is about may be shown: whoever reads the plan meets the child and the guardians.
        public var showsPeople: Bool { extent >= .plan }
        /// How the guardians are reached may be shown, too.
        public var showsContact: Bool { extent == .whole }
    }

    public enum Answer: Sendable, Hashable {
        case may(Permit)
        case mayNot(Fault)
    }

    /// Whether a person may read a case.
    ///
    /// - Parameters:
    ///   - wanted: from the least that is of use to the most that is asked for. Nobody gets more than that.
    ///   - county: the case's county; nil if the directory does not have it. Then nobody may.
    public static func answer(
        to person: String, reading wanted: ClosedRange<Extent>, of case: Case, in county: County?, at now: Date
    ) -> Answer {
        guard let county, county.people[person] != nil else { return .mayNot(Fault(.personUnknown, at: "by")) }
        let held = Ground.allCases.filter { $0.isHeld(by: person, of: `case`, in: county, at: now) }
        let inScope = held.filter { $0.isInScope(of: `case`, for: person, in: county, at: now) }
        let best = inScope.filter { $0.extent(of: `case`).map { $0 >= wanted.lowerBound } ?? false }
            .max { ($0.extent(of: `case`) ?? .status) < ($1.extent(of: `case`) ?? .status) }
        guard let best, let extent = best.extent(of: `case`) else {
            return .mayNot(Fault(held == inScope ? .readingNotAllowed : .readingConsent, at: "by"))
        }
        return .may(
            Permit(
                ground: best, extent: min(extent, wanted.upperBound), showsPlace: !`case`.isProtected || best.seesPlace)
        )
    }

    /// Whether a person may read the access log: of one case, or of one person where there is no case.
    public static func answer(
        to person: String, readingLogOf case: Case?, in county: County?, at now: Date
    ) -> Answer {
        guard let county, county.people[person] != nil else { return .mayNot(Fault(.personUnknown, at: "by")) }
        let ground = Ground.allCases.first { ground in
            guard ground.readsLog else { return false }
            guard let `case` else { return ground.isHeld(by: person, in: county) }
            return ground.isHeld(by: person, of: `case`, in: county, at: now)
        }
        return ground.map { .may(Permit(ground: $0, extent: .status, showsPlace: false)) }
            ?? .mayNot(Fault(.readingLog, at: "by"))
    }
}

// Numbers.
extension Reading {
    /// Whether a person may see a county's numbers. They tell of no case, and so none is logged.
    public static func answer(to person: String, readingNumbersOf county: County?) -> Answer {
        guard let county, county.people[person] != nil else { return .mayNot(Fault(.personUnknown, at: "by")) }
        let ground = Ground.allCases.first { $0.readsNumbers && $0.isHeld(by: person, in: county) }
        return ground.map { .may(Permit(ground: $0, extent: .status, showsPlace: false)) }
            ?? .mayNot(Fault(.readingNotAllowed, at: "by"))
    }

    /// The fewest children of whom a number is shown. With fewer, whoever knows one of them could learn of the others. Five is
    /// what Swedish school statistics keep to.
    public static let smallestGroup = 5

    /// A count out of a group as it may be shown: nil where the group is small, and where few are counted or few are left.
    public static func shown(_ count: Int, of group: Int) -> Int? {
        [count, group - count, group].contains { 1..<smallestGroup ~= $0 } ? nil : count
    }
}

// Whose cases stand on whose list (rules 19 and 20).
extension Reading {
    /// The lists of a person's work on which a case stands. Whatever stands there, they may read at least as a status.
    ///
    /// - Parameters:
    ///   - due: the date of its next step.
    ///   - isOnFallback: no unit matched, and the fallback unit has it (rule 2).
    public static func lists(
        of person: String, showing case: Case, due: Date?, isOnFallback: Bool, in county: County, at now: Date
    ) -> Set<WorkList> {
        guard `case`.isOpen, county.people[person] != nil else { return [] }
        let slips = isOnFallback || due.map { $0 < now } ?? false
        let grounds = Ground.allCases.filter {
            $0.isHeld(by: person, of: `case`, in: county, at: now)
                && $0.isInScope(of: `case`, for: person, in: county, at: now) && $0.extent(of: `case`) != nil
        }
        return Set(grounds.compactMap(\.list)).filter { list in
            switch list {
            case .county: slips
            // Whoever has answered reads on, and nothing is expected of them.
            case .asked: !`case`.hasAnswered
            default: true
            }
        }
    }

    /// Where to look for the cases on a person's lists: each has one of these. A view has an index for each.
    public struct WorkScope: Sendable, Hashable {
        /// Themselves, and those on leave for whom they stand in: as owner, delegate or coordinator.
        public var people: Set<String>
        /// Units that they manage.
        public var units: Set<String>
        /// Every case whose date has passed, or that is on fallback.
        public var isWholeCounty: Bool
    }

    public static func workScope(of person: String, in county: County, on day: LocalDate) -> WorkScope {
        let absent = county.people.values.filter { $0.isAbsent(on: day) }.map(\.id)
        return WorkScope(
            people: Set(absent.filter { county.acting(for: $0, on: day)?.id == person } + [person]),
            units: Set(county.units.values.filter { $0.manager == person }.map(\.id)),
            isWholeCounty: Ground.countysFunction.isHeld(by: person, in: county))
    }
}

// The table.
extension Reading.Ground {
    /// How much it opens at most; nil: no case.
    ///
    /// Who works on the case, and their manager, read all of it. The others read the plan that they are part of. The
    /// county's function sees that nothing falls between the chairs (rule 19), for which the status is enough.
    public var extent: Reading.Extent? {
        switch self {
        case .namedPerson, .namedPersonsDeputy, .delegate, .delegatesDeputy, .unitsManager, .emergencyAccess: .whole
        case .coordinator, .coordinatorsDeputy, .participant, .counterpart: .plan
        case .countysFunction: .status
        case .privacyOfficer, .steeringGroup: nil
        }
    }

    /// The same for a child with protected identity (rule 22): only who is named on the case reads what is in it.
    ///
    /// Those are its owner, delegate and coordinator, whoever stands in for them, and emergency access, of which all
    /// are told. Who manages the unit or is invited sees the status: a passed date must reach somebody (rule 19). A
    /// manager who must read more delegates the work to themselves, and is named on the case from then on.
    public var extentWhereProtected: Reading.Extent? {
        switch self {
        case .unitsManager, .participant: .status
        // Nobody is told or asked of such a child.
        case .counterpart: nil
        default: extent
        }
    }

    /// Holds only while the consents cover the reader's organisation (rule 13).
    public var isWithinConsent: Bool {
        switch self {
        case .coordinator, .coordinatorsDeputy, .participant, .counterpart: true
        default: false
        }
    }

    /// Is told where a child with protected identity lives and attends: nobody but who works on the case (rule 22).
    public var seesPlace: Bool { extentWhereProtected == .whole && self != .emergencyAccess }

    /// May see who has read the case.
    public var readsLog: Bool {
        switch self {
        case .namedPerson, .namedPersonsDeputy, .countysFunction, .privacyOfficer: true
        default: false
        }
    }

    /// May see the county's numbers.
    public var readsNumbers: Bool { self == .countysFunction || self == .steeringGroup }

    /// The list on which a case stands by it. The county's function has those alone that are overdue or on fallback.
    public var list: Reading.WorkList? {
        switch self {
        case .namedPerson, .namedPersonsDeputy: .own
        case .delegate, .delegatesDeputy: .delegated
        case .coordinator, .coordinatorsDeputy: .coordinated
        case .participant: .invited
        case .counterpart: .asked
        case .emergencyAccess: .emergency
        case .unitsManager: .unit
        case .countysFunction: .county
        case .privacyOfficer, .steeringGroup: nil
        }
    }

    fileprivate func extent(of case: Reading.Case) -> Reading.Extent? {
        `case`.isProtected ? extentWhereProtected : extent
    }

    fileprivate func isInScope(of case: Reading.Case, for person: String, in county: County, at now: Date) -> Bool {
        !isWithinConsent || `case`.isShared(with: person, in: county, at: now)
    }

    func isHeld(by person: String, of case: Reading.Case, in county: County, at now: Date) -> Bool {
        let day = CivilTime.day(of: now)
        func has(_ role: Authority.Role) -> Bool { `case`.people.has(role, person, in: county, on: day) }
        switch self {
        case .namedPerson: return has(.namedPerson)
        case .namedPersonsDeputy: return has(.namedPersonsDeputy)
        case .delegate: return has(.delegate)
        case .delegatesDeputy: return has(.delegatesDeputy)
        case .unitsManager: return has(.unitsManager)
        // With the case, its cooperation ends.
        case .coordinator: return `case`.isOpen && has(.coordinator)
        case .coordinatorsDeputy: return `case`.isOpen && has(.coordinatorsDeputy)
        case .participant: return `case`.isOpen && `case`.participants.contains(person)
        case .counterpart: return `case`.isOpen && `case`.asked == person
        case .emergencyAccess: return `case`.emergencies.contains { $0.by == person && $0.isInForce(at: now) }
        case .countysFunction, .privacyOfficer, .steeringGroup: return isHeld(by: person, in: county)
        }
    }

    /// Whether it is held in the whole county, whatever the case.
    func isHeld(by person: String, in county: County) -> Bool {
        switch self {
        case .countysFunction: person == county.function
        case .privacyOfficer: person == county.privacyOfficer
        case .steeringGroup: county.steeringGroup.contains(person)
        default: false
        }
    }
}

extension Reading.Case {
    /// All consents cover the organisation in which a person works.
    fileprivate func isShared(with person: String, in county: County, at now: Date) -> Bool {
        let unit = county.people[person].flatMap { county.units[$0.unit] }
        let day = CivilTime.day(of: now)
        return shared.contains { $0.organisation == unit?.kind.organisation && ($0.until.map { day <= $0 } ?? true) }
    }
}

extension Reading.Extent: Comparable {
    private var rank: Int {
        switch self {
        case .status: 0
        case .course: 1
        case .plan: 2
        case .whole: 3
        }
    }

    public static func < (left: Reading.Extent, right: Reading.Extent) -> Bool { left.rank < right.rank }
}
