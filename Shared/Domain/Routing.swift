/// Who is Barnets bästa-ansvarig for a child: rule 2, the county's table.
public struct Routing: Sendable {
    /// What is known about where a child lives and goes to school.
    public struct Situation: Sendable, Hashable {
        public var municipality: String
        public var stage: Stage
        /// The unit that the child attends; nil or empty where nobody said.
        public var unit: String?

        public init(municipality: String, stage: Stage, unit: String?) {
            (self.municipality, self.stage, self.unit) = (municipality, stage, unit)
        }
    }

    public struct Owner: Sendable, Hashable {
        public let unit: String
        /// The owner today: the unit's named person, or their deputy.
        public let person: String
        /// Why the fallback unit is the owner; nil where a unit matched.
        public let fallback: Fallback?

        public init(unit: String, person: String, fallback: Fallback? = nil) {
            (self.unit, self.person, self.fallback) = (unit, person, fallback)
        }
    }

    /// Why no unit of the table owns a concern.
    public enum Fallback: String, CaseIterable, Sendable {
        /// No unit was named, and no unit of this stage serves the whole municipality.
        case unitUnknown = "unit_unknown"
        /// The named unit is not in the county's directory, or its kind does not fit the stage.
        case unitUnfit = "unit_unfit"
        /// The unit has no named person.
        case unitWithoutPerson = "unit_without_person"
        /// The named person and all deputies are on leave.
        case personAbsent = "person_absent"
    }

    let county: County
    let today: LocalDate

    public init(_ county: County, today: LocalDate) { (self.county, self.today) = (county, today) }

    /// The kinds of unit that can own a child of a stage, first choice first. Before school there are two. The
    /// county's setting decides which comes first (rule 2).
    public func kinds(_ stage: Stage) -> [UnitKind] {
        switch stage {
        case .beforeSchool:
            county.settings.beforeSchool == .preschool
                ? [.preschool, .childHealthCentre] : [.childHealthCentre, .preschool]
        case .school: [.school]
        case .upperSecondary: [.upperSecondarySchool]
        case .upperSecondaryElsewhere: [.followUp]
        case .outsideUpperSecondary: [.activityResponsibility]
        }
    }

    /// The owner. There is always one: if no unit matches, it is the municipality's fallback unit. The check of the
    /// directory guarantees that the fallback unit exists.
    ///
    /// - Precondition: the municipality is one of the county's.
    public func owner(_ situation: Situation) -> Owner {
        var why = Fallback.unitUnknown
        if let id = situation.unit, !id.isEmpty,
            !kinds(situation.stage).contains(where: { $0 == county.units[id]?.kind })
        {
            why = .unitUnfit
        }
        for unit in units(situation) {
            switch person(at: unit) {
            case .success(let person): return Owner(unit: unit.id, person: person)
            case .failure(let fallback): why = fallback.why
            }
        }
        guard let unit = county.units[county.municipalities[situation.municipality]?.fallbackUnit ?? ""],
            let person = unit.namedPerson
        else { preconditionFailure("a checked directory has a fallback unit with a named person") }
        return Owner(
            unit: unit.id, person: county.acting(for: person, on: today)?.id ?? unit.manager ?? person, fallback: why)
    }

    /// Before school the child has two, the child health centre and the preschool: the other one than the owner, where the child
    /// has it. It is told, and can be asked (rule 2). Nil at any other stage.
    public func counterpart(_ situation: Situation, of owner: Owner) -> Owner? {
        guard situation.stage == .beforeSchool, owner.fallback == nil, let own = county.units[owner.unit]?.kind else {
            return nil
        }
        for unit in units(situation) where unit.kind != own {
            if case .success(let person) = person(at: unit) { return Owner(unit: unit.id, person: person) }
        }
        return nil
    }

    /// The units that can own the child, first choice first. Some kinds serve a whole municipality. A school or preschool owns
    /// the child only if it was named.
    private func units(_ situation: Situation) -> [County.Unit] {
        let named = situation.unit.flatMap { county.units[$0] }
        return kinds(situation.stage).flatMap { kind in
            let serving = county.units.values.filter {
                kind.isMunicipal && $0.kind == kind && $0.municipality == situation.municipality && $0.id != named?.id
            }
            return [named].compactMap(\.self).filter { $0.kind == kind } + serving.sorted { $0.id < $1.id }
        }
    }

