public import CloudEvents
package import Crypto
public import Foundation
public import SwiftProtobuf

/// All that a processor may know while it processes one event or one reminder, and all that it decides.
///
/// What a processor writes here is applied as a whole when it returns, and discarded as a whole when it throws.
public struct Turn {
    /// The time of the turn. It does not change during the turn.
    public let now: Date
    /// When Kafka first received the event, but never later than ``now``. For a reminder, ``now``.
    public let received: Date
    private let place: Place?
    /// The key of the record or reminder.
    public let key: String
    public private(set) var cause: Cause
    private let globals: Globals

    package struct Output {
        package let topic: String
        package let key: Bytes
        /// Nil deletes the key from a compacted topic.
        package let event: Event?
        /// One record for each partition, whatever the key.
        package var isForEveryPartition = false
    }

    private let application: String
    private let state: any StateView
    private let heldWishes: Set<String>?
    private var randomness: any RandomNumberGenerator
    package private(set) var writes: [(key: Bytes, value: Bytes?)] = []
    package private(set) var outputs: [Output] = []
    /// Data keys that this turn has made.
    package private(set) var madeKeys: [String: SymmetricKey] = [:]

    package init(
        now: Date, received: Date? = nil, place: Place? = nil, key: String, cause: Cause, globals: Globals,
        application: String, state: any StateView, heldWishes: Set<String>? = nil,
        randomness: any RandomNumberGenerator = SystemRandomNumberGenerator()
    ) {
        (self.now, self.received, self.place) = (now, min(received ?? now, now), place)
        (self.key, self.cause, self.globals) = (key, cause, globals)
        (self.application, self.state, self.heldWishes) = (application, state, heldWishes)
        self.randomness = randomness
    }

    /// The record's topic without the installation's prefix. Empty for a reminder.
    public var topic: String { place?.topic ?? "" }

    /// The record's position, `topic/partition/offset`, which is the same on a replay. Empty for a reminder.
    public var position: String { place?.description ?? "" }

    /// What is published from here on names the record's place as its cause, and nothing that its sender has written into
    /// the envelope.
    public mutating func hideCause() {
        cause = Cause(
            id: position, source: topic, correlation: position, subject: nil, traceparent: nil, auth: cause.auth)
    }

    /// What is published from here on says who acts. For the processor that has proven it of an event from outside.
    public mutating func acts(_ auth: AuthContext) { cause.auth = auth }

