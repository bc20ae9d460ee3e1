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
    /// Of the case's key.
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
    ///   to its end, or its last value is no key: then nobody knows that the key is gone.
    mutating func keyring(of reference: String) throws -> Keyring? {
        // Who asks some brokers for a topic that does not exist makes it.
        let topic = connection.topic(.childKeys)
        guard try names().existing.contains(topic) else { return nil }
        let name = Bytes(reference.utf8)
        var latest: Bytes?
        let failures = try sweep.read([topic]) { record in
            guard record.key == name else { return }
            keys.add(record)
            latest = record.value
        }
        guard failures.isEmpty else { return nil }
        guard let file = connection.keyFile else { return nil }
        let encryption: KeyEncryptionKeys
        do { encryption = try KeyEncryptionKeys(file: file) } catch { throw ConfigurationFault("\(error)") }
        let sealing = Sealing.suite(encryption)
        let globals = Globals([sealing.keys], sealing: sealing, application: "erasure")
        if let latest {
            do { try globals.apply(sealing.keys.topic, reference, latest) } catch { return nil }
        }
        globals.keyring?.isComplete = true
        return globals.keyring
    }

    /// - Parameter progress: is called for each record.
    func places(_ search: CaseSearch, progress: () -> Void) throws -> [SearchedPlace] {
        let (all, existing) = try names()
        var places = Dictionary(uniqueKeysWithValues: all.map { ($0, SearchedPlace($0)) })
        let failures = try sweep.read(all.filter(existing.contains)) { record in
            progress()
            guard let finding = finding(record, search) else { return }
            places[record.topic]?.add(finding, at: "\(record.topicPartition)/\(record.offset)")
        }
        for name in all where !existing.contains(name) {
            places[name]?.addUnreachable("does not exist, or may not be seen; \(Self.advice)")
        }
        for (name, error) in failures {
            let advice = error.isAuthorization ? "; \(Self.advice)" : ""
            places[name]?.addUnreachable("\(error)\(advice)")
        }
        return all.compactMap { places[$0] }
    }

    private static let advice = "log in as one who may read every topic"

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

/// Reads topics at once, each up to the end that it has at the start. Reads what was aborted, too, and what is not decided
/// yet: it lies on the brokers' disks all the same.
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

    /// - Parameter topics: they exist.
    /// - Returns: why topics were not read to their ends.
    func read(_ topics: [String], _ take: (Record) -> Void) throws -> [String: KafkaError] {
        var span = Span()
        for topic in topics { span.add(topic, consumer) }
        guard !span.ends.isEmpty else { return span.failures }
        try consumer.assign(span.starts)
        defer { try? consumer.unassign() }
        var deadline = ContinuousClock.now + Self.patience
        while !span.ends.isEmpty {
            switch consumer.poll(timeout: 100) {
            case .record(let record):
                guard let end = span.ends[record.topicPartition] else { continue }
                if record.offset < end { take(record) }
                if record.offset + 1 >= end { span.ends[record.topicPartition] = nil }
                deadline = .now + Self.patience
            case .end(let partition, _): span.ends[partition] = nil
            case .failed(let error, let partition) where !error.isTransient:
                guard let topic = partition?.topic else { throw error }
                span.fail(topic, error)
            default:
                guard deadline < .now else { continue }
                for topic in Set(span.ends.keys.map(\.topic)) {
                    span.fail(topic, .late("read \(topic) to its end"))
                }
            }
        }
        return span.failures
    }

    /// What is to be read.
    private struct Span {
        /// The first offset of each partition that holds something.
        var starts: [TopicPartition: Int64] = [:]
        /// The offset after the last, of each partition that has not been read to its end.
        var ends: [TopicPartition: Int64] = [:]
        var failures: [String: KafkaError] = [:]

        mutating func add(_ topic: String, _ consumer: Consumer) {
            do throws(KafkaError) {
                let count = try consumer.partitionCounts([topic], timeout: 10_000)[topic] ?? 0
                for partition in (0..<Int32(count)).map({ TopicPartition(topic, $0) }) {
                    let (low, high) = try consumer.watermarks(partition, timeout: 10_000)
                    if high > low { (starts[partition], ends[partition]) = (low, high) }
                }
            } catch { fail(topic, error) }
        }

        mutating func fail(_ topic: String, _ error: KafkaError) {
            failures[topic] = error
            ends = ends.filter { $0.key.topic != topic }
        }
    }
}
