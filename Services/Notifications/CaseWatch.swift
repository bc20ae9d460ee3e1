import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import Logging
import ServiceKit
import ServiceLifecycle
import Synchronization

/// Where each case stands right now, read from the compacted topic `cases`: consent is checked again at the moment an
/// invitation goes out, not only when it was decided (rule 13).
final class CaseWatch: Service {
    /// The longest that a sending waits for what it has not seen yet.
    static let patience = Duration.seconds(10)

    private let phases = Mutex<[String: String]>([:])
    private let follower: TopicFollower

    init(topic: String, _ properties: KafkaProperties, _ logger: Logger) {
        follower = TopicFollower([topic], properties, logger)
    }

    /// Consent is in force, and a meeting may be told of; nil where nothing is known of the case for now.
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
        return phases.withLock { $0[reference] }.map { $0 == Phase.cooperation.rawValue }
    }

    func run() async throws { try await follower.run { self.take($0) } }

    func take(_ record: Record) {
        guard let event = try? Event(headers: record.headers, value: record.value, received: Date()),
            let status = try? event.decode(CaseStatus.self)
        else { return }
        phases.withLock { $0[status.caseReference] = status.phase }
    }
}
