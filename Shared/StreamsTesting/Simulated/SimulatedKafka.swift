package import Foundation
package import Kafka
package import Streams
import Synchronization

/// A Kafka in memory with all the behaviour that the runtime must survive. It is seeded, and has no clock, thread or
/// network of its own.
///
/// The broker's side is here and in `SimulatedTransactions` and `SimulatedGroup`; the clients' side is
/// ``SimulatedProducer`` and ``SimulatedLog``. ``tick(_:)``, which every client call makes, advances the time, delivers
/// records and markers, and ends sessions. ``beforeCall`` runs before each call. A simulation lets other instances act
/// there, so that an instance stands still in the middle of a step while another gets its tasks.
package final class SimulatedKafka {
    /// Ways in which this Kafka is weaker than a real one. Tests show that each breaks the promise.
    package struct Weakness: OptionSet, Sendable {
        package let rawValue: Int

        package init(rawValue: Int) { self.rawValue = rawValue }

        /// Readers see records of aborted and open transactions.
        package static let readsUncommitted = Weakness(rawValue: 1)
        /// Offsets are accepted from clients that are no longer members of the group.
        package static let noFencing = Weakness(rawValue: 2)
        /// The reported end of a changelog is its last stable offset (KAFKA-10167).
        package static let stableEnds = Weakness(rawValue: 4)
        /// Committed offsets are returned while a transaction with newer ones is pending (before KIP-447).
        package static let unstableOffsets = Weakness(rawValue: 8)
        /// A producer's epoch is not checked: a late record is added to the transaction that is open then.
        package static let noEpochs = Weakness(rawValue: 16)
    }

    /// How fast the network is.
    package enum Pace {
        /// Everything takes a random time, from the seed.
        case seeded
        /// Everything arrives at once; nothing fails.
        case prompt
        /// Buffered records wait for the commit. Everything else arrives at once.
        case buffered
        /// Buffered records wait for the commit, and markers for ``deliverMarkers(of:)``.
        case held
    }

    package enum Entry {
        case record(ProducerRecord, transaction: Int)
        case marker(transaction: Int)
    }

    package struct Transaction {
        package let producer: String
        package let began: Int64
        package var outcome = Outcome.open
        /// Partitions that it has written to and that have no marker yet.
        package var unmarked: Set<TopicPartition> = []
        /// Offsets that are pending in the group.
        package var offsets: [TopicPartition: Int64] = [:]
    }

    package enum Outcome { case open, committed, aborted }

    /// Represents the partition of the offsets topic. Its marker makes offsets valid.
    package static let offsetsPlace = TopicPartition("__consumer_offsets", 0)

    package var random: SeededGenerator
    package let clock = SimulatedClock()
    package let partitions: Int32
    package let weakness: Weakness
    package var pace = Pace.seeded
    /// How many of 1,000 calls fail.
    package var faultsPerMille = 0
    /// The largest record that a client sends, and that a broker accepts.
    package var clientLimit = 1_000_000
    package var brokerLimit = 1_048_588
    package var sessionTimeout: Int64 = 6_000
    package var transactionTimeout: Int64 = 10_000
    /// Instances whose whole process is frozen, so that they send nothing.
    package var frozen: Set<String> = []
    /// Called before each call of a client, with the client's and the call's names.
    package var beforeCall: (String, String) -> Void = { _, _ in }
    /// The broker's error for a record that arrives; nil if it accepts the record.
    package var refuses: (ProducerRecord) -> String? = { _ in nil }
    /// The longest time that a call takes, in milliseconds.
    package var callTime: Int64 = 2
    /// What happened, for a person who reads a failure. Recorded only if not nil.
    package var story: [String]?
    /// How deeply the current call is nested in calls of other instances.
    package var depth = 0

    package var logs: [TopicPartition: [Entry]] = [:]
    private var lows: [TopicPartition: Int64] = [:]
    /// The first offset of each transaction whose marker has not arrived.
    var openAt: [TopicPartition: [Int: Int64]] = [:]

    package var transactions: [Transaction] = []
    /// Transactions that are undecided or lack a marker somewhere, in order.
    var unfinished: [Int] = []
    var epochs: [String: Int] = [:]
    var openByProducer: [String: Int] = [:]
    var producers: [SimulatedProducer] = []
    package var committedOffsets: [TopicPartition: Int64] = [:]

    var group = Group()
    /// The running clients, by instance.
    var members: [String: SimulatedLog] = [:]
    /// Partitions whose next fetch fails although the position is inside the log.
    package var brokenFetches: Set<TopicPartition> = []

    package init(seed: UInt64, partitions: Int32, weakness: Weakness = []) {
        (random, self.partitions, self.weakness) = (SeededGenerator(seed: seed), partitions, weakness)
    }

    // MARK: Chance and time

    package func chance(_ perMille: Int) -> Bool { Int.random(in: 0..<1_000, using: &random) < perMille }

    /// True if a call fails here, by chance.
    package var fails: Bool { pace == .seeded && faultsPerMille > 0 && chance(faultsPerMille) }

    package func note(_ text: @autoclosure () -> String) {
        if story != nil { story?.append(String(repeating: "    ", count: depth + 1) + text()) }
    }

    /// Advances the time, and delivers what is in flight.
    package func tick(_ most: Int64? = nil) {
        // A generator of its own, so that the background does not change the numbers that the caller draws.
        var background = SeededGenerator(seed: random.next())
        switch pace {
        case .seeded:
            clock.advance(Int64.random(in: 0...(most ?? callTime), using: &background))
            for producer in producers where producer.isGone || !frozen.contains(producer.name) {
                producer.sendSome(&background)
            }
            deliverSomeMarkers(&background)
        case .prompt:
            clock.advance(most ?? callTime)
            for producer in producers { producer.sendAll() }
            deliverMarkers()
        case .buffered:
            clock.advance(most ?? callTime)
            deliverMarkers()
        case .held: clock.advance(most ?? callTime)
        }
        expire()
    }

    /// Advances the time. Members that are not `asleep` send heartbeats.
    package func wait(_ milliseconds: Int64, asleep: Set<String> = []) {
        // In steps, so that a live member's session does not end between two heartbeats.
        var left = milliseconds
        while left > 0 {
            clock.advance(min(left, 1_000))
            left -= 1_000
            for (name, member) in members where !asleep.contains(name) { member.beat() }
            expire()
        }
    }

    // MARK: Logs

    package func partition(_ key: Bytes?) -> Int32 { KeyPartition.of(key ?? [], among: Int(partitions)) }

    package func place(_ record: ProducerRecord) -> TopicPartition {
        TopicPartition(record.topic, record.partition ?? partition(record.key))
    }

    /// Writes outside any transaction, as other services do.
    package func append(_ record: ProducerRecord) { append(record, transaction: -1) }

    package func append(_ record: ProducerRecord, transaction: Int) {
        let place = place(record)
        var record = record
        record.timestamp = record.timestamp ?? clock.milliseconds
        if transaction >= 0, transactions[transaction].unmarked.insert(place).inserted {
            openAt[place, default: [:]][transaction] = end(place)
        }
        logs[place, default: []].append(.record(record, transaction: transaction))
    }

    package func low(_ place: TopicPartition) -> Int64 { lows[place] ?? 0 }

    package func end(_ place: TopicPartition) -> Int64 { Int64(logs[place]?.count ?? 0) }

    /// A number that grows with every record, marker and offset that is written.
    var written: Int64 {
        logs.values.reduce(0) { $0 + Int64($1.count) } + committedOffsets.values.reduce(0, +)
    }

    /// The offset below which every transaction has been decided and marked.
    package func stableEnd(_ place: TopicPartition) -> Int64 { openAt[place]?.values.min() ?? end(place) }

    package func readableEnd(_ place: TopicPartition) -> Int64 {
        weakness.contains(.readsUncommitted) ? end(place) : stableEnd(place)
    }

    package func isVisible(_ transaction: Int) -> Bool {
        transaction < 0 || weakness.contains(.readsUncommitted) || transactions[transaction].outcome == .committed
    }

    /// All records of a topic that a reader with `read_committed` sees.
    package func committedRecords(_ topic: String) -> [Record] {
        (0..<partitions).flatMap { partition in
            let place = TopicPartition(topic, partition)
            return (logs[place] ?? []).indices.compactMap { record(place, Int64($0)) }
        }
    }

    /// The record at an offset, if readers may see one.
    package func record(_ place: TopicPartition, _ offset: Int64) -> Record? {
        guard case .record(let record, let transaction)? = logs[place]?[Int(offset)], isVisible(transaction) else {
            return nil
        }
        return Record(
            topic: place.topic, partition: place.partition, offset: offset, timestamp: record.timestamp ?? -1,
            key: record.key, value: record.value, headers: record.headers)
    }

    // MARK: An operator's changes to a topic

    /// Deletes the topic and creates it again, empty.
    package func recreate(_ topic: String) {
        for partition in 0..<partitions { logs[TopicPartition(topic, partition)] = nil }
    }

    /// Deletes the records below `low`, as retention does.
    package func truncate(_ place: TopicPartition, below low: Int64) { lows[place] = low }

    /// Deletes the records from `end` on, as an unclean election or a restored backup does.
    package func cut(_ place: TopicPartition, from end: Int64) { logs[place]?.removeSubrange(Int(end)...) }
}

/// Both clocks of a simulation. They stand still until they are advanced.
package final class SimulatedClock: Sendable {
    private let now = Atomic<Int64>(SimulatedClock.start)
    private let error = Atomic<Int64>(0)
    private let origin = ContinuousClock.now

    /// 2026-01-05 08:00 UTC, in milliseconds since 1970.
    package static let start: Int64 = 1_767_600_000_000

    package var milliseconds: Int64 { now.load(ordering: .relaxed) }

    package func advance(_ milliseconds: Int64) { now.wrappingAdd(milliseconds, ordering: .relaxed) }

    /// Sets the time of day back. The steady clock does not change.
    package func set(backBy milliseconds: Int64) { error.wrappingSubtract(milliseconds, ordering: .relaxed) }

    package var wall: Date {
        Date(timeIntervalSince1970: Double(milliseconds + error.load(ordering: .relaxed)) / 1_000)
    }

    /// The clock for the runtime.
    package var streamClock: StreamClock {
        StreamClock(
            wall: { self.wall }, steady: { self.origin + .milliseconds(self.milliseconds - SimulatedClock.start) })
    }
}
