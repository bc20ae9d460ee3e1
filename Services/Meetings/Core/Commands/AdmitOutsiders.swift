package import Domain

/// Mapping says whether every consent lets people from outside the directory take part (rules 12 and 13).
package struct AdmitOutsiders: Command, Hashable {
    package var isAdmitted: Bool

    package init(_ isAdmitted: Bool) { self.isAdmitted = isAdmitted }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        var draft = Draft(try planning.called(), planning.agenda, context)
        draft.cooperation.request.admitsOutsiders = isAdmitted
        if !isAdmitted { draft.dismissOutsiders() }
        return draft.decision
    }
}
