package import Domain

/// Consent was refused or withdrawn, or the case was closed: the meeting is called off, and everybody has the time back.
/// Nothing blocks it (rule 13).
package struct Cancel: Command, Hashable {
    /// The case is closed: its coordinator and plan are not the next one's.
    package var isClosed: Bool
    /// The consents still let people from outside the directory take part: those who were invited hear of it.
    package var tellsOutsiders: Bool

    package init(isClosed: Bool, tellsOutsiders: Bool = false) {
        (self.isClosed, self.tellsOutsiders) = (isClosed, tellsOutsiders)
    }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        var draft = Draft(try planning.called(), planning.agenda, context)
        if !tellsOutsiders { draft.dismissOutsiders() }
        draft.cooperation.request.admitsOutsiders = tellsOutsiders
        draft.cooperation.isStopped = true
        switch draft.cooperation.stage {
        case .booked(let meeting): draft.callOff(meeting)
        case .waiting(_, let former): draft.cooperation.stage = .idle(after: former)
        case .idle: break
        }
        draft.cooperation.outsiders = []
        draft.stopInviting()
        if isClosed { draft.cooperation.end() }
        return draft.decision
    }
}
