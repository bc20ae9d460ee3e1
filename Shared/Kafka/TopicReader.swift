/// Reads whole topics from their beginning or from now on, without joining a group. For data that every instance needs
/// (a global table in Kafka Streams' words), and for looking into a topic.
///
/// Confined to one thread. Aborted records are not seen, if the broker hides them.
public final class TopicReader {
    public enum Start: Sendable {
        case beginning
        /// Only what is written from now on.
        case end
    }

    private let consumer: Consumer
    private var open: Set<TopicPartition>
    private var positions: [TopicPartition: Int64]

    /// - Parameter timeout: how long each request to a broker may take, in milliseconds.
    /// - Throws: ``KafkaError`` if the broker does not answer in time; ``NoTopic`` if a topic does not exist.
    public init(
        _ topics: [String], from start: Start, _ properties: KafkaProperties, timeout: Int32 = 10_000
    ) throws {
        var properties = properties
        properties["group.id"] = "reader"  // required by librdkafka; no group is joined
        properties["enable.auto.commit"] = "false"
        properties["enable.partition.eof"] = "true"
        properties["auto.offset.reset"] = "earliest"
        properties["isolation.level"] = "read_committed"
        consumer = try Consumer(properties)
        var positions: [TopicPartition: Int64] = [:]
        for (topic, count) in try consumer.partitionCounts(topics, timeout: timeout) {
            guard count > 0 else { throw NoTopic(topic) }
            for partition in (0..<Int32(count)).map({ TopicPartition(topic, $0) }) {
                switch start {
                case .beginning: positions[partition] = 0
                case .end: positions[partition] = try consumer.watermarks(partition, timeout: timeout).high
                }
            }
        }
        open = Set(positions.keys)
        self.positions = positions
        try consumer.assign(positions)
    }

    /// True once every partition has been read to what was its end at some time since the start.
    public var isCaughtUp: Bool { open.isEmpty }

    /// Every record below it has been passed on.
    public func position(_ partition: TopicPartition) -> Int64 { positions[partition] ?? 0 }

    /// The next record within `timeout` milliseconds; nil if none came.
    public func poll(timeout: Int32) -> Record? {
        switch consumer.poll(timeout: timeout) {
        case .record(let record):
            positions[record.topicPartition] = record.offset + 1
            return record
        case .end(let partition, let offset):
            open.remove(partition)
            positions[partition] = offset
            return nil
        default: return nil
        }
    }

    /// Reads until it has caught up.
    ///
    /// - Returns: false if that took longer than `limit`, or `stop` was set.
    public func catchUp(
        within limit: Duration, until stop: StopFlag = StopFlag(), _ take: (Record) throws -> Void
    ) rethrows -> Bool {
        let deadline = ContinuousClock.now + limit
        while !isCaughtUp {
            guard .now < deadline, !stop.isSet else { return false }
            if let record = poll(timeout: 100) { try take(record) }
        }
        return true
    }
}

/// A topic to be read does not exist.
public struct NoTopic: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ topic: String) {
        description = "the topic \(topic) does not exist"
    }
}
