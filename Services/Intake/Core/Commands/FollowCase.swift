package import Domain

/// Mapping has handed the case over (rule 2). The next report finds the child where it is now.
package struct FollowCase: Command, Equatable {
    package var place: KnownChild.Place
    package var owner: Routing.Owner

    package init(place: KnownChild.Place, owner: Routing.Owner) { (self.place, self.owner) = (place, owner) }

    package func decide(on known: KnownChild, by actor: Actor, _ context: IntakeContext) -> Decision<KnownChild> {
        var after = known
        // A move that no report has caused is a person's decision. No source takes it back by itself.
        if !place.isSameMunicipality(as: known.place) { after.placedBy = nil }
        (after.place, after.owner) = (place, owner)
        return Decision(after)
    }
}
