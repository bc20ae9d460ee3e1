import Domain

/// Who is Barnets bästa-ansvarig for a child: rule 2, the county's table.
enum Routing {
    struct Owner: Sendable, Hashable {
        let unit: County.Unit
        let person: String
        /// No unit matched; the municipality's last resort has it, and says so.
        let isFallback: Bool

        static func == (left: Owner, right: Owner) -> Bool {
            (left.unit.id, left.person, left.isFallback) == (right.unit.id, right.person, right.isFallback)
        }

        func hash(into hasher: inout Hasher) { hasher.combine(unit.id) }
    }

    /// The kinds of unit that answer for a stage, in the order in which they are asked.
    static func kinds(_ stage: Stage, _ settings: County.Settings) -> [UnitKind] {
        switch stage {
        case .beforeSchool:
            settings.beforeSchool == .preschool ? [.preschool, .childHealthCentre] : [.childHealthCentre, .preschool]
        case .school: [.school]
        case .upperSecondary: [.upperSecondarySchool]
        case .upperSecondaryElsewhere: [.followUp]
        case .outsideUpperSecondary: [.activityResponsibility]
        }
    }

    /// The owner of a report. Never none: where no unit matches, the municipality's fallback unit has it, which the
    /// directory has been checked to have.
    static func owner(of report: Report, in county: County) -> Owner {
        let kinds = kinds(report.stage, county.settings)
        if let unit = county.units[report.message.unit], kinds.contains(unit.kind), let person = unit.namedPerson {
            return Owner(unit: unit, person: person, isFallback: false)
        }
        // Follow-up and KAA are one per municipality; a school or preschool is only the child's if it was named.
        for kind in kinds where kind == .followUp || kind == .activityResponsibility || kind == .childHealthCentre {
            let units = county.units.values.filter { $0.kind == kind && $0.municipality == report.message.municipality }
            if let unit = units.min(by: { $0.id < $1.id }), let person = unit.namedPerson {
                return Owner(unit: unit, person: person, isFallback: false)
            }
        }
        guard let municipality = county.municipalities[report.message.municipality],
            let unit = county.units[municipality.fallbackUnit], let person = unit.namedPerson
        else { preconditionFailure("a checked directory has a fallback unit with a named person") }
        return Owner(unit: unit, person: person, isFallback: true)
    }
}
