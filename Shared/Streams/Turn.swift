import Codec
import Crypto
import Domain
import Foundation
import SwiftProtobuf

/// One event's or one reminder's whole world: what is known, and what follows.
///
/// What a processor writes here is taken over as a whole when it returns, and dropped as a whole when it throws.
public struct Turn {
    /// The one instant that this turn sees.
    public let now: Date
    /// When the record came to Kafka, but never later than ``now``; for a reminder, ``now``.
    public let received: Date
    /// The topic of the record, without the installation's prefix; empty for a reminder.
    public let topic: String
    /// Where the record lies: `topic/partition/offset`; empty for a reminder. The same record has the same on a replay.
    public let position: String
    /// The key of the record or reminder.
    public let key: String
    public let cause: Cause
    public let directory: Directory

    /// Why the turn takes place, passed on to everything published in it.
    public struct Cause: Sendable {
        public let id: String
        public let source: String
        public let correlation: String
        public let subject: String?
        public let traceparent: String?
    }

    struct Output {
        let topic: String
        let key: Bytes
        /// Nil deletes the key on a compacted topic.
        let event: Event?
    }

    private let application: String
    private let state: any StateView
    private(set) var writes: [(key: Bytes, value: Bytes?)] = []
    private(set) var outputs: [Output] = []

    init(
        now: Date, received: Date? = nil, topic: String = "", position: String = "", key: String, cause: Cause,
        directory: Directory,
        application: String, state: any StateView
    ) {
        (self.now, self.received, self.topic, self.position) = (now, min(received ?? now, now), topic, position)
        (self.key, self.cause, self.directory) = (key, cause, directory)
        (self.application, self.state) = (application, state)
    }

    // MARK: State

    /// The value under `key`, with what this turn has already written.
    public func get<Value>(_ table: Table<Value>, _ key: String) throws -> Value? {
        try read(table.prefix + key.utf8).map(table.value)
    }

    public mutating func put<Value>(_ table: Table<Value>, _ key: String, _ value: Value) throws {
        write(table.prefix + key.utf8, try value.wireBytes())
    }

    public mutating func delete<Value>(_ table: Table<Value>, _ key: String) {
        writes.append((table.prefix + key.utf8, nil))
    }

    /// All of the table, or what lies under keys that begin with `prefix`, in the order of the keys' bytes.
    public func scan<Value>(_ table: Table<Value>, prefix: String = "") throws -> [(key: String, value: Value)] {
        let start = table.prefix + prefix.utf8
        var entries = Dictionary(uniqueKeysWithValues: try state.scan(start).map { ($0.key, Optional($0.value)) })
        for write in writes where write.key.starts(with: start) { entries[write.key] = .some(write.value) }
        return try entries.compactMap { entry in entry.value.map { (entry.key, $0) } }
            .sorted { $0.0.lexicographicallyPrecedes($1.0) }
            .map { (String(decoding: $0.0.dropFirst(table.prefix.count), as: UTF8.self), try table.value($0.1)) }
    }

    // MARK: What follows

    /// Publishes a fact or a command.
    ///
    /// Its id is made from the cause and its place in the turn, so that a replay publishes the same event again.
    ///
    /// - Parameters:
    ///   - topic: the topic's name without the installation's prefix.
    ///   - key: decides the partition; the turn's own key if nil.
    ///   - id: what the id is made from in place of the cause's, where the same cause may truly come twice; such as
    ///     ``position``, which a replay has too.
    public mutating func publish(
        _ payload: some EventPayload, to topic: String, key: String? = nil, subject: String? = nil, id: String? = nil
    ) throws {
        let event = try Event(
            id: EventId.derived(application, cause.source, id ?? cause.id, outputs.count), source: application,
            time: now,
            subject: subject ?? cause.subject, cause: cause.id, correlation: cause.correlation,
            traceparent: cause.traceparent, payload)
        outputs.append(Output(topic: topic, key: Bytes((key ?? self.key).utf8), event: event))
    }

    /// Publishes a payload that this runtime does not look into.
    public mutating func publish(type: String, _ data: Bytes, to topic: String, key: String? = nil) {
        let event = Event(
            id: EventId.derived(application, cause.source, cause.id, outputs.count), source: application, type: type,
            time: now, subject: cause.subject, cause: cause.id, correlation: cause.correlation,
            traceparent: cause.traceparent, data: data)
        outputs.append(Output(topic: topic, key: Bytes((key ?? self.key).utf8), event: event))
    }

    /// Sets a state value that this runtime does not look into.
    public mutating func put(raw table: String, _ key: String, _ bytes: Bytes) {
        write(StateKey.prefix(table) + key.utf8, bytes)
    }

    /// Deletes what a compacted topic holds under `key`.
    public mutating func erase(_ key: String, from topic: String) {
        outputs.append(Output(topic: topic, key: Bytes(key.utf8), event: nil))
    }

    /// Wakes the processor at `due`, with this turn's key. The same name again moves the reminder.
    public mutating func remind(_ name: String, at due: Date) {
        write(StoredReminder.key(self.key, name), StoredReminder.bytes(due))
    }

    public mutating func cancelReminder(_ name: String) {
        writes.append((StoredReminder.key(self.key, name), nil))
    }

    /// Asks for an effect, to be performed after the step is committed. The same key again replaces the wish.
    public mutating func wish(_ key: String, _ wish: some SwiftProtobuf.Message) throws {
        write(StateKey.wishes + key.utf8, try wish.wireBytes())
    }

    /// The open wish under `key`.
    public func wish<Value: SwiftProtobuf.Message>(_ key: String, as type: Value.Type) throws -> Value? {
        guard let stored = try read(StateKey.wishes + key.utf8) else { return nil }
        return try Value(wire: StateValue.decode(stored))
    }

    /// Takes a wish back: it is fulfilled, or no longer wanted.
    public mutating func fulfil(_ key: String) {
        writes.append((StateKey.wishes + key.utf8, nil))
    }

    mutating func remove(_ reminder: Reminder) {
        writes.append((StoredReminder.key(reminder.key, reminder.name), nil))
    }

    private func read(_ key: Bytes) throws -> Bytes? {
        for write in writes.reversed() where write.key == key { return write.value }
        return try state.get(key)
    }

    private mutating func write(_ key: Bytes, _ value: Bytes) { writes.append((key, StateValue.encode(value))) }
}

/// Ids of events that follow from other events.
enum EventId {
    /// 128 bits of SHA-256 over who publishes, why, and as the how-manieth: the same on every replay, and telling
    /// nothing of a cause's id that an outsider chose.
    static func derived(_ application: String, _ source: String, _ cause: String, _ ordinal: Int) -> String {
        var bytes = Bytes()
        bytes.reserveCapacity(application.utf8.count + source.utf8.count + cause.utf8.count + 11)
        for part in [application, source, cause] {
            bytes += part.utf8
            bytes.append(0)
        }
        withUnsafeBytes(of: UInt64(ordinal).bigEndian) { bytes += $0 }
        let digest = SHA256.hash(data: bytes)
        return digest.withUnsafeBytes { digest in
            String(unsafeUninitializedCapacity: 32) { buffer in
                for index in 0..<16 {
                    buffer[2 * index] = hexadecimal[Int(digest[index] >> 4)]
                    buffer[2 * index + 1] = hexadecimal[Int(digest[index] & 15)]
                }
                return 32
            }
        }
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)
}
