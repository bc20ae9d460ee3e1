public import CloudEvents
import Crypto
public import Foundation
public import SwiftProtobuf

/// One event's or one reminder's whole world: what is known, and what follows.
///
/// What a processor writes here is taken over as a whole when it returns, and dropped as a whole when it throws.
public struct Turn {
    /// The one instant that this turn sees.
    public let now: Date
    /// When the record came to Kafka, but never later than ``now``; for a reminder, ``now``.
    public let received: Date
    private let place: Place?
    /// The key of the record or reminder.
    public let key: String
    public private(set) var cause: Cause
    private let globals: Globals

    /// Why the turn takes place, passed on to everything published in it.
    public struct Cause: Sendable {
        public let id: String
        public let source: String
        public let correlation: String
        public let subject: String?
        public let traceparent: String?

        package init(id: String, source: String, correlation: String, subject: String?, traceparent: String?) {
            (self.id, self.source, self.correlation) = (id, source, correlation)
            (self.subject, self.traceparent) = (subject, traceparent)
        }

        /// - Parameter isFromOutside: its correlation is its publisher's own. A chain of ours begins with an id of ours.
        package init(_ event: Event, isFromOutside: Bool, _ application: String) {
            self.init(
                id: event.id, source: event.source,
                correlation: isFromOutside
                    ? EventId.derived(application, event.source, event.id, 0) : event.correlation ?? event.id,
                subject: event.subject, traceparent: event.traceparent)
        }
    }

    /// Where a record lies.
    package struct Place: CustomStringConvertible {
        /// Without the installation's prefix.
        let topic: String
        let partition: Int32
        let offset: Int64
        let isMisplaced: Bool

        package init(topic: String, partition: Int32, offset: Int64, isMisplaced: Bool = false) {
            (self.topic, self.partition, self.offset) = (topic, partition, offset)
            self.isMisplaced = isMisplaced
        }

        package var description: String { "\(topic)/\(partition)/\(offset)" }
    }

    package struct Output {
        package let topic: String
        package let key: Bytes
        /// Nil deletes the key on a compacted topic.
        package let event: Event?
    }

    private let application: String
    private let state: any StateView
    private let heldWishes: Set<String>?
    package private(set) var writes: [(key: Bytes, value: Bytes?)] = []
    package private(set) var outputs: [Output] = []

    package init(
        now: Date, received: Date? = nil, place: Place? = nil, key: String, cause: Cause, globals: Globals,
        application: String, state: any StateView, heldWishes: Set<String>? = nil
    ) {
        (self.now, self.received, self.place) = (now, min(received ?? now, now), place)
        (self.key, self.cause, self.globals) = (key, cause, globals)
        (self.application, self.state, self.heldWishes) = (application, state, heldWishes)
    }

    /// The topic of the record, without the installation's prefix; empty for a reminder.
    public var topic: String { place?.topic ?? "" }

    /// Where the record lies: `topic/partition/offset`; empty for a reminder. The same record has the same on a replay.
    public var position: String { place?.description ?? "" }

    /// The record lies on another partition than its key's, so the key's state is not here. Its producer has another
    /// partitioner than `murmur2_random`. Only looked at where others write (``Topology/Topic/isFromOutside``).
    public var isMisplaced: Bool { place?.isMisplaced ?? false }

    /// What is published from here on names the record's place as its cause, and nothing that its sender has written into
    /// the envelope.
    public mutating func hideCause() {
        cause = Cause(id: position, source: topic, correlation: position, subject: nil, traceparent: nil)
    }

    // MARK: State

    /// The value under `key`, with what this turn has already written.
    public func get<Value>(_ table: Table<Value>, _ key: String) throws -> Value? {
        let key = table.prefix + key.utf8
        if let write = lastWrite(key) { return try write.value.map { try table.value($0) } }
        return try state.read(key) { try table.value($0) }
    }

    /// All values of a global table, by key.
    ///
    /// The topology must have the table; else it is empty for ever.
    public func all<Value>(_ table: GlobalTable<Value>) -> [String: Value] {
        let values = globals.all(table)
        assert(values != nil, "the global table \(table.topic) is not in the topology")
        return values ?? [:]
    }

    /// The value under `key` of a global table.
    public func get<Value>(_ table: GlobalTable<Value>, _ key: String) -> Value? { all(table)[key] }

    public mutating func put<Value>(_ table: Table<Value>, _ key: String, _ value: Value) throws {
        write(table.prefix + key.utf8, try value.wireBytes())
    }

    public mutating func delete<Value>(_ table: Table<Value>, _ key: String) {
        writes.append((table.prefix + key.utf8, nil))
    }

