package import Domain

/// Records whether it made a difference. Own measures, and cases that needed nothing further, are followed up
/// (rule 10). An adult's case ends with a note on where it was handed over to (rule 4).
package struct FollowUp: CaseCommand {
    package static let act = Authority.Act.followUp

    package enum Decision: Sendable, Equatable {
        case `continue`(until: LocalDate)
        case end
        case reopen
    }

    package var effect: Effect
    package var decision: Decision
    package var text: String
    /// Why the case is closed, where that must be explained.
    package var closingReason: String?

    package init(_ decision: Decision, effect: Effect, text: String, closingReason: String? = nil) {
        (self.decision, self.effect, self.text) = (decision, effect, text)
        self.closingReason = closingReason
    }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        if case .closed = work.case.phase { return }
        switch (decision, work.case.phase) {
        case (.end, _) where work.case.deadlines[.handOver] != nil, (.end, .ownMeasures), (.end, .resting):
            let isWorse = effect == .worse
            if closingReason == nil, work.mustExplainClosing(isWorse: isWorse) {
                throw Refusal([Fault(.closingReason, at: "closing_reason")])
            }
            work.report(.followedUp(self, by: work.actor))
            work.close(reason: closingReason ?? text, isWorse: isWorse)
        case (.reopen, .ownMeasures), (.reopen, .resting):
            work.report(.followedUp(self, by: work.actor))
            work.reopen(reason: text)
        case (.continue(let day), .ownMeasures(var own)):
            try goOn(until: day, &work)
            own.followUp = day
            work.case.phase = .ownMeasures(own)
            work.set(.followUp, on: day)
        case (.continue(let day), .resting):
            try goOn(until: day, &work)
            work.case.phase = .resting(lookAgain: day)
            work.set(.lookAgain, on: day)
        default:
            var faults = [Fault(.followUpNone)]
            if case .continue(let day) = decision { faults += Self.faults(ofNext: day, work.context) }
            throw Refusal(faults)
        }
    }

    private func goOn(until day: LocalDate, _ work: inout CaseInHand) throws(Refusal) {
        try Refusal.unless(Self.faults(ofNext: day, work.context))
        work.report(.followedUp(self, by: work.actor))
    }
}
