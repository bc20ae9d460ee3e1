/// Reads whole topics from their beginning or from now on, without joining a group. For data that every instance needs
/// (a global table in Kafka Streams' words), and for looking into a topic.
///
/// Confined to one thread. Aborted records are not seen, if the broker hides them.
public final class TopicReader {
    public enum Start: Sendable {
        case beginning
        /// Only what is written from now on.
        case end
        /// From the offsets that are returned, and from the first one of a partition that is left out. If an offset lies
        /// outside the log, ``read(timeout:)`` throws.
        case chosen(@Sendable (LogState) throws -> [TopicPartition: Int64])
    }

    /// What the brokers said of the topics before reading began.
    public struct LogState: Sendable {
        /// The cluster's id.
        public var cluster: String
        /// The first offset of each partition, and the one after the last record that is committed.
        public var ranges: [TopicPartition: Range<Int64>]

        public init(cluster: String, ranges: [TopicPartition: Range<Int64>]) {
            (self.cluster, self.ranges) = (cluster, ranges)
        }
    }

    private let consumer: Consumer
    private let properties: KafkaProperties
    /// Sees the ends of what is not committed yet.
    private var lookout: Consumer?
    private let counts: [String: Int]
    private var open: Set<TopicPartition>
    private var positions: [TopicPartition: Int64]
    /// The ends at the start, where they were asked for.
    private let ends: [TopicPartition: Int64]
    /// The cluster's id; empty if it was not asked for.
    public let cluster: String

    /// - Parameter timeout: how long each request to a broker may take, in milliseconds.
    /// - Throws: ``KafkaError`` if the broker does not answer in time; ``NoTopic`` if a topic does not exist; what
    ///   ``Start/chosen(_:)`` throws.
    public init(
        _ topics: [String], from start: Start, _ properties: KafkaProperties, timeout: Int32 = 10_000
    ) throws {
        var properties = properties
        properties["group.id"] = "reader"  // required by librdkafka; no group is joined
        properties["enable.auto.commit"] = "false"
        properties["enable.partition.eof"] = "true"
        properties["auto.offset.reset"] = if case .chosen = start { "error" } else { "earliest" }
        properties["isolation.level"] = "read_committed"
        self.properties = properties
        consumer = try Consumer(properties)
        let counts = try consumer.partitionCounts(topics, timeout: timeout)
        self.counts = counts
        if let missing = topics.first(where: { counts[$0] ?? 0 == 0 }) { throw NoTopic(missing) }
        let partitions = counts.flatMap { topic, count in (0..<Int32(count)).map { TopicPartition(topic, $0) } }
        switch start {
        case .beginning:
            positions = Dictionary(uniqueKeysWithValues: partitions.map { ($0, 0) })
            (ends, cluster) = ([:], "")
        case .end:
            positions = try Self.ranges(partitions, consumer, timeout).mapValues(\.upperBound)
            (ends, cluster) = (positions, "")
        case .chosen(let choose):
            let ranges = try Self.ranges(partitions, consumer, timeout)
            ends = ranges.mapValues(\.upperBound)
            guard let id = consumer.clusterId(timeout: timeout) else {
                throw KafkaError.late("ask for the cluster's id")
            }
            cluster = id
            let chosen = try choose(LogState(cluster: id, ranges: ranges))
            positions = ranges.mapValues(\.lowerBound).merging(chosen.filter { ranges[$0.key] != nil }) { $1 }
        }
        open = Set(positions.keys)
        try consumer.assign(positions)
    }

    private static func ranges(
        _ partitions: [TopicPartition], _ consumer: Consumer, _ timeout: Int32
    ) throws(KafkaError) -> [TopicPartition: Range<Int64>] {
        var ranges: [TopicPartition: Range<Int64>] = [:]
        for partition in partitions {
            let (low, high) = try consumer.watermarks(partition, timeout: timeout)
            ranges[partition] = low..<max(low, high)
        }
        return ranges
    }

    /// True once every partition has been read to what was its end at some time since the start.
    public var isCaughtUp: Bool { open.isEmpty }

    /// Every record below it has been passed on.
    public func position(_ partition: TopicPartition) -> Int64 { positions[partition] ?? 0 }

    /// The offset after the last one of each partition, as of the last answers of the brokers. Costs no request.
    public var knownEnds: [TopicPartition: Int64] {
        Dictionary(
            uniqueKeysWithValues: positions.map { ($0.key, consumer.knownEnd($0.key) ?? ends[$0.key] ?? $0.value) })
    }

    /// The offset after the last record of each partition now, committed or not: a request to each leader.
    ///
    /// Whoever has read up to there has seen all that was committed by now: what an open transaction holds back, too.
    ///
    /// - Parameter timeout: for each request, in milliseconds.
    /// - Throws: ``KafkaError`` if a broker does not answer in time.
    public func ends(timeout: Int32) throws(KafkaError) -> [TopicPartition: Int64] {
        let lookout: Consumer
        if let known = self.lookout {
            lookout = known
        } else {
            lookout = try Consumer(properties.merging(["isolation.level": "read_uncommitted"]) { $1 })
            self.lookout = lookout
        }
        var ends: [TopicPartition: Int64] = [:]
        for partition in positions.keys { ends[partition] = try lookout.watermarks(partition, timeout: timeout).high }
        return ends
    }

    /// Whether the brokers answer, and the topics have the partitions that they had.
    ///
    /// - Parameter timeout: for each request, in milliseconds.
    /// - Throws: ``KafkaError`` if a broker does not answer in time.
    public func hasSamePartitions(timeout: Int32) throws(KafkaError) -> Bool {
        try consumer.partitionCounts(Array(counts.keys), timeout: timeout) == counts
    }

    /// The next record within `timeout` milliseconds; nil if none came, or if it could not be read now.
    public func poll(timeout: Int32) -> Record? { try? read(timeout: timeout) }

    /// As ``poll(timeout:)``, for a reader that must not miss what goes wrong.
    ///
    /// - Throws: each error that librdkafka does not mend by itself. Then the reader is of no more use.
    public func read(timeout: Int32) throws(KafkaError) -> Record? {
        switch consumer.poll(timeout: timeout) {
        case .record(let record):
            let partition = record.topicPartition
            positions[partition] = record.offset + 1
            // A busy partition may never be read to its present end.
            if let end = ends[partition], end <= record.offset + 1 { open.remove(partition) }
            return record
        case .end(let partition, let offset):
            open.remove(partition)
            positions[partition] = offset
            return nil
        case .failed(let error, _) where !error.isTransient: throw error
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
