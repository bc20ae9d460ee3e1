package import Domain
package import Foundation

/// What becomes of a notice next.
package enum QueueStep: Sendable, Equatable {
    case queued(Notice, Departure)
    /// A newer notice has made it wrong, or consent has ended (rule 13). It is not sent.
    case superseded(Notice, Place)
    case sent(Notice)
    /// - Parameter notice: as it will be tried next.
    case delayed(Notice, Delay)
    /// A person must take over.
    ///
    /// - Parameter substitute: tells that person; nil where there is nobody to tell.
    case failed(Notice, detail: String, substitute: NoticeDraft?)

    /// When a notice leaves the queue.
    package enum Departure: Sendable, Equatable {
        case now
        /// When the quiet hours end.
        case at(Date)
        /// Together with what else has gathered for the recipient.
        case inDigest
    }

    /// Where a notice lay until now.
    package enum Place: Sendable, Equatable {
        /// Nowhere: it was never queued, or its attempt is over.
        case new
        /// Among those that wait for an attempt.
        case delayed
        /// Among those that are to be sent at once.
        case wished
    }

    /// Why and until when a notice waits.
    package struct Delay: Sendable, Equatable {
        package var until: Date
        /// A reply code, or what stood in the way.
        package var detail: String
    }
}

/// What has become of a notice, as it is published.
package struct NoticeFact: Sendable, Equatable {
    package var notice: Notice.Label
    package var event: Event

    package init(_ notice: Notice.Label, _ event: Event) { (self.notice, self.event) = (notice, event) }

    package enum Event: Sendable, Equatable {
        /// - Parameter notBefore: nil where nothing keeps it back.
        case queued(notBefore: Date?)
        case superseded
        case sent(attempt: Int32)
        case delayed(attempt: Int32, detail: String, next: Date)
        case failed(attempt: Int32, detail: String)
    }
}

extension QueueStep {
    /// The facts that say so: of a digest also one for each notice in it.
    package var facts: [NoticeFact] {
        switch self {
        case .queued(let notice, .at(let date)): [NoticeFact(notice.label, .queued(notBefore: date))]
        case .queued(let notice, .now), .queued(let notice, .inDigest):
            [NoticeFact(notice.label, .queued(notBefore: nil))]
        case .superseded(let notice, _): [NoticeFact(notice.label, .superseded)]
        case .sent(let notice): notice.labels.map { NoticeFact($0, .sent(attempt: notice.attempt)) }
        case .delayed(let notice, let delay):
            [
                NoticeFact(
                    notice.label, .delayed(attempt: notice.attempt - 1, detail: delay.detail, next: delay.until))
            ]
        case .failed(let notice, let detail, _):
            notice.labels.map { NoticeFact($0, .failed(attempt: notice.attempt, detail: detail)) }
        }
    }
}

/// What came of one attempt to deliver a notice.
package struct DeliveryReport: Sendable, Equatable {
    package var notice: String
    package var attempt: Int32
    package var result: DeliveryResult

    package init(notice: String, attempt: Int32, _ result: DeliveryResult) {
        (self.notice, self.attempt, self.result) = (notice, attempt, result)
    }
}

/// A detail is a reply code or what stood in the way, never an address.
package enum DeliveryResult: Sendable, Equatable {
    case sent
    /// Consent is not in force any more (rule 13).
    case withheld
    /// Another attempt may succeed.
    case temporary(detail: String)
    case permanent(detail: String)

    /// A connection can break after the relay has taken the message.
    var mayHaveArrived: Bool {
        switch self {
        case .sent, .temporary: true
        case .withheld, .permanent: false
        }
    }
}

extension Notice {
    fileprivate var labels: [Label] { [label] + gathered }

    /// When it goes out: now, in the morning, or in the recipient's digest.
    package func departure(_ context: NoticeContext) -> QueueStep.Departure {
        guard !kind.form.isUrgent, let county = context.directory.counties[county] else { return .now }
        if meeting == nil, let person = recipient.id.flatMap({ county.people[$0] }), person.digest { return .inDigest }
        return Quiet.end(county.settings, context.now).map { .at($0) } ?? .now
    }

    /// What follows from an attempt to deliver it.
    ///
    /// - Parameters:
    ///   - isOvertaken: a newer notice waits behind it.
    ///   - cause: the id of the report on the delivery.
    package func settled(
        by result: DeliveryResult, isOvertaken: Bool, cause: String, _ context: NoticeContext
    ) -> QueueStep {
        switch result {
        case .sent: return .sent(self)
        case .withheld: return .superseded(self, .new)
        case .temporary where isOvertaken: return .superseded(self, .new)
        case .temporary(let detail) where Retry.goesOn(self, now: context.now):
            var next = self
            next.attempt += 1
            next.status = .delayed
            return .delayed(next, .init(until: Retry.next(self, now: context.now), detail: detail))
        case .temporary(let detail), .permanent(let detail):
            return .failed(self, detail: detail, substitute: undelivered(cause: cause, context))
        }
    }

    /// The same notice, to be sent once more by hand.
    package func again(now: Date) -> Notice {
        var notice = self
        notice.attempt = 1
        notice.created = now
        return notice
    }

    /// How long a notice that failed can be sent again by hand.
    package static let memory: TimeInterval = 30 * 24 * 3_600

    /// How long after a relay has taken a notice a report that it did not arrive is expected. Relays give up after four to
    /// five days (RFC 5321 §4.5.4.1).
    package static let bounceMemory: TimeInterval = 7 * 24 * 3_600

    /// The most replies to one address in 24 hours.
    package static let repliesADay: Int32 = 5
}

/// When a notice that could not be delivered is tried again.
package enum Retry {
    /// After this time a person must take over.
    package static let limit: TimeInterval = 48 * 3_600

    static func goesOn(_ notice: Notice, now: Date) -> Bool { now < notice.created + limit }

    /// 30 s after the first attempt, twice as long after each further one, and at most an hour.
    ///
    /// The notice's id makes it up to a fifth more or less, so that a relay that comes back is not met by all at once.
    static func next(_ notice: Notice, now: Date) -> Date {
        let pause = min(3_600, 30 * pow(2, Double(notice.attempt - 1)))
        let share = Double(
            Reference.id(of: "\(notice.id)#\(notice.attempt)").utf8.reduce(0) { $0 &* 31 &+ UInt64($1) } % 1_000)
        return now + pause * (0.8 + 0.4 * share / 1_000)
    }
}

/// The hours in which a county sends only what is urgent.
package enum Quiet {
    /// When they end; nil outside them.
    package static func end(_ settings: County.Settings, _ now: Date) -> Date? {
        guard let (from, to) = settings.quietHours else { return nil }
        let (day, minute) = (CivilTime.day(of: now), CivilTime.clock(of: now).minute)
        if from < to { return (from..<to).contains(minute) ? CivilTime.instant(day, minute: to) : nil }
        if minute >= from { return CivilTime.instant(day.plus(1), minute: to) }
        return minute < to ? CivilTime.instant(day, minute: to) : nil
    }
}
