import Foundation
import TestSupport

@testable import Kafka
@testable import Streams

/// Kafka as the runtime must survive it, in memory and seeded: transactions with markers that arrive late, last stable
/// offsets, epochs and generations that fence, members that are expelled, and errors wherever Kafka can give them.
final class SimulatedKafka {
    /// What makes this Kafka weaker than a real one; each must be seen to break the promise.
    struct Weakness: OptionSet {
        let rawValue: Int
        /// Readers see records of aborted and open transactions.
        static let readsUncommitted = Weakness(rawValue: 1)
        /// Offsets are taken from members that no longer own the partitions.
        static let noFencing = Weakness(rawValue: 2)
        /// The end of a changelog is told as its last stable offset (KAFKA-10167).
        static let stableEnds = Weakness(rawValue: 4)
    }

    enum Entry {
        case record(ProducerRecord, transaction: Int)
        case marker
    }

    enum Outcome { case open, preparing(commit: Bool), committed, aborted }

    var random: SeededGenerator
    let partitions: Int32
    let weakness: Weakness
    /// How often a call fails, of 1,000.
    var faultsPerMille = 0

    private(set) var logs: [TopicPartition: [Entry]] = [:]
    private(set) var transactions: [Outcome] = []
    /// Where each transaction has written and its marker has not arrived.
    private var unmarked: [Int: Set<TopicPartition>] = [:]
    private var epochs: [String: Int] = [:]
    private var openByProducer: [String: Int] = [:]
    private(set) var committedOffsets: [TopicPartition: Int64] = [:]
    private(set) var generation = 0
    private(set) var isRebalancing = false
    private var members: [String: Int] = [:]  // member id → its incarnation
    private var rejoined: Set<String> = []
    private var seen: [String: Int] = [:]
    private var tick = 0

    init(seed: UInt64, partitions: Int32, weakness: Weakness = []) {
        (random, self.partitions, self.weakness) = (SeededGenerator(seed: seed), partitions, weakness)
    }

    func chance(_ perMille: Int) -> Bool { Int.random(in: 0..<1_000, using: &random) < perMille }

    // MARK: Logs

    func append(_ record: ProducerRecord, transaction: Int) {
        let key = String(decoding: record.key ?? [], as: UTF8.self)
        let partition = record.partition ?? Int32(key.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }) % partitions
        let place = TopicPartition(record.topic, partition)
        logs[place, default: []].append(.record(record, transaction: transaction))
        if transaction >= 0 { unmarked[transaction, default: []].insert(place) }
    }

    func end(_ place: TopicPartition) -> Int64 { Int64(logs[place]?.count ?? 0) }

    /// The offset below which every transaction has been decided and marked.
    func stableEnd(_ place: TopicPartition) -> Int64 {
        let log = logs[place] ?? []
        for (offset, entry) in log.enumerated() {
            if case .record(_, let transaction) = entry, transaction >= 0,
                unmarked[transaction]?.contains(place) == true
            {
                return Int64(offset)
            }
        }
        return Int64(log.count)
    }

    func isVisible(_ transaction: Int) -> Bool {
        if transaction < 0 || weakness.contains(.readsUncommitted) { return true }
        if case .committed = transactions[transaction] { return true }
        return false
    }

    func readableEnd(_ place: TopicPartition) -> Int64 {
        weakness.contains(.readsUncommitted) ? end(place) : stableEnd(place)
    }

    /// All that a reader with read_committed would ever see of a topic.
    func committedRecords(_ topic: String) -> [ProducerRecord] {
        (0..<partitions).flatMap { partition in
            (logs[TopicPartition(topic, partition)] ?? []).compactMap { entry in
                guard case .record(let record, let transaction) = entry, isVisible(transaction) else { return nil }
                return record
            }
        }
    }

    // MARK: Transactions

    /// Takes over a transactional id; what its former holder left open is aborted.
    func initialise(_ producer: String) -> Int {
        if let open = openByProducer.removeValue(forKey: producer) { decide(open, commit: false) }
        epochs[producer, default: 0] += 1
        return epochs[producer] ?? 0
    }

    func isCurrent(_ producer: String, _ epoch: Int) -> Bool { epochs[producer] == epoch }

    func begin(_ producer: String) -> Int {
        transactions.append(.open)
        openByProducer[producer] = transactions.count - 1
        return transactions.count - 1
    }

    func decide(_ transaction: Int, commit: Bool, offsets: [TopicPartition: Int64] = [:]) {
        openByProducer = openByProducer.filter { $0.value != transaction }
        // Offsets become visible at once; each partition's marker comes when it comes.
        transactions[transaction] = commit ? .committed : .aborted
        if commit { committedOffsets.merge(offsets) { $1 } }
    }

    /// Markers that were on their way arrive, some or all; transactions that were left open too long are aborted.
    func deliverMarkers(all: Bool = false) {
        for (transaction, places) in unmarked.sorted(by: { $0.key < $1.key }) {
            switch transactions[transaction] {
            case .open:
                if all || chance(20) { decide(transaction, commit: false) } else { continue }
            default: break
            }
            for place in places.sorted() where all || chance(300) {
                logs[place, default: []].append(.marker)
                unmarked[transaction]?.remove(place)
            }
            if unmarked[transaction]?.isEmpty == true { unmarked[transaction] = nil }
        }
    }

    // MARK: Group

    /// Enters the group, or comes back after having given everything up. While some have and others have not, nobody
    /// owns anything new, and what is committed under the old generation still counts.
    func join(_ member: String, incarnation: Int) {
        members[member] = incarnation
        seen[member] = tick
        isRebalancing = true
        rejoined.insert(member)
        completeRebalance()
    }

    /// A sign of life. Who gives none for long is expelled, and may live all the same: the zombie.
    func heartbeat(_ member: String, incarnation: Int) {
        tick += 1
        if members[member] == incarnation { seen[member] = tick }
        for (silent, at) in seen where at + 150 < tick { expel(silent) }
    }

    func leave(_ member: String, incarnation: Int) {
        if members[member] == incarnation { expel(member) }
    }

    /// The group gives up a member, whether or not it lives.
    func expel(_ member: String) {
        seen[member] = nil
        rejoined.remove(member)
        guard members.removeValue(forKey: member) != nil else { return }
        isRebalancing = true
        completeRebalance()
    }

    func isMember(_ member: String, _ incarnation: Int) -> Bool { members[member] == incarnation }

    private func completeRebalance() {
        guard isRebalancing, members.keys.allSatisfy(rejoined.contains) else { return }
        generation += 1
        (isRebalancing, rejoined) = (false, [])
    }

    /// Range over the sorted members.
    func assignment(_ member: String) -> [Int32] {
        let all = members.keys.sorted()
        guard let index = all.firstIndex(of: member) else { return [] }
        return (0..<partitions).filter { Int($0) % all.count == index }
    }
}
