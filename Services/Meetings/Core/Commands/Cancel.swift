package import Domain

/// Consent was refused or withdrawn, or the case was closed: the meeting is called off, and everybody has the time back.
/// Nothing blocks it (rule 13).
package struct Cancel: Command, Hashable {
    /// The case is closed: its coordinator and plan are not the next one's.
    package var isClosed: Bool

    package init(isClosed: Bool) { self.isClosed = isClosed }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        var draft = Draft(try planning.called(), planning.agenda, context)
        switch draft.cooperation.stage {
        case .booked(let meeting): draft.callOff(meeting)
        case .waiting(_, let former): draft.cooperation.stage = .idle(after: former)
        case .idle: break
        }
        draft.stopInviting()
        if isClosed { draft.cooperation.end() }
        return draft.decision
    }
}
