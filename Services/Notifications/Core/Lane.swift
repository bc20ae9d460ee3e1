package import Domain

/// The notices about one meeting to one recipient. They go out one at a time and in order.
///
/// A cancellation never overtakes its invitation, and a notice that has become wrong is not sent.
package struct Lane: Aggregate, Equatable {
    package typealias Fact = QueueStep
    package typealias Context = NoticeContext

    /// The id of the notice that is being sent or waits for its next attempt.
    package var open: String?
    /// What follows it. Only the newest is kept.
    package var next: Notice?
    /// The newest that has come.
    package var newest: Edition
    /// Who was told, and where; nil in what was written before it was kept.
    package var recipient: Recipient?
    /// A notice of the meeting has gone out, or may have.
    package var isTold: Bool

    package init(
        open: String? = nil, next: Notice? = nil, newest: Edition, recipient: Recipient?, isTold: Bool = false
    ) {
        (self.open, self.next, self.newest) = (open, next, newest)
        (self.recipient, self.isTold) = (recipient, isTold)
    }

    /// Who has the meeting in the calendar and can be told by itself that it is off (rule 22).
    package var invited: Recipient? {
        guard newest.method == .request, let recipient, case .person = recipient else { return nil }
        return recipient
    }

    /// What is known of the lane's open notice.
    package enum Progress: Sendable, Equatable {
        /// It is being sent, or there is none.
        case beingSent
        /// It waits for its next attempt or for the morning.
        case delayed(Notice)
        /// It is not sent before this step is over, because the service has just started.
        ///
        /// - Parameter isUnbegun: it has never been tried. Otherwise it may have gone out before the start.
        case held(Notice, isUnbegun: Bool)
    }
}

extension Notice {
    /// Puts a notice of a meeting into its lane. It goes out at once, or when the one before it is settled.
    ///
    /// - Parameter lane: nil where the recipient has not been told of the meeting before.
    package func entering(
        _ lane: Lane?, as edition: Edition, _ progress: Lane.Progress, _ context: NoticeContext
    ) -> Decision<Lane> {
        guard var lane else {
            return Decision(Lane(open: id, newest: edition, recipient: recipient), [.queued(self, departure(context))])
        }
        if edition.sequence < lane.newest.sequence { return Decision(lane, [.superseded(self, .new)]) }
        (lane.newest, lane.recipient) = (edition, recipient)
        var steps: [QueueStep] = []
        var isUntried = false
        switch progress {
        case .beingSent: break
        case .delayed(let open):
            // It has not gone out, and is wrong now.
            steps.append(.superseded(open, .delayed))
            lane.open = nil
            isUntried = open.attempt == 1
        case .held(let open, let isUnbegun):
            // It was read together with what makes it wrong, as after a weekend.
            steps.append(.superseded(open, .wished))
            lane.open = nil
            isUntried = isUnbegun
        }
        if isUntried, !lane.isTold, edition.method == .cancel {
            // Nobody needs to hear of the end of a meeting that they were never invited to.
            return Decision(lane, steps + [.superseded(self, .new)])
        }
        if lane.open == nil {
            lane.open = id
            steps.append(.queued(self, departure(context)))
        } else {
            if let next = lane.next { steps.append(.superseded(next, .new)) }
            lane.next = self
        }
        return Decision(lane, steps)
    }
}

extension Lane {
    /// What follows from an attempt to deliver the open notice. When it is settled, the next one goes out.
    package func settling(
        _ notice: Notice, _ result: DeliveryResult, cause: String, _ context: NoticeContext
    ) -> Decision<Lane> {
        let step = notice.settled(by: result, isOvertaken: next != nil, cause: cause, context)
        var lane = self
        if result.mayHaveArrived { lane.isTold = true }
        if case .delayed = step { return Decision(lane, [step]) }
        lane.open = next?.id
        lane.next = nil
        return Decision(lane, [step] + (next.map { [.queued($0, $0.departure(context))] } ?? []))
    }
}
