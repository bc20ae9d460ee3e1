package import Domain

/// The meeting was held: who came, how the child took part, the coordinator, the plan (rules 15 and 16).
package struct Record: Command, Hashable {
    /// The directory's ids, guardians' keys, ``Participant/child``, or those of whom came from outside (``OutsiderID``).
    package var came: [String]
    package var child: Participation
    /// Nil: as before. The first meeting appoints one.
    package var coordinator: Coordinator?
    package var worksAlready: [String]
    package var measures: [Plan.NewMeasure]
    package var followUp: LocalDate?

    package init(
        came: [String], child: Participation, coordinator: Coordinator?, worksAlready: [String],
        measures: [Plan.NewMeasure], followUp: LocalDate?
    ) {
        (self.came, self.child, self.coordinator) = (came, child, coordinator)
        (self.worksAlready, self.measures, self.followUp) = (worksAlready, measures, followUp)
    }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called(for: .recordMeeting, else: .meetingNone, by: actor, context)
        let named = named(cooperation)
        let faults = faults(cooperation, named, by: actor, context)
        let before = cooperation.agreement
        guard let meeting = cooperation.booked, let coordinator = named ?? before?.coordinator, faults.isEmpty
        else { throw Refusal(faults) }
        let measures = measures.numbered(by: context.commandId)
        let plan = Plan(
            worksAlready: worksAlready, measures: measures, followUp: followUp,
            isSIP: Plan.isSIP(measures, came: came, in: context.county), revision: (before?.plan.revision ?? 0) + 1)
        var draft = Draft(cooperation, planning.agenda, context, by: actor)
        draft.cooperation.wish = coordinator.wish ?? cooperation.wish
        if let before { draft.cooperation.keep(before.plan) }
        draft.cooperation.agreement = Agreement(coordinator, plan, isConcernOpen: before?.isConcernOpen ?? false)
        draft.cooperation.stage = .idle(after: .init(meeting, .held))
        draft.report(
            .held(
                .init(
                    meeting: meeting, by: actor.id, came: came, child: child, coordinator: coordinator, plan: plan))
        )
        draft.followUp(on: followUp)
        return draft.decision
    }

    /// Whom the record names, with what the child has said last where the record says nothing of it.
    private func named(_ cooperation: Cooperation) -> Coordinator? {
        coordinator.map { Coordinator($0.person, $0.choice, wish: $0.wish ?? cooperation.wish) }
    }

    private func faults(
        _ cooperation: Cooperation, _ coordinator: Coordinator?, by actor: Actor, _ context: CountyContext
    ) -> [Fault] {
        let county = context.county
        let others = cooperation.lastParticipants.filter(\.isFamily).map(\.person) + cooperation.outsiders.map(\.id)
        return cooperation.faultsUnlessMay(.recordMeeting, actor, context) + cooperation.faultsUnlessBegun(context.now)
            + came.enumerated().filter { !others.contains($0.element) }.flatMap {
                county.faultsUnlessKnown($0.element, at: "came[\($0.offset)]")
            }
            + cooperation.faults(in: child) + faults(of: coordinator, cooperation, county)
            + measures.faults(at: "plan.measures", cooperation, context)
            + context.faultsUnlessAhead(followUp, at: "plan.follow_up_date")
    }

    private func faults(of coordinator: Coordinator?, _ cooperation: Cooperation, _ county: County) -> [Fault] {
        guard let coordinator else {
            return cooperation.agreement != nil
                ? []
                : [
                    Fault(.personUnknown, at: "coordinator.person"),
                    Fault(.coordinatorReason, at: "coordinator.reason"),
                ]
        }
        return coordinator.faultsOfPerson(at: "coordinator", cooperation, in: county)
            + coordinator.faultsOfChoice(at: "coordinator")
    }
}

extension Draft {
    /// How long after a follow-up date its meeting may be held, in days.
    private static let followUpWindow = 14

    /// The follow-up's meeting is booked with the date (rule 17). Without one in the county's time it is an alarm.
    mutating func followUp(on day: LocalDate?) {
        let done: [Step] = [.meeting, .planFollowUp, .bookFollowUp]
        // Whoever was missing is not to be invited to the meeting that is over.
        (cooperation.uninvited, cooperation.outsiders) = ([], [])
        guard let day, day <= context.today.plus(county.settings.followUpDays) else { return alarm(done: done) }
        note(done: done, next: .init(.planFollowUp, WorkingDays.day(day, plus: 1)))
        cooperation.request.latestDate = day.plus(Self.followUpWindow)
        // Where there is no time, they wait for one.
        let participants = cooperation.withPlan(cooperation.nextParticipants, in: county)
        if !book(waiting: participants, first: day, .followUp) { alarm() }
    }
}

extension CountyContext {
    /// A fault where a next date is not ahead.
    func faultsUnlessAhead(_ day: LocalDate?, at path: String) -> [Fault] {
        guard let day, day <= today else { return [] }
        return [Fault(.nextDate, at: path)]
    }
}
