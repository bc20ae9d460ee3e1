package import Domain
package import Foundation

/// A report has come, under its own id. Is it new? One that comes again is answered and not registered twice (rule 4).
package struct ReceiveReport: Sendable, Equatable {
    package var id: ReportID
    package var receivedAt: Date
    /// Where its record lies. Tells a report that was sent twice from a record that was read twice.
    package var position: String
    package var content: Content

    package enum Content: Sendable, Equatable {
        case concern(Report)
        case consultation(Consultation)
        /// It cannot be read, or what it says does not hold.
        case refused([Receipt.Reason])
    }

    package init(id: ReportID, receivedAt: Date, position: String, content: Content) {
        (self.id, self.receivedAt) = (id, receivedAt)
        (self.position, self.content) = (position, content)
    }

    /// - Parameter memory: nil where the report is new.
    package func decide(on memory: ReportMemory?, _ context: IntakeContext) -> Decision<ReportMemory> {
        guard var memory else {
            return Decision(
                ReportMemory(until: context.now + ReportMemory.duration, positions: [position]), facts(context))
        }
        if memory.positions.contains(position) { return Decision(memory) }
        memory.add(position)
        return Decision(memory, [.answered(Receipt(id, refused: [Fault(.alreadyReceived)]))])
    }

    private func facts(_ context: IntakeContext) -> [IntakeFact] {
        switch content {
        case .concern(let report):
            let child = ChildKey(report.number, secret: context.secret).text
            return [.accepted(RegisterConcern(id: id, receivedAt: receivedAt, report: report, child: child))]
        case .consultation(let consultation):
            return consultation.registered(as: id)
        case .refused(let reasons):
            return [.answered(Receipt(id, .refused(reasons)))]
        }
    }
}
