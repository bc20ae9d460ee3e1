package import Domain

/// By hand: to another time, into a room or out of it (rule 18). Where there was no time yet, that is tried again.
package struct Move: Command, Hashable {
    package var reason: String
    /// The first day that suits; nil: as early as possible after the time it had.
    package var notBefore: LocalDate?
    /// Nil: as it was.
    package var latestDate: LocalDate?
    /// Nil: as it was.
    package var form: Cooperation.Form?

    package init(reason: String, notBefore: LocalDate?, latestDate: LocalDate?, form: Cooperation.Form?) {
        (self.reason, self.notBefore, self.latestDate, self.form) = (reason, notBefore, latestDate, form)
    }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called(for: .moveMeeting, else: .meetingNone, by: actor, context)
        let hasNoLink = form == .digital && context.county.settings.meetingLink == nil
        try Refusal.unless(
            cooperation.faultsUnlessMay(.moveMeeting, actor, context) + cooperation.faultsUnlessAhead()
                + (hasNoLink ? [Fault(.meetingLink, at: "format")] : []))
        var draft = Draft(cooperation, planning.agenda, context, by: actor)
        draft.cooperation.form = form ?? cooperation.form
        switch cooperation.stage {
        case .idle: break
        case .waiting(let waiting, _):
            draft.cooperation.request.latestDate = latestDate ?? cooperation.request.latestDate
            draft.bookAgain(waiting.participants, first: notBefore)
        case .booked(let meeting):
            // Another form may suit at the same time; otherwise it is another time that is asked for.
            let after = draft.cooperation.form == cooperation.form ? meeting.day.plus(1) : nil
            let isBooked = draft.rebook(meeting, .moved, first: notBefore ?? after, last: latestDate)
            if !isBooked { draft.cooperation.form = cooperation.form }
        }
        return draft.decision
    }
}