    /// Whether a later report moves the ownership (rule 2: handed over at each transition, not dropped).
    ///
    /// A unit of lower priority moves nothing: a report from the child health centre does not move a child whose
    /// preschool is the owner. A report with fewer details that leads to the fallback unit moves nothing either.
    public func moves(from old: Situation, _ oldOwner: Owner, to new: Situation, _ newOwner: Owner) -> Bool {
        if old.municipality != new.municipality || old.stage != new.stage { return oldOwner.unit != newOwner.unit }
        guard newOwner.fallback == nil, newOwner.unit != oldOwner.unit else { return false }
        if oldOwner.fallback != nil { return true }
        return rank(newOwner.unit, new.stage) <= rank(oldOwner.unit, new.stage)
    }

    private func rank(_ unit: String, _ stage: Stage) -> Int {
        county.units[unit].flatMap { kinds(stage).firstIndex(of: $0.kind) } ?? .max
    }

    private struct Nobody: Error { let why: Fallback }

    private func person(at unit: County.Unit) -> Result<String, Nobody> {
        guard let named = unit.namedPerson else { return .failure(Nobody(why: .unitWithoutPerson)) }
        if let acting = county.acting(for: named, on: today) { return .success(acting.id) }
        if let manager = unit.manager, let acting = county.acting(for: manager, on: today) {
            return .success(acting.id)
        }
        return .failure(Nobody(why: .personAbsent))
    }
}

extension Directory {
    /// What a report says of a child's stage, by its word or by the kind of the unit that the child attends; nil where it says
    /// nothing (rule 2).
    ///
    /// - Parameter county: where the child lives.
    public func reportedStage(_ stage: Stage?, unit: String?, in county: County) -> Stage? {
        guard let unit else { return stage }
        if let kind = county.units[unit]?.kind { return stage ?? kind.stage }
        // An upper secondary school beyond the county's border: the home municipality follows up (rule 2).
        let isElsewhere = counties.values.contains { $0.units[unit]?.kind == .upperSecondarySchool }
        return isElsewhere && (stage ?? .upperSecondary) == .upperSecondary ? .upperSecondaryElsewhere : stage
    }
}

extension UnitKind {
    /// One unit serves all children of a municipality.
    public var isMunicipal: Bool {
        switch self {
        case .childHealthCentre, .followUp, .activityResponsibility: true
        default: false
        }
    }

    /// Such a unit is there for the children who attend it, and no others.
    public var isAttended: Bool {
        switch self {
        case .preschool, .school, .upperSecondarySchool: true
        default: false
        }
    }

    /// The stage of the children who attend such a unit; nil for units that children do not attend.
    public var stage: Stage? {
        switch self {
        case .preschool, .childHealthCentre: .beforeSchool
        case .school: .school
        case .upperSecondarySchool: .upperSecondary
        case .followUp: .upperSecondaryElsewhere
        case .activityResponsibility: .outsideUpperSecondary
        case .socialServices, .healthCare, .fallback: nil
        }
    }
}

extension Stage {
    /// Stages follow each other. The three of upper secondary stand beside each other.
    private var order: Int {
        switch self {
        case .beforeSchool: 0
        case .school: 1
        case .upperSecondary, .upperSecondaryElsewhere, .outsideUpperSecondary: 2
        }
    }

    /// Whether a child comes through this stage before the other one.
    public func isBefore(_ other: Stage) -> Bool { order < other.order }

    /// Whether neither stage comes before the other.
    public func isBeside(_ other: Stage) -> Bool { order == other.order }

    /// The stage that a child of this age is usually in on a day. Used where the report names none (rule 2).
    ///
    /// Förskoleklass begins with the autumn term of the year in which the child turns six (skollagen 2010:800, 7 kap.
    /// 10 §), and upper secondary ten years later; the summer before still belongs to the stage that ends.
    public static func usual(born: LocalDate, on day: LocalDate, autumnTerm: (month: Int, day: Int)) -> Stage {
        let hasBegun = (day.month, day.day) >= autumnTerm
        let schoolYear = day.year - born.year - (hasBegun ? 0 : 1)
        return schoolYear < 6 ? .beforeSchool : schoolYear < 16 ? .school : .upperSecondary
    }
}
