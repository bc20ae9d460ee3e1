import Domain

/// Where a child is after a report, and who owns the concern there (rule 2).
struct Placement {
    let place: KnownChild.Place
    let placedBy: String?
    let owner: Routing.Owner
    let change: Change

    enum Change {
        case none
        /// The ownership passes from one unit to another.
        case moved
        /// The report names another municipality than the source that has placed the child. The case stays.
        case contradicted
    }
}

extension Report {
    /// A report that says less than is known changes nothing: the one who saw the child at the clinic need not know its
    /// school.
    ///
    /// To another municipality a case moves by the report of the source that placed it, or by a person. A mistake in one
    /// system, or a lie, takes no child from its named person.
    func placement(after known: KnownChild?, from source: String, _ context: IntakeContext) -> Placement {
        let stage = stage(after: known, context.directory)
        let keepsUnit =
            unit == nil && known?.place.municipality == municipality.code && known?.place.stage == stage
        let place = KnownChild.Place(
            county: county.code, municipality: municipality.code, stage: stage,
            attends: keepsUnit ? known?.place.attends : unit)
        let routing = Routing(county, today: context.today)
        let owner = routing.owner(place.situation)
        guard let known else { return Placement(place: place, placedBy: source, owner: owner, change: .none) }
        func staying(_ change: Placement.Change) -> Placement {
            Placement(place: known.place, placedBy: known.placedBy, owner: known.owner, change: change)
        }
        if !place.isSameMunicipality(as: known.place), source != known.placedBy { return staying(.contradicted) }
        let hasMoved =
            known.place.county != place.county
            || routing.moves(from: known.place.situation, known.owner, to: place.situation, owner)
        guard hasMoved || owner.unit == known.owner.unit else { return staying(.none) }
        return Placement(
            place: place, placedBy: known.placedBy, owner: owner, change: hasMoved ? .moved : .none)
    }

    /// What the report says comes first, then what is known. A child grows out of a known stage by age.
    private func stage(after known: KnownChild?, _ directory: Directory) -> Stage {
        if let reported = reportedStage(directory) { return reported }
        let usual = Stage.usual(
            born: number.born, on: CivilTime.day(of: observedAt), autumnTerm: county.settings.autumnTerm)
        guard let known, known.place.stage.order >= usual.order else { return usual }
        return known.place.stage
    }

    /// What the report says of the stage, by its word or by its unit's kind; nil where it says nothing.
    private func reportedStage(_ directory: Directory) -> Stage? {
        guard let unit else { return stage }
        if let kind = county.units[unit]?.kind { return stage ?? kind.stage }
        // An upper secondary school beyond the county's border: the home municipality follows up (rule 2).
        let isElsewhere = directory.counties.values.contains { $0.units[unit]?.kind == .upperSecondarySchool }
        return isElsewhere && (stage ?? .upperSecondary) == .upperSecondary ? .upperSecondaryElsewhere : stage
    }
}

extension Stage {
    /// Stages follow each other. The three of upper secondary stand beside each other.
    fileprivate var order: Int {
        switch self {
        case .beforeSchool: 0
        case .school: 1
        case .upperSecondary, .upperSecondaryElsewhere, .outsideUpperSecondary: 2
        }
    }
}
