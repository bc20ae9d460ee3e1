import Kafka

/// ``Log`` on librdkafka.
///
/// Four handles, because one cannot do all: the group member; the transactional producer; a reader of changelogs with
/// `read_committed`; and one with `read_uncommitted` for watermarks, which follow the handle's isolation level.
package final class KafkaLog: Log {
    package let cluster: String
    package let showsAborted: Bool

    private let member: Consumer
    private let changelogs: Consumer
    private let ends: Consumer
    private let producer: TransactionalProducer

    /// How long a question to a broker may take, in milliseconds.
    private static let answerTimeout: Int32 = 5_000

    /// Connects, and takes over the `transactional.id` from whoever had it.
    package init(group: String, member id: String, _ properties: KafkaProperties) throws(KafkaError) {
        var reading = properties
        reading["group.id"] = group
        reading["enable.auto.commit"] = "false"
        reading["enable.auto.offset.store"] = "false"
        reading["auto.offset.reset"] = "error"
        reading["enable.partition.eof"] = "true"
        reading["isolation.level"] = "read_committed"

        ends = try Consumer(reading.merging(["isolation.level": "read_uncommitted"]) { $1 })
        guard let cluster = ends.clusterId(timeout: Self.answerTimeout) else {
            throw KafkaError.unreachable(properties["bootstrap.servers"] ?? "(no bootstrap.servers)")
        }
        self.cluster = cluster
        showsAborted = EmbeddedBroker.isEmbedded(clusterId: cluster)
        changelogs = try Consumer(reading)

        var joining = reading
        // Range is the assignor that gives partition n of every input to the same member. A static member keeps its
        // tasks over a restart, and its stores on disk make that cheap. (The embedded broker knows no static members.)
        joining["partition.assignment.strategy"] = "range"
        joining["session.timeout.ms"] = properties["session.timeout.ms"] ?? "10000"
        joining["heartbeat.interval.ms"] = properties["heartbeat.interval.ms"] ?? "3000"
        if !showsAborted { joining["group.instance.id"] = id }
        member = try Consumer(joining)

        var writing = properties.filter { !Self.consumerOnly.contains($0.key) }
        writing["transactional.id"] = "\(group)-\(id)"
        // A dead owner blocks readers of what it wrote until its transaction times out.
        writing["transaction.timeout.ms"] = properties["transaction.timeout.ms"] ?? "10000"
        writing["message.timeout.ms"] = properties["message.timeout.ms"] ?? "8000"
        writing["linger.ms"] = properties["linger.ms"] ?? "5"
        writing["partitioner"] = "murmur2_random"
        producer = try TransactionalProducer(writing)
        try producer.initialise(timeout: 30_000)
    }

    private static let consumerOnly: Set<String> = [
        "session.timeout.ms", "heartbeat.interval.ms", "max.poll.interval.ms", "fetch.min.bytes", "fetch.wait.max.ms",
        "group.instance.id", "auto.offset.reset", "queued.max.messages.kbytes", "fetch.message.max.bytes",
    ]

    /// Ends a waiting ``poll(_:)``, from any thread.
    package var waker: Waker { member.waker }

    package func join(_ inputs: [String]) throws(KafkaError) { try member.subscribe(inputs) }

    package func poll(_ timeout: Duration) throws(KafkaError) -> Consumer.Polled {
        try Self.checked(member.poll(timeout: timeout.milliseconds))
    }

    package func read(_ positions: [TopicPartition: Int64]) throws(KafkaError) { try member.assign(positions) }

    package func letGo() throws(KafkaError) { try member.unassign() }

    package func committed(_ partitions: [TopicPartition]) throws(KafkaError) -> [TopicPartition: Int64?] {
        try member.committed(partitions, timeout: Self.answerTimeout)
    }

    package func watermarks(_ partition: TopicPartition) throws(KafkaError) -> (low: Int64, high: Int64) {
        try ends.watermarks(partition, timeout: Self.answerTimeout)
    }

    package func knownEnd(_ partition: TopicPartition) -> Int64? { member.knownEnd(partition) }

    package func readChangelogs(_ positions: [TopicPartition: Int64]) throws(KafkaError) {
        if positions.isEmpty { try changelogs.unassign() } else { try changelogs.assign(positions) }
    }

    package func pollChangelogs(_ timeout: Duration) throws(KafkaError) -> Consumer.Polled {
        try Self.checked(changelogs.poll(timeout: timeout.milliseconds))
    }

    package func begin() throws(KafkaError) { try producer.begin() }

    package func produce(_ record: ProducerRecord) throws(KafkaError) {
        while true {
            do throws(KafkaError) { return try producer.produce(record) } catch {
                guard error.isQueueFull else { throw error }
                producer.makeRoom(timeout: 10)
            }
        }
    }

    package func flush() throws(KafkaError) { try producer.flush(timeout: 5_000) }

    package func sendOffsets(_ positions: [TopicPartition: Int64]) throws(KafkaError) {
        guard let metadata = member.groupMetadata() else { return }
        try retrying { () throws(KafkaError) in try producer.sendOffsets(positions, of: metadata, timeout: -1) }
    }

    package func commit() throws(KafkaError) {
        try retrying { () throws(KafkaError) in try producer.commit(timeout: -1) }
    }

    package func abort() throws(KafkaError) {
        try retrying { () throws(KafkaError) in try producer.abort(timeout: -1) }
    }

    package func close() {
        member.close(timeout: 3_000)
        changelogs.close(timeout: 0)
        ends.close(timeout: 0)
    }

    /// A call whose outcome is not known is resumed by making it again; its own time-out is the transaction's.
    private func retrying(_ call: () throws(KafkaError) -> Void) throws(KafkaError) {
        var attempt = 1
        while true {
            do throws(KafkaError) { return try call() } catch {
                guard error.isRetriable, !error.isAbortable, attempt < 3 else { throw error }
                attempt += 1
            }
        }
    }

    /// What ends the work is thrown; what librdkafka mends by itself is nothing that happened.
    private static func checked(_ polled: Consumer.Polled) throws(KafkaError) -> Consumer.Polled {
        guard case .failed(let error, _) = polled else { return polled }
        if error.isFatal { throw error }
        return error.isOutOfRange ? polled : .nothing
    }
}

extension Duration {
    /// Whole milliseconds, rounded up, as librdkafka counts them.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        let total =
            seconds.multipliedReportingOverflow(by: 1_000).partialValue + (attoseconds + 999_999_999_999_999)
            / 1_000_000_000_000_000
        return Int32(clamping: max(0, total))
    }
}
