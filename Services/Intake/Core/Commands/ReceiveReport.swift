package import Domain
package import Foundation

/// A report has come, under its own id. Is it new? The same report again is answered and not registered twice. Another
/// report under the same id is refused (rule 4).
package struct ReceiveReport: Sendable, Equatable {
    package var id: ReportID
    package var receivedAt: Date
    /// Where its record lies. Tells a report that was sent twice from a record that was read twice.
    package var position: String
    /// Tells the same report from another one under the same id.
    package var digest: ReportDigest
    /// The same under the previous secret, while that is being replaced.
    package var previousDigest: ReportDigest?
    package var format: Receipt.Format
    package var content: Content

    package enum Content: Sendable, Equatable {
        case concern(Report)
        case consultation(Consultation)
        /// It cannot be read, or what it says does not hold.
        case refused([Receipt.Reason])
    }

    package init(
        id: ReportID, receivedAt: Date, position: String, digest: ReportDigest,
        previousDigest: ReportDigest? = nil, format: Receipt.Format, content: Content
    ) {
        (self.id, self.receivedAt, self.position) = (id, receivedAt, position)
        (self.digest, self.previousDigest) = (digest, previousDigest)
        (self.format, self.content) = (format, content)
    }

    /// - Parameter memory: nil where the report is new.
    package func decide(on memory: ReportMemory?, _ context: IntakeContext) -> Decision<ReportMemory> {
        guard var memory else { return first(context) }
        if memory.positions.contains(position) { return Decision(memory) }
        memory.add(position)
        if isSame(as: memory.digest) { return Decision(memory, again(memory.outcome, context)) }
        if memory.isRefused {
            var corrected = first(context)
            (corrected.subject.positions, corrected.subject.until) = (memory.positions, memory.until)
            return corrected
        }
        let isRepeated = memory.others.contains(where: isSame)
        if !isRepeated { memory.add(other: digest) }
        return Decision(memory, underTakenID(isRepeated: isRepeated, context))
    }

    private func isSame(as other: ReportDigest) -> Bool { other == digest || other == previousDigest }

    private func first(_ context: IntakeContext) -> Decision<ReportMemory> {
        let facts: [IntakeFact]
        let outcome: ReportMemory.Outcome
        switch content {
        case .concern(let report): (facts, outcome) = ([goingOn(report, .new, context)], .goneOn)
        case .consultation(let question):
            let reference = question.reference(as: id, context.secrets.current)
            outcome = .answered(.consultation(reference: reference))
            facts = question.registered(under: reference) + [answered(.consultation(reference: reference))]
        case .refused(let reasons):
            (facts, outcome) = ([answered(.refused(reasons))], .answered(.refused(reasons)))
        }
        let memory = ReportMemory(
            until: context.now + ReportMemory.duration, positions: [position], digest: digest, outcome: outcome)
        return Decision(memory, facts)
    }

    /// The same report has been sent again. The first answer is given once more.
    private func again(_ outcome: ReportMemory.Outcome, _ context: IntakeContext) -> [IntakeFact] {
        switch (outcome, content) {
        case (.answered(let answer), _): [answered(answer, isRepeated: true)]
        case (.goneOn, .concern(let report)): [goingOn(report, .repeated, context)]
        // The directory has changed since.
        case (.goneOn, .refused(let reasons)): [answered(.refused(reasons), isRepeated: true)]
        case (.goneOn, .consultation): []
        }
    }

    /// Another report has the id. Where this one speaks of harm, a person looks at it, once (rule 3).
    private func underTakenID(isRepeated: Bool, _ context: IntakeContext) -> [IntakeFact] {
        if case .concern(let report) = content, report.isHarmSuspected, !isRepeated {
            return [goingOn(report, .idReused, context)]
        }
        var reasons = [Receipt.Reason.idReused]
        if case .refused(let others) = content { reasons += others }
        return [answered(.refused(reasons), isRepeated: isRepeated)]
    }

    private func goingOn(
        _ report: Report, _ occasion: AcceptedReport.Occasion, _ context: IntakeContext
    ) -> IntakeFact {
        let accepted = AcceptedReport(
            id: id, receivedAt: receivedAt, report: report, occasion: occasion, format: format)
        return .accepted(accepted, bucket: accepted.firstBucket(context.secrets))
    }

    private func answered(_ answer: Receipt.Answer, isRepeated: Bool = false) -> IntakeFact {
        .answered(Receipt(id, answer, format, isRepeated: isRepeated))
    }
}

extension Receipt.Reason {
    /// The sender's mistake: two reports under one id.
    static let idReused = Self(Fault(.idReused, at: "ce_id"))
}
