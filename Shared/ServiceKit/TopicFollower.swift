import Foundation
package import Kafka
package import Logging
import ServiceLifecycle
import Synchronization

/// Reads topics from the beginning and keeps reading. For tables that every instance holds completely.
package final class TopicFollower: Sendable {
    private let topics: [String]
    private let properties: KafkaProperties
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var isCaughtUp = false
        /// Who wants to know that everything has been taken is given a number, and the numbers up to one have been answered.
        var asked = 0
        var answered = 0
    }

    package init(_ topics: [String], _ properties: KafkaProperties, _ logger: Logger) {
        (self.topics, self.properties, self.logger) = (topics, properties, logger)
    }

    /// True once every partition has been read to the end that it had at the start.
    package var isCaughtUp: Bool { state.withLock(\.isCaughtUp) }

    /// Waits until everything has been taken that was on the topics when this was called.
    ///
    /// - Returns: false where that took longer, for example since a broker does not answer.
    package func reachesEnd(within patience: Duration) async -> Bool {
        let deadline = ContinuousClock.now + patience
        let number = state.withLock { state in
            state.asked += 1
            return state.asked
        }
        while state.withLock({ $0.answered < number }) {
            guard .now < deadline, !Task.isCancelled else { return false }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return true
    }

    /// Follows until the task is cancelled or the service shuts down.
    ///
    /// - Parameter take: receives each record, on one thread. After a restart of the reader it receives all again.
    package func run(_ take: @escaping @Sendable (Record) -> Void) async throws {
        let stop = StopFlag()
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await DedicatedThread.run(name: "follower") { try self.read(until: stop, take) }
        } onCancelOrGracefulShutdown: {
            stop.set()
        }
    }

    private func read(until stop: StopFlag, _ take: (Record) -> Void) throws {
        while !stop.isSet {
            state.withLock { $0.isCaughtUp = false }
            do {
                let reader = try TopicReader(topics, from: .beginning, properties)
                var look: (number: Int, ends: [TopicPartition: Int64])?
                while !stop.isSet {
                    if let record = reader.poll(timeout: look == nil ? 50 : 5) { take(record) }
                    if reader.isCaughtUp { state.withLock { $0.isCaughtUp = true } }
                    answer(reader, &look)
                }
            } catch let error as KafkaError where error.isRetriable {
                logger.warning(
                    "topics cannot be read yet",
                    metadata: ["topics": "\(topics.joined(separator: ", "))", "why": "\(error)"])
                usleep(500_000)
            }
        }
    }

    /// Looks where the topics end, where somebody wants to know, and says when that has been reached.
    private func answer(
        _ reader: TopicReader, _ look: inout (number: Int, ends: [TopicPartition: Int64])?
    ) {
        if look == nil, let asked = state.withLock({ $0.asked > $0.answered ? $0.asked : nil }) {
            // A leader that does not answer now is asked again. Meanwhile, what comes is taken.
            look = (try? reader.ends(timeout: 1_000)).map { (asked, $0) }
        }
        guard let reached = look, reached.ends.allSatisfy({ reader.position($0.key) >= $0.value }) else { return }
        state.withLock { $0.answered = reached.number }
        look = nil
    }
}
