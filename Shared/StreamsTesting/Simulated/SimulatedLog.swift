package import Kafka
import Streams

/// One thread's clients of a ``SimulatedKafka``: a static group member, a producer, and a reader of changelogs.
package final class SimulatedLog: Log {
    package let cluster: String
    package let showsAborted = false

    private let kafka: SimulatedKafka
    package let instance: String
    package let producer: SimulatedProducer

    // The membership, as this client knows it.
    private var inputs: [String] = []
    private var id: Int?
    private var generation = -1
    private var owned: [TopicPartition] = []
    private var phase = Phase.out

    private var records = Reader()
    private var changelogs = Reader()
    /// The process is dead or cut off: no call has an effect any more.
    package private(set) var isGone = false
    /// Offsets that this client sent, for tests.
    package private(set) var sentOffsets: [[TopicPartition: Int64]] = []

    private enum Phase { case out, joined, leaving, steady }

    /// Positions, and the ends that were reported.
    private struct Reader {
        var positions: [TopicPartition: Int64] = [:]
        var told: [TopicPartition: Int64] = [:]
        /// Partitions with a position error. librdkafka stops fetching from them until they are assigned again.
        var stopped: Set<TopicPartition> = []
    }

    package init(_ kafka: SimulatedKafka, member: String, cluster: String = "simulated") {
        (self.kafka, instance, self.cluster) = (kafka, member, cluster)
        producer = SimulatedProducer(kafka, member)
        kafka.members[member] = self
    }

    /// Sends a heartbeat. The client's own thread does this, whatever the polling thread does.
    package func beat() { kafka.heartbeat(instance, id) }

    /// Ends without leaving the group. What is in flight still arrives.
    package func cutOff() {
        isGone = true
        producer.isGone = true
        if kafka.members[instance] === self { kafka.members[instance] = nil }
    }

    private func enter(_ call: String, _ most: Int64? = nil) throws(KafkaError) {
        kafka.beforeCall(instance, call)
        if isGone { throw KafkaError(simulated: "_DESTROY", isFatal: true) }
        kafka.tick(most)
        kafka.heartbeat(instance, id)
    }

    // MARK: Group

    package func join(_ inputs: [String]) throws(KafkaError) {
        guard phase == .out else { return }
        try enter("join")
        self.inputs = inputs
        enterGroup()
    }

    private func enterGroup() {
        id = kafka.join(
            instance, id: kafka.isMember(instance, id) || kafka.isFenced(instance, id) ? id : nil, topics: inputs)
        phase = .joined
    }

    package func poll(_ timeout: Duration) throws(KafkaError) -> Consumer.Polled {
        try enter("poll")
        if kafka.isFenced(instance, id) {
            kafka.note("\(instance): fenced by its own successor")
            throw KafkaError(simulated: "FENCED_INSTANCE_ID", isFatal: true)
        }
        // A member learns the group's decision with its next heartbeat. Until then it continues to work.
        if phase == .steady, kafka.pace != .seeded || kafka.chance(300) {
            if !kafka.isMember(instance, id) {
                (phase, id) = (.leaving, nil)
                return told(.lost(owned))
            }
            if kafka.group.isRebalancing || generation != kafka.group.generation {
                phase = .leaving
                return told(.revoked(owned))
            }
        }
        if phase == .joined {
            guard kafka.isMember(instance, id) else {
                id = nil
                enterGroup()
                return .nothing
            }
            // The next rebalance began before this member got its assignment, so it joins that one as well.
            if kafka.group.isRebalancing, kafka.group.members[instance]?.hasJoined == false { enterGroup() }
            guard !kafka.group.isRebalancing else { return waited(timeout) }
            (generation, owned) = (kafka.group.generation, kafka.group.assignments[instance] ?? [])
            phase = .steady
            return told(.assigned(owned))
        }
        guard let polled = next(&records) else { return waited(timeout) }
        if case .record(let record) = polled {
            kafka.note("\(instance): takes \(record.topicPartition)@\(record.offset)")
        }
        return polled
    }

    private func told(_ polled: Consumer.Polled) -> Consumer.Polled {
        kafka.note("\(instance): \(Self.text(polled))")
        return polled
    }

    private static func text(_ polled: Consumer.Polled) -> String {
        switch polled {
        case .assigned(let places): "is assigned \(places)"
        case .revoked: "is asked to give its partitions back"
        case .lost: "learns that it has lost its partitions"
        default: "\(polled)"
        }
    }

    private func waited(_ timeout: Duration) -> Consumer.Polled {
        let most = Int64(timeout.milliseconds)
        if most > 0 {
            kafka.clock.advance(kafka.pace == .seeded ? Int64.random(in: 0...most, using: &kafka.random) : most)
        }
        return .nothing
    }

    package func read(_ positions: [TopicPartition: Int64]) throws(KafkaError) {
        try enter("read")
        records = Reader(positions: positions)
        kafka.note("\(instance): reads from \(Self.text(positions))")
    }

    package func letGo() throws(KafkaError) {
        try enter("letGo")
        records = Reader()
        enterGroup()
    }

    package func committed(_ partitions: [TopicPartition]) throws(KafkaError) -> [TopicPartition: Int64?] {
        try enter("committed")
        if kafka.fails { throw KafkaError(simulated: "_TIMED_OUT", "ask for committed offsets") }
        // librdkafka retries UNSTABLE_OFFSET_COMMIT until the time-out.
        if kafka.hasPendingOffsets(partitions), !kafka.weakness.contains(.unstableOffsets) {
            kafka.clock.advance(kafka.pace == .seeded ? Int64.random(in: 0...300, using: &kafka.random) : 5_000)
            kafka.note("\(instance): committed offsets are not stable")
            throw KafkaError(simulated: "_TIMED_OUT", "ask for committed offsets")
        }
        return Dictionary(uniqueKeysWithValues: partitions.map { ($0, kafka.committedOffsets[$0]) })
    }

    // MARK: Reading

    package func watermarks(_ partition: TopicPartition) throws(KafkaError) -> (low: Int64, high: Int64) {
        try enter("watermarks")
        if kafka.fails { throw KafkaError(simulated: "_TIMED_OUT", "ask for the watermarks of \(partition)") }
        let stable = kafka.weakness.contains(.stableEnds)
        let (low, high) = (kafka.low(partition), stable ? kafka.stableEnd(partition) : kafka.end(partition))
        kafka.note("\(instance): \(partition) ends at \(high)")
        return (low, high)
    }

    package func knownEnd(_ partition: TopicPartition) -> Int64? {
        records.positions[partition] == nil ? nil : kafka.stableEnd(partition)
    }

    package func readChangelogs(_ positions: [TopicPartition: Int64]) throws(KafkaError) {
        try enter("readChangelogs")
        changelogs = Reader(positions: positions)
        if !positions.isEmpty { kafka.note("\(instance): restores from \(Self.text(positions))") }
    }

    private static func text(_ positions: [TopicPartition: Int64]) -> String {
        positions.isEmpty
            ? "nowhere" : positions.sorted { $0.key < $1.key }.map { "\($0.key)@\($0.value)" }.joined(separator: ", ")
    }

    package func pollChangelogs(
        _ timeout: Duration, _ take: (BorrowedRecord) -> Void
    ) throws(KafkaError) -> Consumer.Polled {
        try enter("pollChangelogs")
        let polled = next(&changelogs) ?? waited(timeout)
        guard case .record(let record) = polled else { return polled }
        record.borrowed(take)
        return .nothing
    }

    /// The next record or end of any partition.
    private func next(_ reader: inout Reader) -> Consumer.Polled? {
        for place in reader.positions.keys.sorted().shuffled(using: &kafka.random)
        where !reader.stopped.contains(place) {
            var position = reader.positions[place] ?? 0
            let end = kafka.readableEnd(place)
            if position < kafka.low(place) || position > kafka.end(place) || kafka.brokenFetches.remove(place) != nil {
                reader.stopped.insert(place)
                return .failed(KafkaError(simulated: "_AUTO_OFFSET_RESET", "consume"), place)
            }
            while position < end {
                let record = kafka.record(place, position)
                position += 1
                guard let record else { continue }
                reader.positions[place] = position
                return .record(record)
            }
            reader.positions[place] = position
            // Reported once for each end that is reached, as in librdkafka.
            if reader.told[place] != position {
                reader.told[place] = position
                return .end(place, offset: position)
            }
        }
        return nil
    }

    // MARK: Transactions

    package func begin() throws(KafkaError) {
        try enter("begin")
        try producer.begin()
    }

    package func produce(_ record: ProducerRecord) throws(KafkaError) {
        try enter("produce")
        try producer.produce(record)
    }

    package func flush() throws(KafkaError) {
        try enter("flush")
        try producer.flush()
    }

    package func sendOffsets(_ positions: [TopicPartition: Int64]) throws(KafkaError) {
        try enter("sendOffsets")
        // The client's own thread may have learned that it was expelled. It has then forgotten its member id.
        if !kafka.isMember(instance, id), !kafka.isFenced(instance, id), kafka.chance(500) { id = nil }
        sentOffsets.append(positions)
        try producer.sendOffsets(positions) { kafka.refusal(instance, id, generation) }
    }

    package func commit() throws(KafkaError) {
        try enter("commit")
        do throws(KafkaError) {
            try producer.commit(pause: { kafka.beforeCall(instance, "EndTxn") })
        } catch {
            kafka.note("\(instance): commit failed, \(error.name)")
            throw error
        }
    }

    package func abort() throws(KafkaError) {
        try enter("abort")
        kafka.note("\(instance): abort")
        try producer.abort()
    }

    /// A static member keeps its place until its session ends.
    package func close() { cutOff() }
}

extension Record {
    fileprivate func borrowed(_ body: (BorrowedRecord) -> Void) {
        key.borrowed { key in
            value.borrowed { body(BorrowedRecord(partition: partition, offset: offset, key: key, value: $0)) }
        }
    }
}

extension Bytes? {
    fileprivate func borrowed(_ body: (UnsafeRawBufferPointer?) -> Void) {
        if let self { self.withUnsafeBytes(body) } else { body(nil) }
    }
}
