package import Domain

/// Each measure is judged with the child and the guardians: did it make a difference? The plan goes on, changed where it is,
/// or closes the case (rule 17).
package struct FollowUp: Command, Hashable {
    package var child: Participation
    package var judgements: [Judgement]
    package var added: [Plan.NewMeasure]
    package var next: LocalDate?
    /// Why nothing more is needed. The last follow-up says it: it closes the case.
    package var closingReason: String?

    package init(
        child: Participation, judgements: [Judgement], added: [Plan.NewMeasure], next: LocalDate?,
        closingReason: String? = nil
    ) {
        (self.child, self.judgements, self.added, self.next) = (child, judgements, added, next)
        self.closingReason = closingReason
    }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called(for: .followUpPlan, else: .planNone, by: actor, context)
        let allowed = cooperation.faultsUnlessMay(.followUpPlan, actor, context)
        guard let agreement = cooperation.agreement else { throw Refusal(allowed + cooperation.faultsUnlessPlanned()) }
        let plan = agreement.plan.revised(
            judgements, added: added.numbered(by: context.commandId), next: next, in: context.county)
        let full =
            plan.measures.count > Plan.measuresLimit
            ? [Fault(.planFull, at: "added", ["limit": "\(Plan.measuresLimit)"])] : []
        let unexplained =
            plan.measures.isEmpty && closingReason == nil ? [Fault(.closingReason, at: "closing_reason")] : []
        try Refusal.unless(
            allowed + cooperation.faults(in: child) + faults(agreement.plan, cooperation, context) + full
                + unexplained)
        var draft = Draft(cooperation, planning.agenda, context, by: actor)
        draft.cooperation.keep(agreement.plan)
        draft.cooperation.agreement?.plan = plan
        endMeeting(&draft)
        let fact = FollowedUp(by: actor.id, child: child, judgements: judgements, plan: plan)
        draft.report(.plan(.followedUp(fact)))
        if fact.closes, let closingReason {
            draft.stopInviting()
            draft.cooperation.end()
            let isWorse = judgements.contains { $0.effect == .worse }
            draft.noteToMapping(.ended(.init(by: actor.id, reason: closingReason, isWorse: isWorse)))
        } else {
            draft.followUp(on: plan.followUp)
        }
        return draft.decision
    }

    /// Every measure of the plan is judged, and what goes on has a next date.
    private func faults(_ plan: Plan, _ cooperation: Cooperation, _ context: CountyContext) -> [Fault] {
        let judged = Set(judgements.map(\.measure))
        let known = Set(plan.measures.map(\.id))
        let goesOn = !added.isEmpty || judgements.contains { $0.decision != .end }
        return plan.measures.filter { !judged.contains($0.id) }.map {
            Fault(.judgementMissing, at: "judgements[\($0.id)]")
        }
            + judgements.enumerated().filter { !known.contains($0.element.measure) }.map {
                Fault(.judgementMissing, at: "judgements[\($0.offset)].measure")
            }
            + added.faults(at: "added", cooperation, context)
            + (goesOn ? context.faultsUnlessAhead(next, at: "next_date") : [])
    }

    /// Followed up before the meeting that was booked for it: nobody is to come to that one.
    private func endMeeting(_ draft: inout Draft) {
        switch draft.cooperation.stage {
        case .booked(let meeting) where meeting.start > draft.context.now: draft.callOff(meeting, .replaced)
        case .booked(let meeting): draft.cooperation.stage = .idle(after: .init(meeting, .held))
        case .waiting(let waiting, let former):
            draft.cooperation.stage = .waiting(waiting, after: former.map(replaced))
        case .idle(let former): draft.cooperation.stage = .idle(after: former.map(replaced))
        }
    }

    private func replaced(_ former: Cooperation.Former) -> Cooperation.Former {
        .init(former.meeting, former.end == .held ? .held : .replaced)
    }
}
