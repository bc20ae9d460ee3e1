package import Domain

/// Where a report says that the child is, if that is elsewhere than known, and who would own the case there (rule 2).
package struct ProposedMove: Sendable, Equatable {
    package var place: KnownChild.Place
    package var owner: Routing.Owner

    package init(place: KnownChild.Place, owner: Routing.Owner) { (self.place, self.owner) = (place, owner) }
}

/// Where a child is after a report, and with whom the concern is registered (rule 2).
struct Placement {
    let place: KnownChild.Place
    let owner: Routing.Owner
    /// The child has grown into the next stage: the ownership passes on.
    var hasGrown = false
    /// Where the report leads, if that is elsewhere than the child was.
    var proposed: ProposedMove?
}

extension Report {
    /// A report that says less than is known changes nothing: the one who saw the child at the clinic need not know its
    /// school.
    ///
    /// A report places a child who has no open case. An open case stays with its owner, whatever a report says: a
    /// mistake in one system, or a lie, takes no child from its named person. The report proposes a move, and a person
    /// decides. Age alone hands a case over, within the known municipality.
    func placement(after known: KnownChild?, _ context: IntakeContext) -> Placement {
        let stage = stage(after: known, context.directory)
        let keepsUnit =
            unit == nil && known?.place.municipality == municipality.code && known?.place.stage == stage
        let place = KnownChild.Place(
            county: county.code, municipality: municipality.code, stage: stage,
            attends: keepsUnit ? known?.place.attends : unit)
        let routing = Routing(county, today: context.today)
        let owner = routing.owner(place.situation)
        guard let known else { return Placement(place: place, owner: owner) }
        let isElsewhere =
            !place.isSameMunicipality(as: known.place)
            || routing.moves(from: known.place.situation, known.owner, to: place.situation, owner)
            // One fallback unit can have both stages.
            || known.hasOpenCase && stage != known.place.stage
        guard isElsewhere else {
            guard owner.unit == known.owner.unit else { return Placement(place: known.place, owner: known.owner) }
            // Who has the role today hears of no case that another one has, unless that one has left.
            let stays = known.hasOpenCase && county.people[known.owner.person] != nil
            return Placement(place: place, owner: stays ? known.owner : owner)
        }
        let move = ProposedMove(place: place, owner: owner)
        guard known.hasOpenCase else { return Placement(place: place, owner: owner, proposed: move) }
        guard known.place.stage.isBefore(stage), stage.isBeside(usualStage) else {
            return Placement(place: known.place, owner: known.owner, proposed: move)
        }
        if place.isSameMunicipality(as: known.place) { return Placement(place: place, owner: owner, hasGrown: true) }
        return known.grown(into: stage, proposed: move, context)
    }

    /// What the report says comes first, then what is known. A child grows out of a known stage by age.
    private func stage(after known: KnownChild?, _ directory: Directory) -> Stage {
        if let reported = directory.reportedStage(stage, unit: unit, in: county) { return reported }
        guard let known, !known.place.stage.isBefore(usualStage) else { return usualStage }
        return known.place.stage
    }

    /// By age, on the day of the observation.
    private var usualStage: Stage {
        Stage.usual(born: number.born, on: CivilTime.day(of: observedAt), autumnTerm: county.settings.autumnTerm)
    }
}

extension KnownChild {
    /// The child has grown into the next stage where it is known to live, and the report says that it lives elsewhere.
    fileprivate func grown(into stage: Stage, proposed: ProposedMove, _ context: IntakeContext) -> Placement {
        var (place, owner) = (place, owner)
        (place.stage, place.attends) = (stage, nil)
        if let county = context.directory.counties[place.county],
            county.municipalities[place.municipality] != nil
        {
            owner = Routing(county, today: context.today).owner(place.situation)
        }
        return Placement(place: place, owner: owner, hasGrown: true, proposed: proposed)
    }
}
