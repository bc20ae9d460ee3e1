package import Domain

/// The child's identity has become protected: everybody invited is told again, without the place (rule 22).
package struct Protect: Command, Hashable {
    package init() {}

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        var draft = Draft(try planning.called(), planning.agenda, context)
        draft.protect()
        return draft.decision
    }
}

extension Draft {
    /// Takes the place out of what is booked, and names none from now on.
    mutating func protect() {
        let isNew = !cooperation.request.isProtected
        cooperation.request.isProtected = true
        if isNew { stopWritingToOutsiders() }
        if let meeting = cooperation.booked, case .room = meeting.place {
            amend(meeting, .protected) { $0.place = .unnamed }
        }
    }
}
