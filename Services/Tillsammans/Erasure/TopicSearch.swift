import CloudEvents
import Codec
import Foundation
import Kafka
import ServiceKit
import Streams

/// Looks for one case in every topic of the suite.
struct TopicSearch {
    private let connection: Connection
    private let admin: Admin
    private let sweep: TopicSweep
    /// Of the case's key: where each of its values lies, and whether the last record takes it away.
    private(set) var keys = KeyTrace()

    init(_ connection: Connection) throws {
        self.connection = connection
        (admin, sweep) = (try Admin(connection.properties), try TopicSweep(connection.properties))
    }

    /// The suite's topics and all publishers' own, as far as the brokers show them, and those that should be there.
    private func names() throws -> (all: [String], existing: Set<String>) {
        let existing = Set(try admin.topics(timeout: 10_000).keys)
        let planned = TopicPlan.specifications(partitions: 1, prefix: connection.prefix).map(\.name)
        let own = existing.filter { $0.hasPrefix(connection.prefix + Topic.receipts("")) }
        return (Set(planned).union(own).sorted(), existing)
    }

    /// Reads all values and tombstones of the case's data key.
    ///
    /// - Returns: what opens what is sealed; nil without a file of key-encryption keys. Nil, too, where the topic was not read
    ///   to its end: then nobody knows that a key is gone.
    mutating func keyring(of reference: String) throws -> Keyring? {
        // Who asks some brokers for a topic that does not exist makes it.
        let topic = connection.topic(.childKeys)
        guard try names().existing.contains(topic) else { return nil }
        let name = Bytes(reference.utf8)
        var latest: Bytes?
        do {
            try sweep.read(topic) { record in
                guard record.key == name else { return }
                keys.add(record)
                latest = record.value
            }
        } catch { return nil }
        guard let file = connection.keyFile else { return nil }
        let encryption: KeyEncryptionKeys
        do { encryption = try KeyEncryptionKeys(file: file) } catch { throw ConfigurationFault("\(error)") }
        let sealing = Sealing.suite(encryption)
        let globals = Globals([sealing.keys], sealing: sealing, application: "erasure")
        if let latest { try globals.apply(sealing.keys.topic, reference, latest) }
        globals.keyring?.isComplete = true
        return globals.keyring
    }

    /// - Parameter progress: is called for each record.
    func places(_ search: CaseSearch, progress: () -> Void) throws -> [SearchedPlace] {
        let (all, existing) = try names()
        return all.map { name in
            var place = SearchedPlace(name)
            guard existing.contains(name) else {
                place.addUnreachable(
                    "does not exist, or this principal may not see it; log in as one who may read every topic")
                return place
            }
            do {
                try sweep.read(name) { record in
                    progress()
                    guard let finding = finding(record, search) else { return }
                    place.add(finding, at: "\(record.topicPartition)/\(record.offset)")
                }
            } catch {
                place.addUnreachable(
                    (error as? KafkaError)?.isAuthorization == true
                        ? "\(error); log in as one who may read every topic" : "\(error)")
            }
            return place
        }
    }

    private func finding(_ record: Record, _ search: CaseSearch) -> Finding? {
        let name = String(record.topic.dropFirst(connection.prefix.count))
        if name == Topic.childKeys.rawValue, record.key == Bytes(search.reference.utf8) { return keys.finding(record) }
        return Self.changelogs.contains(name)
            ? search.finding(state: record.key ?? [], record.value) : search.finding(record)
    }

    private static let changelogs = Set(Topology.suite.map(\.changelog.name))

    /// A setting of a topic; nil where the broker does not tell it.
    func setting(_ name: String, of topic: Topic) -> String? {
        let described = try? admin.describe([connection.topic(topic)], timeout: 10_000)
        return described?[connection.topic(topic)]?.settings?[name]
    }
}

/// What lies of a case's data key on the topic of keys.
struct KeyTrace: Sendable, Equatable {
    /// The offset of the tombstone that is the key's last record; nil for a key that lives, or never was.
    private(set) var erasedAt: Int64?
    private(set) var values = 0

    mutating func add(_ record: Record) {
        erasedAt = record.value == nil ? record.offset : nil
        if record.value != nil { values += 1 }
    }

    /// A key that lives opens everything. A value before the tombstone does so, too, until the brokers have cleaned it away.
    func finding(_ record: Record) -> Finding {
        guard record.value != nil else { return Finding(verdict: .bare) }
        return Finding(verdict: erasedAt.map { record.offset < $0 } == true ? .uncleaned : .readable)
    }
}

/// Reads topics, each up to the end that it has at the start, with what was aborted and what is not decided yet: they lie on
/// the brokers' disks all the same.
struct TopicSweep {
    private let consumer: Consumer

    /// How long a topic may bring nothing.
    private static let patience = Duration.seconds(30)

    init(_ properties: KafkaProperties) throws {
        var properties = properties
        properties["group.id"] = "reader"  // required by librdkafka; no group is joined
        properties["enable.auto.commit"] = "false"
        properties["enable.partition.eof"] = "true"
        properties["auto.offset.reset"] = "earliest"
        properties["isolation.level"] = "read_uncommitted"
        properties["queued.max.messages.kbytes"] = "16384"
        consumer = try Consumer(properties)
    }

    /// - Throws: `KafkaError`, also where the brokers send nothing for too long; ``CommandFault`` for a topic that does not
    ///   exist.
    func read(_ topic: String, _ take: (Record) -> Void) throws {
        let (starts, allEnds) = try span(of: topic)
        guard !starts.isEmpty else { return }
        var ends = allEnds
        try consumer.assign(starts)
        defer { try? consumer.unassign() }
        var deadline = ContinuousClock.now + Self.patience
        while !ends.isEmpty {
            switch consumer.poll(timeout: 100) {
            case .record(let record):
                guard let end = ends[record.topicPartition] else { continue }
                if record.offset < end { take(record) }
                if record.offset + 1 >= end { ends[record.topicPartition] = nil }
                deadline = .now + Self.patience
            case .end(let partition, _): ends[partition] = nil
            case .failed(let error, _) where !error.isTransient: throw error
            default: if deadline < .now { throw KafkaError.late("read \(topic) to its end") }
            }
        }
    }

    /// The first offset of each partition that holds something, and the one after its last.
    private func span(of topic: String) throws -> (starts: [TopicPartition: Int64], ends: [TopicPartition: Int64]) {
        let count = try consumer.partitionCounts([topic], timeout: 10_000)[topic] ?? 0
        guard count > 0 else { throw CommandFault("\(topic) does not exist") }
        var (starts, ends): ([TopicPartition: Int64], [TopicPartition: Int64]) = ([:], [:])
        for partition in (0..<Int32(count)).map({ TopicPartition(topic, $0) }) {
            let (low, high) = try consumer.watermarks(partition, timeout: 10_000)
            if high > low { (starts[partition], ends[partition]) = (low, high) }
        }
        return (starts, ends)
    }
}