    /// All of the table, or what lies under keys that begin with `prefix`, in the order of the keys' bytes.
    public func scan<Value>(_ table: Table<Value>, prefix: String = "") throws -> [(key: String, value: Value)] {
        let start = table.prefix + prefix.utf8
        var found: [(key: String, value: Value)] = []
        func give(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws {
            found.append((String(decoding: key.dropFirst(table.prefix.count), as: UTF8.self), try table.value(value)))
        }
        func give(_ write: (key: Bytes, value: Bytes?)) throws {
            guard let value = write.value else { return }
            try write.key.withUnsafeBytes { key in try value.withUnsafeBytes { try give(key, $0) } }
        }

        // What this turn has written lies over the state; of two writes of one key, the later one counts.
        let own = Dictionary(writes.lazy.filter { $0.key.begins(with: start) }.map { ($0.key, $0) }) { $1 }
            .values.sorted { $0.key.isOrdered(before: $1.key) }
        var next = own.startIndex
        try state.scan(start) { key, value in
            while next < own.endIndex {
                let order = own[next].key.withUnsafeBytes { $0.order(key) }
                if order > 0 { break }
                next += 1
                try give(own[next - 1])
                if order == 0 { return true }
            }
            try give(key, value)
            return true
        }
        for write in own[next...] { try give(write) }
        return found
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

    /// Sets a state value that this runtime does not look into. The table's name is checked as ``Table``'s is.
    public mutating func put(raw table: String, _ key: String, _ bytes: Bytes) {
        write(StateKey.checkedPrefix(table) + key.utf8, bytes)
    }

    /// Deletes what a compacted topic holds under `key`.
    public mutating func erase(_ key: String, from topic: String) {
        outputs.append(Output(topic: topic, key: Bytes(key.utf8), event: nil))
    }

    /// Wakes the processor at `due`, with this turn's key. The same name again moves the reminder.
    public mutating func remind(_ name: String, at due: Date) {
        let origin = EventId.digest(application, cause.source, cause.id, writes.count)
        write(StoredReminder.key(self.key, name), StoredReminder.bytes(due, origin: origin))
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
        let key = StateKey.wishes + key.utf8
        if let write = lastWrite(key) {
            return try write.value.map { try $0.withUnsafeBytes { try StateValue.message($0) } }
        }
        return try state.read(key) { try StateValue.message($0) }
    }

    /// Nobody has begun the wish under `key`, and nobody will before this turn is over: it was made while the task still
    /// takes what lay unread when it started. False where that is not certain.
    public func isUnbegun(_ key: String) -> Bool { heldWishes?.contains(key) ?? false }

    /// No wish is begun before this turn is over: the task still takes what lay unread when it started. What was wished
    /// for before that start may have been performed, or not.
    public var holdsWishes: Bool { heldWishes != nil }

    /// Takes a wish back: it is fulfilled, or no longer wanted.
    public mutating func fulfil(_ key: String) {
        writes.append((StateKey.wishes + key.utf8, nil))
    }

    /// Keeps a reminder whose turn could not be taken: it is not due any more, and not forgotten.
    mutating func keepAsFailed(_ reminder: Reminder) {
        write(
            StoredReminder.key(reminder.key, reminder.name),
            StoredReminder.bytes(reminder.due, origin: reminder.origin, failed: true))
    }

    package mutating func remove(_ reminder: Reminder) {
        writes.append((StoredReminder.key(reminder.key, reminder.name), nil))
    }

    private func lastWrite(_ key: Bytes) -> (key: Bytes, value: Bytes?)? { writes.last { $0.key == key } }

    private mutating func write(_ key: Bytes, _ value: Bytes) { writes.append((key, StateValue.encode(value))) }
}

/// Ids of events that follow from other events.
enum EventId {
    /// SHA-256 of application, source, cause and output index; the first 128 bits. The same on every replay, and telling
    /// nothing of a cause's id that an outsider chose.
    static func derived(_ application: String, _ source: String, _ cause: String, _ ordinal: Int) -> String {
        withDigest(application, source, cause, ordinal) { digest in
            String(unsafeUninitializedCapacity: 32) { buffer in
                for index in 0..<16 {
                    buffer[2 * index] = hexadecimal[Int(digest[index] >> 4)]
                    buffer[2 * index + 1] = hexadecimal[Int(digest[index] & 15)]
                }
                return 32
            }
        }
    }

    /// The 16 bytes themselves.
    static func digest(_ application: String, _ source: String, _ cause: String, _ ordinal: Int) -> Bytes {
        withDigest(application, source, cause, ordinal) { Bytes($0.prefix(16)) }
    }

    /// The digest of three texts, each closed by a zero byte, and a number of eight bytes, big-endian.
    private static func withDigest<Result>(
        _ first: String, _ second: String, _ third: String, _ ordinal: Int, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let size = first.utf8.count + second.utf8.count + third.utf8.count + 11
        return withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { bytes in
            var at = 0
            func add(_ part: String) {
                var part = part
                part.withUTF8 { UnsafeMutableRawBufferPointer(rebasing: bytes[at...]).copyMemory(from: .init($0)) }
                at += part.utf8.count
                bytes[at] = 0
                at += 1
            }
            add(first)
            add(second)
            add(third)
            bytes.storeBytes(of: UInt64(ordinal).bigEndian, toByteOffset: at, as: UInt64.self)
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(bytes))
            return hash.finalize().withUnsafeBytes(body)
        }
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)
}
