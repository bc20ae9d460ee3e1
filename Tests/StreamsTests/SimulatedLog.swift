import Foundation

@testable import Kafka
@testable import Streams

/// One thread's clients of a ``SimulatedKafka``.
final class SimulatedLog: Log {
    let cluster = "simulated"
    let showsAborted = false

    private let kafka: SimulatedKafka
    private let member: String
    private let incarnation: Int
    private let epoch: Int
    private var inputs: [String] = []
    private var generation = -1
    private var owned: [Int32] = []
    private var phase = Phase.out
    private var positions: [TopicPartition: Int64] = [:]
    private var toldEnd: [TopicPartition: Int64] = [:]
    private var changelogs: [TopicPartition: Int64] = [:]
    private var transaction: Int?
    private var mustAbort = false
    private var sent: [TopicPartition: Int64] = [:]

    private enum Phase { case out, joined, revoking, steady }

    init(_ kafka: SimulatedKafka, member: String, incarnation: Int) {
        (self.kafka, self.member, self.incarnation) = (kafka, member, incarnation)
        epoch = kafka.initialise(member)
    }

    func join(_ inputs: [String]) {
        self.inputs = inputs
        kafka.join(member, incarnation: incarnation)
        phase = .joined
    }

    func poll(_ timeout: Duration) throws(KafkaError) -> Consumer.Polled {
        kafka.deliverMarkers()
        kafka.heartbeat(member, incarnation: incarnation)
        // A member learns of what the group decided with its next heartbeat's answer, not before; till then it works on.
        if phase == .steady, kafka.chance(200) {
            let partitions = owned.map { TopicPartition(inputs[0], $0) }
            guard kafka.isMember(member, incarnation) else {
                phase = .revoking
                return .lost(partitions)
            }
            if kafka.isRebalancing {
                phase = .revoking
                return .revoked(partitions)
            }
        }
        if phase == .joined {
            guard kafka.isMember(member, incarnation), !kafka.isRebalancing else {
                kafka.join(member, incarnation: incarnation)
                return .nothing
            }
            (generation, owned) = (kafka.generation, kafka.assignment(member))
            phase = .steady
            return .assigned(owned.flatMap { partition in inputs.map { TopicPartition($0, partition) } })
        }
        return next(&positions, isMember: true)
    }

    private func next(_ positions: inout [TopicPartition: Int64], isMember: Bool) -> Consumer.Polled {
        for place in positions.keys.sorted().shuffled(using: &kafka.random) {
            var position = positions[place] ?? 0
            let end = kafka.readableEnd(place)
            while position < end {
                let entry = kafka.logs[place]?[Int(position)]
                position += 1
                guard case .record(let record, let transaction) = entry, kafka.isVisible(transaction) else { continue }
                positions[place] = position
                return .record(
                    Record(
                        topic: place.topic, partition: place.partition, offset: position - 1,
                        timestamp: record.timestamp ?? 0, key: record.key, value: record.value, headers: record.headers)
                )
            }
            positions[place] = position
            if toldEnd[place] != position || !isMember {
                toldEnd[place] = position
                return .end(place, offset: position)
            }
        }
        return .nothing
    }

    func read(_ positions: [TopicPartition: Int64]) { (self.positions, toldEnd) = (positions, [:]) }

    func letGo() {
        positions = [:]
        phase = .joined
        kafka.join(member, incarnation: incarnation)
    }

    func committed(_ partitions: [TopicPartition]) throws(KafkaError) -> [TopicPartition: Int64?] {
        if kafka.chance(kafka.faultsPerMille) { throw KafkaError(simulated: "_TIMED_OUT", isRetriable: true) }
        return Dictionary(uniqueKeysWithValues: partitions.map { ($0, kafka.committedOffsets[$0]) })
    }

    func watermarks(_ partition: TopicPartition) throws(KafkaError) -> (low: Int64, high: Int64) {
        if kafka.chance(kafka.faultsPerMille) { throw KafkaError(simulated: "_TIMED_OUT", isRetriable: true) }
        return (0, kafka.weakness.contains(.stableEnds) ? kafka.stableEnd(partition) : kafka.end(partition))
    }

    func knownEnd(_ partition: TopicPartition) -> Int64? { nil }

    func readChangelogs(_ positions: [TopicPartition: Int64]) { changelogs = positions }

    func pollChangelogs(_ timeout: Duration) -> Consumer.Polled {
        kafka.deliverMarkers()
        return next(&changelogs, isMember: false)
    }

    // MARK: Transactions

    private func check() throws(KafkaError) {
        guard kafka.isCurrent(member, epoch) else { throw KafkaError(simulated: "_FENCED", isFatal: true) }
        if mustAbort { throw KafkaError(simulated: "_STATE", isAbortable: true) }
        if kafka.chance(kafka.faultsPerMille) {
            mustAbort = true
            throw KafkaError(simulated: "NETWORK_EXCEPTION", isAbortable: true)
        }
    }

    func begin() throws(KafkaError) {
        guard kafka.isCurrent(member, epoch) else { throw KafkaError(simulated: "_FENCED", isFatal: true) }
        (transaction, mustAbort, sent) = (kafka.begin(member), false, [:])
    }

    func produce(_ record: ProducerRecord) throws(KafkaError) {
        try check()
        guard let transaction else { throw KafkaError(simulated: "_STATE", isFatal: true) }
        kafka.append(record, transaction: transaction)
    }

    func flush() {}

    func sendOffsets(_ positions: [TopicPartition: Int64]) throws(KafkaError) {
        try check()
        let owns = kafka.isMember(member, incarnation) && generation == kafka.generation
        guard owns || kafka.weakness.contains(.noFencing) else {
            mustAbort = true
            throw KafkaError(simulated: "ILLEGAL_GENERATION", isAbortable: true)
        }
        sent = positions
    }

    func commit() throws(KafkaError) {
        try check()
        guard let transaction else { throw KafkaError(simulated: "_STATE", isFatal: true) }
        guard case .open = kafka.transactions[transaction] else {
            throw KafkaError(simulated: "INVALID_TXN_STATE", isFatal: true)  // it was timed out meanwhile
        }
        kafka.decide(transaction, commit: true, offsets: sent)
        self.transaction = nil
        // Committed, but the answer is lost: the thread cannot know, and must start anew.
        if kafka.chance(kafka.faultsPerMille) { throw KafkaError(simulated: "_TIMED_OUT", isFatal: true) }
    }

    func abort() throws(KafkaError) {
        guard kafka.isCurrent(member, epoch) else { throw KafkaError(simulated: "_FENCED", isFatal: true) }
        guard let transaction else { return }
        if case .open = kafka.transactions[transaction] { kafka.decide(transaction, commit: false) }
        self.transaction = nil
    }

    func close() { kafka.leave(member, incarnation: incarnation) }
}
