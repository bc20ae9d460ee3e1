package import Foundation
package import Kafka
package import Streams
import Synchronization

/// Kafka as the runtime must survive it, in memory and seeded: no clock, no thread and no network of its own.
///
/// The broker's side lies here and in `SimulatedTransactions` and `SimulatedGroup`; the clients' side is
/// ``SimulatedProducer`` and ``SimulatedLog``. Time passes, records arrive, markers are written and sessions end in
/// ``tick(_:)``, which every call of every client makes. Before each call stands ``beforeCall``, where a simulation lets
/// others move: so an instance stands still in mid-step while another takes over.
package final class SimulatedKafka {
    /// What makes this Kafka weaker than a real one; each must be seen to break the promise.
    package struct Weakness: OptionSet, Sendable {
        package let rawValue: Int

        package init(rawValue: Int) { self.rawValue = rawValue }

        /// Readers see records of aborted and open transactions.
        package static let readsUncommitted = Weakness(rawValue: 1)
        /// Offsets are taken from members that no longer belong to the group.
        package static let noFencing = Weakness(rawValue: 2)
        /// The end of a changelog is told as its last stable offset (KAFKA-10167).
        package static let stableEnds = Weakness(rawValue: 4)
        /// Committed offsets are told while a transaction that holds newer ones is pending (before KIP-447).
        package static let unstableOffsets = Weakness(rawValue: 8)
        /// Nobody looks at a producer's epoch: what comes late belongs to whatever transaction is open then.
        package static let noEpochs = Weakness(rawValue: 16)
    }

    /// How fast the network is.
    package enum Pace {
        /// Everything takes a seeded time.
        case seeded
        /// Everything arrives at once; nothing fails.
        case prompt
        /// Buffered records wait for the commit; everything else arrives at once.
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
        /// Where it has written and its marker has not arrived.
        package var unmarked: Set<TopicPartition> = []
        /// Positions that the group knows of and does not count yet.
        package var offsets: [TopicPartition: Int64] = [:]
    }

    package enum Outcome { case open, committed, aborted }

    /// Stands for the partition of the offsets topic, whose marker makes positions count.
    package static let offsetsPlace = TopicPartition("__consumer_offsets", 0)

    package var random: SeededGenerator
    package let clock = SimulatedClock()
    package let partitions: Int32
    package let weakness: Weakness
    package var pace = Pace.seeded
    /// How often a call fails, of 1,000.
    package var faultsPerMille = 0
    /// The largest record that a client sends, and that the broker takes.
    package var clientLimit = 1_000_000
    package var brokerLimit = 1_048_588
    package var sessionTimeout: Int64 = 6_000
    package var transactionTimeout: Int64 = 10_000
    /// Whose process stands still as a whole, so that nothing leaves it.
    package var frozen: Set<String> = []
    /// Called with the client's name before each of its calls does anything.
    package var beforeCall: (String, String) -> Void = { _, _ in }
    /// What the broker says to a record that arrives, where it says no.
    package var refuses: (ProducerRecord) -> String? = { _ in nil }
    /// The largest step of a call's time, in milliseconds.
    package var callTime: Int64 = 2
    /// What happened, for the person who reads a failure; only written while somebody wants it.
    package var story: [String]?
    /// How deep in others' calls it happens.
    package var depth = 0

    package var logs: [TopicPartition: [Entry]] = [:]
    private var lows: [TopicPartition: Int64] = [:]
    /// Where transactions lie whose marker has not arrived: their first offset.
    var openAt: [TopicPartition: [Int: Int64]] = [:]

    package var transactions: [Transaction] = []
    /// Transactions that are not decided or not marked everywhere, in their order.
    var unfinished: [Int] = []
    var epochs: [String: Int] = [:]
    var openByProducer: [String: Int] = [:]
    var producers: [SimulatedProducer] = []
    package var committedOffsets: [TopicPartition: Int64] = [:]

    var group = Group()
    /// The living clients, by instance.
    var members: [String: SimulatedLog] = [:]
    /// Partitions whose next fetch fails, though the position lies in the log.
    package var brokenFetches: Set<TopicPartition> = []

    package init(seed: UInt64, partitions: Int32, weakness: Weakness = []) {
        (random, self.partitions, self.weakness) = (SeededGenerator(seed: seed), partitions, weakness)
    }

    // MARK: Chance and time

    package func chance(_ perMille: Int) -> Bool { Int.random(in: 0..<1_000, using: &random) < perMille }

    /// A call fails here, by chance.
    package var fails: Bool { pace == .seeded && faultsPerMille > 0 && chance(faultsPerMille) }

    package func note(_ text: @autoclosure () -> String) {
        if story != nil { story?.append(String(repeating: "    ", count: depth + 1) + text()) }
    }

    /// Time passes, and what is on its way moves on.
    package func tick(_ most: Int64? = nil) {
        // One number of the move's own: what happens in the background does not shift what the move does.
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

    /// Lets time go by. Who is not `asleep` goes on telling the group that it lives.
    package func wait(_ milliseconds: Int64, asleep: Set<String> = []) {
        // In pieces, so that a live member's session does not end between two heartbeats.
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

    /// Writes outside of any transaction, as other services do.
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

    /// How much has been written so far: records, markers and positions.
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

    /// All that a reader with read_committed would ever see of a topic.
    package func committedRecords(_ topic: String) -> [Record] {
        (0..<partitions).flatMap { partition in
            let place = TopicPartition(topic, partition)
            return (logs[place] ?? []).indices.compactMap { record(place, Int64($0)) }
        }
    }

    /// The record at an offset, where readers may see one.
    package func record(_ place: TopicPartition, _ offset: Int64) -> Record? {
        guard case .record(let record, let transaction)? = logs[place]?[Int(offset)], isVisible(transaction) else {
            return nil
        }
        return Record(
            topic: place.topic, partition: place.partition, offset: offset, timestamp: record.timestamp ?? -1,
            key: record.key, value: record.value, headers: record.headers)
    }

    // MARK: What an operator does to a topic

    /// The topic is deleted and made anew, empty.
    package func recreate(_ topic: String) {
        for partition in 0..<partitions { logs[TopicPartition(topic, partition)] = nil }
    }

    /// The records below `low` are deleted, as retention does.
    package func truncate(_ place: TopicPartition, below low: Int64) { lows[place] = low }

    /// The records from `end` on are gone: an unclean election, a restored backup.
    package func cut(_ place: TopicPartition, from end: Int64) { logs[place]?.removeSubrange(Int(end)...) }
}

/// Both clocks of a simulation: they stand still until somebody moves them.
package final class SimulatedClock: Sendable {
    private let now = Atomic<Int64>(SimulatedClock.start)
    private let error = Atomic<Int64>(0)
    private let origin = ContinuousClock.now

    /// 2026-01-05 08:00 UTC, in milliseconds since 1970.
    package static let start: Int64 = 1_767_600_000_000

    package var milliseconds: Int64 { now.load(ordering: .relaxed) }

    package func advance(_ milliseconds: Int64) { now.wrappingAdd(milliseconds, ordering: .relaxed) }

    /// Somebody sets the time of day; the steady clock does not care.
    package func set(backBy milliseconds: Int64) { error.wrappingSubtract(milliseconds, ordering: .relaxed) }

    package var wall: Date {
        Date(timeIntervalSince1970: Double(milliseconds + error.load(ordering: .relaxed)) / 1_000)
    }

    /// As the runtime takes it.
    package var streamClock: StreamClock {
        StreamClock(
            wall: { self.wall }, steady: { self.origin + .milliseconds(self.milliseconds - SimulatedClock.start) })
    }
}
