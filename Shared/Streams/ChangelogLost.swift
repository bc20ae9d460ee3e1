import Foundation
import Kafka

/// A changelog lacks records that the group has already processed: it was deleted, recreated, or truncated.
///
/// The changelog is the state, so the service does not continue by itself. It would answer as if it had never seen
/// these keys.
public enum ChangelogLost {
    static func error(
        _ configuration: StreamsConfiguration, _ partition: Int32,
        _ input: (name: String, group: Int64, stored: Int64?)?
    ) -> TopicsNotReady {
        let seen =
            input.map {
                "the group has taken \($0.name)/\(partition) up to \($0.group), the changelog knows of "
                    + ($0.stored.map { "\($0)" } ?? "nothing")
            } ?? "the state file on this machine goes further than the changelog"
        return TopicsNotReady(
            "the changelog \(configuration.physical(configuration.changelog))/\(partition) has lost records: \(seen). Nothing was changed. "
                + "Bring the topic back from a replica or a mirror; or stop all instances, "
                + "\(configuration.howToAcceptLoss), and give up what is lost"
        )
    }

    static func gone(_ configuration: StreamsConfiguration) -> TopicsNotReady {
        TopicsNotReady(
            "the changelog \(configuration.physical(configuration.changelog)) is gone, and with it the state of all that the "
                + "group has taken. Nothing was changed. Bring the topic back from a replica or a mirror; or stop all "
                + "instances, create the topic anew (\(configuration.howToCreateTopics)), "
                + "\(configuration.howToAcceptLoss), and give up what is lost")
    }

    /// The positions that the group has committed; nil if there is none.
    static func groupOffsets(
        _ configuration: StreamsConfiguration, _ places: [TopicPartition]
    ) throws(KafkaError) -> [TopicPartition: Int64?] {
        var properties = configuration.kafka
        properties["group.id"] = configuration.physical(configuration.application)
        properties["isolation.level"] = "read_committed"
        let group = try Consumer(properties)
        defer { group.close(timeout: 0) }
        return try group.committed(places, timeout: 30_000)
    }

    /// Accepts the loss: writes the group's positions to the changelog, so that the stream continues from there with
    /// the state that is left. The stream must not be running.
    ///
    /// - Returns: the positions that were written, by task.
    /// - Throws: `KafkaError`; ``TopicsNotReady`` if the topics are not as the stream needs them.
    public static func accept(_ configuration: StreamsConfiguration) async throws -> [Int32: [String: Int64]] {
        let inputs = configuration.inputs.map(configuration.physical)
        let changelog = configuration.physical(configuration.changelog)
        let positions = try await DedicatedThread.run(name: "accept-loss") {
            let partitions = try TopicCheck.run(configuration)
            var positions: [Int32: [String: Int64]] = [:]
            for partition in 0..<Int32(partitions) {
                let committed = try groupOffsets(configuration, inputs.map { TopicPartition($0, partition) })
                for (place, offset) in committed { positions[partition, default: [:]][place.topic] = offset }
            }
            return (positions, partitions)
        }
        let producer = try Producer(configuration.kafka)
        for (partition, offsets) in positions.0.sorted(by: { $0.key < $1.key }) {
            try await producer.send(
                ProducerRecord(
                    topic: changelog, partition: partition, key: StateKey.positions,
                    value: StoredPositions(offsets, partitions: positions.1).encoded))
        }
        return positions.0
    }
}
