import Codec
import Domain
import Foundation
import Kafka
import Logging
import ServiceLifecycle
import Synchronization

/// Where each case stands right now, read from the compacted topic `cases`: consent is checked again at the moment an
/// invitation goes out, not only when it was decided (rule 13).
final class CaseWatch: Service {
    /// The longest that a sending waits for what it has not seen yet.
    private static let patience = Duration.seconds(10)

    private struct Known {
        var phases: [String: String] = [:]
        var isCaughtUp = false
    }

    private let known = Mutex(Known())
    private let topic: String
    private let properties: KafkaProperties
    private let logger: Logger

    init(topic: String, _ properties: KafkaProperties, _ logger: Logger) {
        (self.topic, self.properties, self.logger) = (topic, properties, logger)
    }

    /// Consent is in force, and a meeting may be told of; false where no case has that reference.
    func mayMeet(_ reference: String) async -> Bool {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            if let answer = isInForce(reference) { return answer }
            guard .now < deadline, !Task.isCancelled else { return false }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Nil while that is not known yet.
    private func isInForce(_ reference: String) -> Bool? {
        known.withLock { known in
            guard known.isCaughtUp, let phase = known.phases[reference] else { return nil }
            return phase == Phase.cooperation.rawValue
        }
    }

    func run() async throws {
        let stop = StopFlag()
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await DedicatedThread.run(name: "case-watch") { try self.read(until: stop) }
        } onCancelOrGracefulShutdown: {
            stop.set()
        }
    }

    private func read(until stop: StopFlag) throws {
        while !stop.isSet {
            do {
                let reader = try TopicReader([topic], from: .beginning, properties)
                while !stop.isSet {
                    if let record = reader.poll(timeout: 100) { take(record) }
                    if reader.isCaughtUp { known.withLock { $0.isCaughtUp = true } }
                }
            } catch let error as KafkaError where error.isRetriable {
                logger.warning("the cases cannot be read yet", metadata: ["why": "\(error)"])
                usleep(500_000)
            }
        }
    }

    func take(_ record: Record) {
        guard let event = try? Event(headers: record.headers, value: record.value, received: Date()),
            let status = try? event.decode(CaseStatus.self)
        else { return }
        known.withLock { $0.phases[status.caseReference] = status.phase }
    }
}
