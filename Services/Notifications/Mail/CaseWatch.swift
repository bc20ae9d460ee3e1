import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import Logging
import ServiceKit
import ServiceLifecycle
import Synchronization

/// Whether a meeting of each case may be held now, read from the compacted topic `cases`.
///
/// Consent is checked when a meeting is decided, and again when its invitation is sent (rule 13).
final class CaseWatch: Service {
    /// How long a notice waits for a case that is not known yet.
    static let patience = Duration.seconds(10)

    private let mayMeet = Mutex<[String: Bool]>([:])
    private let follower: TopicFollower

    init(topic: String, _ properties: KafkaProperties, _ logger: Logger) {
        follower = TopicFollower([topic], properties, logger)
    }

    /// Consent is in force, and invitations may be sent. Nil for a case of which nothing is known yet.
    func mayMeet(_ reference: String, within patience: Duration = CaseWatch.patience) async -> Bool? {
        let deadline = ContinuousClock.now + patience
        while true {
            if let answer = isInForce(reference) { return answer }
            guard .now < deadline, !Task.isCancelled else { return nil }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    private func isInForce(_ reference: String) -> Bool? {
        guard follower.isCaughtUp else { return nil }
        return mayMeet.withLock { $0[reference] }
    }

    func run() async throws { try await follower.run { self.apply($0) } }

    func apply(_ record: Record) {
        if record.value == nil {
            // The case is erased (rule 23).
            let reference = String(decoding: record.key ?? [], as: UTF8.self)
            return mayMeet.withLock { $0[reference] = nil }
        }
        guard let event = try? Event(headers: record.headers, value: record.value, received: Date()),
            let status = try? event.decode(CaseStatus.self)
        else { return }
        mayMeet.withLock { $0[status.caseReference] = status.phase == Phase.cooperation.rawValue }
    }
}
