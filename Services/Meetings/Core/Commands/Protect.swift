package import Domain

/// The child's identity has become protected: everybody invited is told again, without the place (rule 22).
package struct Protect: Command, Hashable {
    package init() {}

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        var draft = Draft(try planning.called(), planning.agenda, context)
        draft.cooperation.request.isProtected = true
        if let meeting = draft.cooperation.booked, case .room = meeting.place {
            draft.amend(meeting, .protected) { $0.place = .unnamed }
        }
        return draft.decision
    }
}
