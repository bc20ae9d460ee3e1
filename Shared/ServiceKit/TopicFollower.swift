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
    private let caughtUp = Mutex(false)

    package init(_ topics: [String], _ properties: KafkaProperties, _ logger: Logger) {
        (self.topics, self.properties, self.logger) = (topics, properties, logger)
    }

    /// True once every partition has been read to the end that it had at the start.
    package var isCaughtUp: Bool { caughtUp.withLock(\.self) }

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
            caughtUp.withLock { $0 = false }
            do {
                let reader = try TopicReader(topics, from: .beginning, properties)
                while !stop.isSet {
                    if let record = reader.poll(timeout: 100) { take(record) }
                    if reader.isCaughtUp { caughtUp.withLock { $0 = true } }
                }
            } catch let error as KafkaError where error.isRetriable {
                logger.warning(
                    "topics cannot be read yet",
                    metadata: ["topics": "\(topics.joined(separator: ", "))", "why": "\(error)"])
                usleep(500_000)
            }
        }
    }
}