    /// Bytes that nobody can guess, for names and keys.
    ///
    /// A replay draws others. Nobody has seen those of the first attempt, since its transaction was aborted.
    public mutating func randomBytes(_ count: Int) -> Bytes {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &randomness) }
    }

    // MARK: Keys

    /// Makes the data key `name`, under which this turn and all that follow it can seal.
    ///
    /// - Returns: the key as it is to be published on the topic of keys; nil where nothing is sealed.
    /// - Throws: ``KeyUnusable``
    public mutating func makeKey(_ name: String) throws -> Bytes? {
        guard let keyring = globals.keyring else { return nil }
        let key = SymmetricKey(data: randomBytes(32))
        madeKeys[name] = key
        return try keyring.wrap(key, named: name)
    }

    /// The name of an existing key.
    private func keyName(_ choice: SealingKey, _ keyring: Keyring) throws -> String {
        if case .named(let name) = choice, madeKeys[name] != nil { return name }
        if case .namedOrOwn(let name) = choice, madeKeys[name] != nil { return name }
        return try keyring.name(choice)
    }

    // MARK: State

    /// The value under `key`, including this turn's own writes.
    public func get<Value>(_ table: Table<Value>, _ key: String) throws -> Value? {
        try read(table.prefix + key.utf8) { try table.value($0) }
    }

    /// What was stored under a key of the state, opened if it is sealed. Nil for what was erased.
    private func read<Value>(_ key: Bytes, _ decode: (UnsafeRawBufferPointer) throws -> Value) throws -> Value? {
        if let write = lastWrite(key) {
            return try write.value.flatMap { value in
                try value.withUnsafeBytes { stored in
                    try key.withUnsafeBytes { try opened(stored, at: $0, decode) }
                }
            }
        }
        return try state.read(key) { stored in
            try key.withUnsafeBytes { try opened(stored, at: $0, decode) }
        }.flatMap(\.self)
    }

    private func opened<Value>(
        _ stored: UnsafeRawBufferPointer, at key: UnsafeRawBufferPointer,
        _ decode: (UnsafeRawBufferPointer) throws -> Value
    ) throws -> Value? {
        guard StateValue.isSealed(stored) else { return try decode(stored) }
        guard let keyring = globals.keyring else {
            throw StateUnreadable(StateKey.table(of: Bytes(key)), Undecodable("state", .sealed))
        }
        return try keyring.open(stored, at: key).map { value in
            try StateValue.encode(value).withUnsafeBytes { try decode($0) }
        }
    }

    /// All values of a global table, by key.
    ///
    /// The topology must declare the table. Otherwise it is always empty.
    public func all<Value>(_ table: GlobalTable<Value>) -> [String: Value] {
        let values = globals.all(table)
        assert(values != nil, "the global table \(table.topic) is not in the topology")
        return values ?? [:]
    }

    /// The value under `key` in a global table.
    public func get<Value>(_ table: GlobalTable<Value>, _ key: String) -> Value? { all(table)[key] }

    public mutating func put<Value>(_ table: Table<Value>, _ key: String, _ value: Value) throws {
        try write(table.prefix + key.utf8, try value.wireBytes(), sealedUnder: table.sealingKey?(key, value))
    }

    public mutating func delete<Value>(_ table: Table<Value>, _ key: String) {
        writes.append((table.prefix + key.utf8, nil))
    }

    /// All entries of the table, or those whose keys begin with `prefix`, in the order of the keys' bytes. Includes
    /// this turn's own writes.
    public func scan<Value>(_ table: Table<Value>, prefix: String = "") throws -> [(key: String, value: Value)] {
        try scan(table.prefix, prefix) { try table.value($0) }
    }

    /// All open wishes of the task, in the order of their keys' bytes. Includes this turn's own.
    public func wishes<Value: SwiftProtobuf.Message>(as type: Value.Type) throws -> [(key: String, value: Value)] {
        try scan(StateKey.wishes, "") { try StateValue.message($0) }
    }

    private func scan<Value>(
        _ space: Bytes, _ prefix: String, _ decode: (UnsafeRawBufferPointer) throws -> Value
    ) throws -> [(key: String, value: Value)] {
        let start = space + prefix.utf8
        var found: [(key: String, value: Value)] = []
        func give(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws {
            guard let value = try opened(value, at: key, decode) else { return }
            found.append((String(decoding: key.dropFirst(space.count), as: UTF8.self), value))
        }
        func give(_ write: (key: Bytes, value: Bytes?)) throws {
            guard let value = write.value else { return }
            try write.key.withUnsafeBytes { key in try value.withUnsafeBytes { try give(key, $0) } }
        }

        // This turn's writes override the state. If it wrote a key twice, the later write counts.
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

    // MARK: Results

    /// Publishes a fact or a command.
    ///
    /// The event's id is derived from the cause and its place in the turn, so a replay publishes the same event again.
    /// Keys take no place: an attempt that finds a key that an earlier one has made must not give other ids.
    ///
    /// - Parameters:
    ///   - topic: the topic's name without the installation's prefix.
    ///   - key: decides the partition; the turn's own key if nil.
    ///   - id: replaces the cause's id in that derivation, for a cause whose id may legitimately come twice.
    ///     ``position`` is suitable: it is the same on a replay.
    ///   - content: how the payload is written. JSON only for outsiders who write JSON themselves.
    ///   - sealingKey: under which key a sealed payload is sealed; that of the subject's name if nil.
    public mutating func publish(
        _ payload: some EventPayload, to topic: String, key: String? = nil, subject: String? = nil, id: String? = nil,
        as content: Event.Content = .protobuf, sealedUnder sealingKey: SealingKey? = nil
    ) throws {
        let event = try Event(
            id: EventId.derived(application, cause.source, id ?? cause.id, ordinal), source: application, time: now,
            subject: subject ?? cause.subject, cause: cause.id, correlation: cause.correlation,
            traceparent: cause.traceparent, auth: cause.auth, as: content, payload)
        try publish(event, to: topic, key, sealingKey)
    }

    private var ordinal: Int {
        guard let keys = globals.keyring?.topic else { return outputs.count }
        return outputs.count { $0.topic != keys }
    }

    /// Publishes a payload that this runtime does not decode. Its type must not be one that is sealed.
    public mutating func publish(type: String, _ data: Bytes, to topic: String, key: String? = nil) {
        precondition(globals.keyring?.isSealed(type) != true, "\(type) must be sealed, so publish its message")
        let event = Event(
            id: EventId.derived(application, cause.source, cause.id, ordinal), source: application, type: type,
            time: now, subject: cause.subject, cause: cause.id, correlation: cause.correlation,
            traceparent: cause.traceparent, auth: cause.auth, data: data)
        outputs.append(Output(topic: topic, key: Bytes((key ?? self.key).utf8), event: event))
    }

    /// Seals the event, unless it is sealed under that key already.
    mutating func publish(
        _ event: Event, to topic: String, _ key: String?, _ sealingKey: SealingKey?, toEveryPartition: Bool = false
    ) throws {
        var event = event
        if let keyring = globals.keyring, keyring.isSealed(event.type) {
            let name = try keyName(sealingKey ?? .named(event.subject ?? ""), keyring)
            if event.sealed?.key != name { event = try keyring.seal(event, under: name, madeKeys[name]) }
        }
        outputs.append(
            Output(
                topic: topic, key: Bytes((key ?? self.key).utf8), event: event, isForEveryPartition: toEveryPartition))
    }

    /// Writes a state value that this runtime does not decode. It is not sealed. The table's name is checked as ``Table``'s is.
    public mutating func put(raw table: String, _ key: String, _ bytes: Bytes) {
        write(StateKey.checkedPrefix(table) + key.utf8, bytes)
    }

    /// Deletes `key` from a compacted topic.
    public mutating func erase(_ key: String, from topic: String) {
        outputs.append(Output(topic: topic, key: Bytes(key.utf8), event: nil))
    }

    /// Sets a reminder: the processor wakes at `due`, with this turn's key. Setting the same name again moves the
    /// reminder.
    public mutating func remind(_ name: String, at due: Date) {
        let origin = EventId.digest(application, cause.source, cause.id, writes.count)
        write(StoredReminder.key(self.key, name), StoredReminder.bytes(due, origin: origin))
    }

    public mutating func cancelReminder(_ name: String) {
        writes.append((StoredReminder.key(self.key, name), nil))
    }

    /// Asks for an effect that is performed after the step is committed. The same key again replaces the wish.
    ///
    /// - Parameter sealingKey: under which key a `SealedMessage` is sealed. It must be given for one.
    public mutating func wish(
        _ key: String, _ wish: some SwiftProtobuf.Message, sealedUnder sealingKey: SealingKey? = nil
    ) throws {
        guard (wish is any SealedMessage) == (sealingKey != nil) else {
            throw Undeclared("a wish must say under which key it is sealed if it is a sealed message, and only then")
        }
        try write(StateKey.wishes + key.utf8, try wish.wireBytes(), sealedUnder: sealingKey)
    }

    /// The open wish under `key`.
    public func wish<Value: SwiftProtobuf.Message>(_ key: String, as type: Value.Type) throws -> Value? {
        try read(StateKey.wishes + key.utf8) { try StateValue.message($0) }
    }

    /// True if the wish under `key` is certain not to have been performed, and not to be performed before this turn is
    /// over. It was made while the task still processes records that were unread when it started. False if that is not
    /// certain.
    public func isUnbegun(_ key: String) -> Bool { heldWishes?.contains(key) ?? false }

    /// True if no wish is performed before this turn is over: the task still processes records that were unread when it
    /// started. A wish from before that start may already have been performed.
    public var holdsWishes: Bool { heldWishes != nil }

    /// Removes a wish that is fulfilled or no longer wanted.
    public mutating func fulfil(_ key: String) {
        writes.append((StateKey.wishes + key.utf8, nil))
    }

    /// Keeps a reminder whose turn failed. It is not due any more, and is retried at the task's next start.
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

    private mutating func write(_ key: Bytes, _ value: Bytes, sealedUnder sealingKey: SealingKey?) throws {
        guard let sealingKey, let keyring = globals.keyring else { return write(key, value) }
        let name = try keyName(sealingKey, keyring)
        writes.append((key, try keyring.seal(value, at: key, under: name, madeKeys[name])))
    }
}
