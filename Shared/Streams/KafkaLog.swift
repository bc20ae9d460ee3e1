package import Kafka

/// ``Log`` on librdkafka.
///
/// It has four clients, because one cannot do everything: the group member; the transactional producer; a reader of
/// changelogs with `read_committed`; and one with `read_uncommitted` for watermarks, which depend on the client's
/// isolation level.
package final class KafkaLog: Log {
    package let cluster: String
    package let showsAborted: Bool

    private let member: Consumer
    private let changelogs: Consumer
    /// Topics whose metadata the reader of changelogs has fetched.
    private var known: Set<String> = []
    private let ends: Consumer
    private let producer: TransactionalProducer

    /// Called about once a second while a call waits for a broker. An error that it throws ends the wait.
    package var onWait: () throws(KafkaError) -> Void

    /// How long a request to a broker may take, in milliseconds.
    private static let answerTimeout: Int32 = 5_000
    /// The longest time that a transaction may take, plus 5 s. After that its coordinator has ended it.
    private let transactionLimit: Duration

    /// Connects, and fences any earlier owner of the `transactional.id`.
    ///
    /// - Throws: ``TopicsNotReady`` if a property would weaken the runtime's promises; `KafkaError`.
    package init(
        group: String, member id: String, _ properties: KafkaProperties,
        onWait: @escaping () throws(KafkaError) -> Void = {}
    ) throws {
        if let problem = Self.problem(in: properties) { throw TopicsNotReady(problem) }
        self.onWait = onWait
        var properties = properties
        // If a broker is gone, some calls wait for their request to fail, not for their own time-out
        // (`send_offsets_to_transaction`, `query_watermark_offsets`). librdkafka's default is a minute.
        properties["socket.timeout.ms"] = properties["socket.timeout.ms"] ?? "10000"
        var reading = properties
        reading["group.id"] = group
        reading["enable.auto.commit"] = "false"
        reading["enable.auto.offset.store"] = "false"
        reading["auto.offset.reset"] = "error"
        reading["enable.partition.eof"] = "true"
        reading["isolation.level"] = "read_committed"

        ends = try Consumer(reading.merging(["isolation.level": "read_uncommitted"]) { $1 })
        var cluster: String?
        for _ in 0..<5 where cluster == nil {
            cluster = ends.clusterId(timeout: Self.answerTimeout / 5)
            if cluster == nil { try onWait() }
        }
        guard let cluster else {
            throw KafkaError.unreachable(properties["bootstrap.servers"] ?? "(no bootstrap.servers)")
        }
        self.cluster = cluster
        showsAborted = EmbeddedBroker.isEmbedded(clusterId: cluster)
        // A restore is limited by its state file, so records queued in the client only cost memory. The end of a
        // partition is reported with an empty response, so the broker should not delay a response until it has data.
        let restoring = [
            "queued.max.messages.kbytes": "16384", "fetch.message.max.bytes": "1048576", "fetch.wait.max.ms": "10",
        ]
        changelogs = try Consumer(reading.merging(restoring) { $1 })

        var joining = reading
        // Range is the assignor that gives partition n of every input to the same member. A static member keeps its
        // tasks over a restart, and can use its state files again. (The embedded broker has no static members.)
        joining["partition.assignment.strategy"] = "range"
        joining["session.timeout.ms"] = properties["session.timeout.ms"] ?? Default.sessionTimeout
        joining["heartbeat.interval.ms"] = properties["heartbeat.interval.ms"] ?? "3000"
        if !showsAborted { joining["group.instance.id"] = id }
        member = try Consumer(joining)

        var writing = properties.filter { !Self.consumerOnly.contains($0.key) }
        writing["transactional.id"] = "\(group)-\(id)"
        // A dead owner's open transaction blocks readers until it times out.
        let transactionTimeout = properties["transaction.timeout.ms"] ?? Default.transactionTimeout
        writing["transaction.timeout.ms"] = transactionTimeout
        transactionLimit = .milliseconds(Int(transactionTimeout) ?? 0) + .seconds(5)
        writing["message.timeout.ms"] = properties["message.timeout.ms"] ?? Default.messageTimeout
        writing["linger.ms"] = properties["linger.ms"] ?? "5"
        writing["partitioner"] = "murmur2_random"
        producer = try TransactionalProducer(writing)
        try producer.initialise(timeout: 30_000, whileWaiting: onWait)
    }

    private static let consumerOnly: Set<String> = [
        "session.timeout.ms", "heartbeat.interval.ms", "max.poll.interval.ms", "fetch.min.bytes", "fetch.wait.max.ms",
        "group.instance.id", "auto.offset.reset", "isolation.level", "enable.auto.commit", "queued.max.messages.kbytes",
        "fetch.message.max.bytes",
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
        try ends.watermarks(partition, timeout: Self.answerTimeout, whileWaiting: onWait)
    }

    package func knownEnd(_ partition: TopicPartition) -> Int64? { member.knownEnd(partition) }

    package func readChangelogs(_ positions: [TopicPartition: Int64]) throws(KafkaError) {
        guard !positions.isEmpty else { return try changelogs.unassign() }
        // librdkafka looks up unknown topics only once a second (`rd_kafka_1s_tmr_cb`), so their metadata is fetched
        // before the first one is assigned.
        let unknown = Set(positions.keys.map(\.topic)).subtracting(known)
        if !unknown.isEmpty, (try? changelogs.partitionCounts(Array(unknown), timeout: 1_000)) != nil {
            known.formUnion(unknown)
        }
        try changelogs.assign(positions)
    }

    package func pollChangelogs(
        _ timeout: Duration, _ take: (BorrowedRecord) -> Void
    ) throws(KafkaError) -> Consumer.Polled {
        try Self.checked(changelogs.poll(timeout: timeout.milliseconds, borrowing: take))
    }

    package func begin() throws(KafkaError) { try producer.begin() }

    package func produce(_ record: ProducerRecord) throws(KafkaError) {
        var waits = 0
        while true {
            do throws(KafkaError) { return try producer.produce(record) } catch {
                // This loop ends: a record that waits longer than `message.timeout.ms` fails the transaction.
                guard error.isQueueFull else { throw error }
                waits += 1
                if waits.isMultiple(of: 100) { try onWait() }
                producer.makeRoom(timeout: 10)
            }
        }
    }

    package func flush() throws(KafkaError) {
        try finishing("flush") { (left) throws(KafkaError) in try producer.flush(timeout: min(left, 1_000)) }
    }

    package func sendOffsets(_ positions: [TopicPartition: Int64]) throws(KafkaError) {
        guard member.isMember, let metadata = member.groupMetadata() else { throw .notAMember }
        try finishing("send offsets to the transaction") { (left) throws(KafkaError) in
            try producer.sendOffsets(positions, of: metadata, timeout: left, whileWaiting: onWait)
        }
    }

    package func commit() throws(KafkaError) {
        try finishing("commit the transaction") { (left) throws(KafkaError) in
            try producer.commit(timeout: left, whileWaiting: onWait)
        }
    }

    package func abort() throws(KafkaError) {
        try finishing("abort the transaction") { (left) throws(KafkaError) in
            try producer.abort(timeout: left, whileWaiting: onWait)
        }
    }

    package func close() {
        member.close(timeout: 3_000)
        changelogs.close(timeout: 0)
        ends.close(timeout: 0)
    }

    /// Repeats a call until it succeeds or fails for good. The call receives the milliseconds that are left.
    ///
    /// - Throws: a fatal error if the transaction's time limit has passed. Asking longer is useless: by then the
    ///   coordinator has ended the transaction one way or the other.
    private func finishing(_ doing: String, _ call: (Int32) throws(KafkaError) -> Void) throws(KafkaError) {
        let deadline = ContinuousClock.now + transactionLimit
        while true {
            do throws(KafkaError) { return try call(max(1, (deadline - .now).milliseconds)) } catch {
                guard error.isRetriable, !error.isAbortable, !error.isFatal else { throw error }
                guard .now < deadline else { throw .outcomeUnknown(doing) }
                try onWait()
                if !error.isTimeout { producer.makeRoom(timeout: 100) }
            }
        }
    }

    /// Throws fatal errors, ignores what librdkafka retries, passes on the rest.
    private static func checked(_ polled: Consumer.Polled) throws(KafkaError) -> Consumer.Polled {
        guard case .failed(let error, _) = polled else { return polled }
        if error.isFatal { throw error }
        return error.isTransient ? .nothing : polled
    }
}

extension Duration {
    /// Whole milliseconds, rounded up, as librdkafka counts them.
    package var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        let total =
            seconds.multipliedReportingOverflow(by: 1_000).partialValue + (attoseconds + 999_999_999_999_999)
            / 1_000_000_000_000_000
        return Int32(clamping: max(0, total))
    }
}
