package import Domain

/// What Mapping has done with the case. The next report finds the child where it is now (rule 2).
package enum FollowCase: Command, Equatable {
    /// Opened, or handed over.
    case isOpen(with: Routing.Owner, at: KnownChild.Place)
    /// Closed. The next report places the child anew.
    case isClosed

    package func decide(on known: KnownChild, by actor: Actor, _ context: IntakeContext) -> Decision<KnownChild> {
        var after = known
        switch self {
        case .isOpen(let owner, let place): (after.hasOpenCase, after.owner, after.place) = (true, owner, place)
        case .isClosed: after.hasOpenCase = false
        }
        return Decision(after)
    }
}
