import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import Logging
import ServiceKit
import ServiceLifecycle
import Synchronization

/// Whether a meeting of each case may be held now, and which cases a fallback unit has, read from the compacted topic `cases`.
///
/// Consent is checked when a meeting is decided, and again when its invitation is sent (rule 13).
final class CaseWatch: Service {
    /// How long a notice waits for what is known of its case.
    static let patience = Duration.seconds(10)

    /// What consent allows in a case now.
    enum Consent {
        /// That people meet.
        case meeting
        /// That people from outside the directory take part.
        case outsiders
    }

    /// What is known of a case.
    private struct Standing {
        var consents: Set<Consent>
        /// Nil where no fallback unit has it.
        var fallback: FallbackOwner?
    }

    private let cases = Mutex<[String: Standing]>([:])
    private let follower: TopicFollower

    init(topic: String, _ properties: KafkaProperties, _ logger: Logger) {
        follower = TopicFollower([topic], properties, logger)
    }

    /// Whether consent is in force, as of the call: what was decided before it is known. A copy that lags would drop an invitation
    /// for good, or send one after a withdrawal.
    ///
    /// - Returns: nil for a case of which nothing is known, and where the topic could not be read to its end in time.
    func isInForce(
        _ consent: Consent, in reference: String, within patience: Duration = CaseWatch.patience
    ) async -> Bool? {
        guard await follower.reachesEnd(within: patience) else { return nil }
        return cases.withLock { $0[reference]?.consents.contains(consent) }
    }

    /// Which of these cases a fallback unit has (rule 2). No mail is held back for it: what is not known is not said.
    func fallbacks(
        among references: [String], within patience: Duration = CaseWatch.patience
    ) async -> [String: FallbackOwner] {
        let deadline = ContinuousClock.now + patience
        while !references.isEmpty, !follower.isCaughtUp, .now < deadline, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(50))
        }
        return cases.withLock { cases in
            references.reduce(into: [:]) { $0[$1] = cases[$1]?.fallback }
        }
    }

    func run() async throws { try await follower.run { self.apply($0) } }

    func apply(_ record: Record) {
        if record.value == nil {
            // The case is erased (rule 23).
            let reference = String(decoding: record.key ?? [], as: UTF8.self)
            return cases.withLock { $0[reference] = nil }
        }
        guard let event = try? Event(headers: record.headers, value: record.value, received: Date()),
            let status = try? event.decode(CaseStatus.self)
        else { return }
        let meeting: Set<Consent> = status.phase == Phase.cooperation.rawValue ? [.meeting] : []
        let standing = Standing(
            consents: meeting.union(status.outsiders ? [.outsiders] : []),
            fallback: status.fallbackReason.isEmpty ? nil : status.ownerSought ? .sought : .kept)
        cases.withLock { $0[status.caseReference] = standing }
    }
}
