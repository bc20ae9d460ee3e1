package import Domain

/// From Meetings: what is done in the cooperation, and what is next. It must never leave the case without a next step
/// (rule 19).
package struct NoteCooperation: CaseCommand {
    package static let act = Authority.Act.noteCooperation

    package struct Next: Sendable, Equatable {
        package var step: Step
        package var day: LocalDate

        package init(_ step: Step, on day: LocalDate) { (self.step, self.day) = (step, day) }
    }

    package var done: [Step]
    /// Nil if another step is already set.
    package var next: Next?
    /// Nil if there is none yet, or it does not change.
    package var coordinator: String?

    package init(done: [Step], next: Next?, coordinator: String?) {
        (self.done, self.next, self.coordinator) = (done, next, coordinator)
    }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        guard work.case.isMeetingRequested || isOfFamilysWord else { throw Refusal([Fault(.cooperationNone)]) }
        for step in done { work.done(step) }
        if let next {
            work.set(next.step, on: next.day)
        } else if !work.case.hasStepOfPhase {
            throw Refusal([Fault(.textMissing, at: "step")])
        }
        if let coordinator { work.case.coordinator = coordinator }
    }

    /// The family's word on the plan is answered by its date, also where the cooperation has stopped (rules 17 and 19).
    private var isOfFamilysWord: Bool {
        let steps = done + [next?.step].compactMap(\.self)
        return !steps.isEmpty && steps.allSatisfy { $0 == .answerFamily }
    }
}
