import CloudEvents
import Foundation
import GRDB
import Kafka
import Synchronization
import Views

/// The view of these tests: how often each key came, and its last event.
struct Words: View {
    var name = "words"
    var topics = ["words"]
    var revision = 1
    /// Another schema has one more column.
    var hasNotes = false

    struct Refused: Error { let word: String }
    /// An event of this type makes a row, and then the view refuses it.
    static let refusedType = "refused"
    /// An event of this type meets a fault in the view's SQL.
    static let faultyType = "faulty"

    func registerMigrations(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("words") { db in
            try db.create(table: "words") { table in
                table.primaryKey("key", .text)
                table.column("count", .integer).notNull()
                table.column("event", .blob).notNull()
                if hasNotes { table.column("note", .text) }
            }
        }
    }

    func apply(_ event: Event?, from place: RecordPlace, in db: Database) throws {
        guard let event else {
            return try db.execute(sql: "DELETE FROM words WHERE key = ?", arguments: [place.key])
        }
        try db.execute(
            sql: """
                INSERT INTO words (key, count, event) VALUES (?, 1, ?)
                ON CONFLICT (key) DO UPDATE SET count = count + 1, event = excluded.event
                """, arguments: [place.key, StoredEvent(event)])
        if event.type == Self.refusedType { throw Refused(word: String(decoding: event.data, as: UTF8.self)) }
        if event.type == Self.faultyType { try db.execute(sql: "INSERT INTO nowhere VALUES (1)") }
    }

    static func counts(_ reader: any DatabaseReader) throws -> [String: Int] {
        try reader.read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT key, count FROM words")
            return Dictionary(uniqueKeysWithValues: rows.map { ($0["key"], $0["count"]) })
        }
    }
}

/// The value and headers of an event's record.
func event(_ id: String, type: String = "word", _ data: Bytes = [1]) -> Event {
    Event(id: id, source: "tests", type: type, time: Date(timeIntervalSince1970: 1_795_420_800), data: data)
}

/// A log in memory, which can be changed while it is read.
final class ListLog: Sendable {
    private struct State {
        var cluster = "cluster"
        var records: [TopicPartition: [Kafka.Record]] = [:]
        var starts: [TopicPartition: Int64] = [:]
        /// Thrown by the next reads, one each.
        var failures: [any Error & Sendable] = []
        var opened = 0
    }

    private let state = Mutex(State())

    init(partitions: Int32 = 1) {
        state.withLock {
            for partition in 0..<partitions { $0.records[TopicPartition("words", partition)] = [] }
        }
    }

    /// How often it was opened.
    var opened: Int { state.withLock { $0.opened } }

    func add(_ key: String, _ event: Event?, partition: Int32 = 0, timestamp: Int64 = 0) {
        add(key, headers: event?.headers ?? [], value: event?.asSent, partition: partition, timestamp: timestamp)
    }

    func add(_ key: String, headers: [Header], value: Bytes?, partition: Int32 = 0, timestamp: Int64 = 0) {
        state.withLock {
            let partition = TopicPartition("words", partition)
            let next = $0.starts[partition, default: 0] + Int64($0.records[partition]?.count ?? 0)
            $0.records[partition, default: []].append(
                Kafka.Record(
                    topic: partition.topic, partition: partition.partition, offset: next, timestamp: timestamp,
                    key: Bytes(key.utf8), value: value, headers: Headers(headers)))
        }
    }

    func removeAll() {
        state.withLock { for partition in $0.records.keys { $0.records[partition] = [] } }
    }

    /// Deletes the first records of a partition, as retention does.
    func retain(from offset: Int64, partition: Int32 = 0) {
        state.withLock {
            let partition = TopicPartition("words", partition)
            $0.records[partition]?.removeAll { $0.offset < offset }
            $0.starts[partition] = offset
        }
    }

    func move(to cluster: String) { state.withLock { $0.cluster = cluster } }

    func fail(with error: any Error & Sendable) { state.withLock { $0.failures.append(error) } }

    var open: OpenViewSource {
        { [self] choose in
            let log = state.withLock { state in
                state.opened += 1
                return TopicReader.LogState(
                    cluster: state.cluster,
                    ranges: Dictionary(
                        uniqueKeysWithValues: state.records.map { partition, records in
                            let start = state.starts[partition, default: 0]
                            return (partition, start..<start + Int64(records.count))
                        }))
            }
            return Source(self, log, try choose(log))
        }
    }

    private final class Source: ViewSource {
        private let log: ListLog
        private var positions: [TopicPartition: Int64]
        private let ends: [TopicPartition: Int64]
        let cluster: String

        init(_ log: ListLog, _ state: TopicReader.LogState, _ chosen: [TopicPartition: Int64]) {
            self.log = log
            cluster = state.cluster
            ends = state.ranges.mapValues(\.upperBound)
            positions = state.ranges.mapValues(\.lowerBound).merging(chosen) { $1 }
        }

        func read(timeout: Int32) throws -> Kafka.Record? {
            let next = try log.state.withLock { state -> Kafka.Record? in
                if !state.failures.isEmpty { throw state.failures.removeFirst() }
                for partition in ends.keys {
                    let next = state.records[partition]?.first { $0.offset >= self.position(partition) }
                    if let next { return next }
                }
                return nil
            }
            guard let next else {
                // As a poll of Kafka that waits a moment.
                if timeout > 0 { usleep(1_000) }
                return nil
            }
            positions[next.topicPartition] = next.offset + 1
            return next
        }

        func position(_ partition: TopicPartition) -> Int64 { positions[partition] ?? 0 }

        var isCaughtUp: Bool { ends.allSatisfy { position($0.key) >= $0.value } }

        var knownEnds: [TopicPartition: Int64] {
            log.state.withLock { state in
                state.records.reduce(into: [:]) { ends, entry in
                    ends[entry.key] = state.starts[entry.key, default: 0] + Int64(entry.value.count)
                }
            }
        }

        func hasSamePartitions(timeout: Int32) -> Bool { log.state.withLock { Set($0.records.keys) } == Set(ends.keys) }
    }
}
