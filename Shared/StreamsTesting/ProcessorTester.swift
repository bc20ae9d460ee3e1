public import CloudEvents
public import Foundation
public import Streams
public import SwiftProtobuf

/// Runs a processor in memory, without Kafka: from given state and events to published events, new state and reminders.
///
///     var tester = ProcessorTester(Counting(), .counting, now: .now)
///     try tester.process(Greeting.with { $0.name = "Kim" }, key: "k")
///     #expect(tester.published(Counted.self).map(\.count) == [1])
///
/// Use of a topic or table that the topology does not declare throws in the first turn that does it.
public struct ProcessorTester<P: Processor> {
    public var now: Date

    /// Everything published so far: topic, key and event.
    public private(set) var published: [(topic: String, key: String, event: Event)] = []

    /// Everything passed on so far. The next turn, which reads it, has followed at once.
    public private(set) var forwarded: [(topic: String, key: String, event: Event)] = []

    /// Every key deleted from a compacted topic so far.
    public private(set) var erased: [(topic: String, key: String)] = []

    /// Holds wishes back, as while a task processes records that were unread when it started.
    public var holdsWishes = false

    /// What becomes of an event and its topic before the processor reads it, as what lets its sender in would have it.
    public var door: @Sendable (_ event: Event, _ topic: String, _ now: Date) -> (Event, topic: String) = {
        event, topic, _ in (event, topic)
    }

    /// A service that is restarted with other settings has another one, and the same state.
    public var processor: P
    private let topology: Topology
    private let globals: Globals
    private let state = MemoryState()
    private var count = 0

    /// - Parameter sealing: how the stream seals. Then a turn that needs an erased key is passed over, and events may come in
    ///   clear or sealed.
    public init(_ processor: P, _ topology: Topology, now: Date, sealing: Sealing? = nil) {
        (self.processor, self.topology, self.now) = (processor, topology, now)
        globals = Globals(topology.globals, sealing: sealing, application: topology.application)
        globals.keyring?.isComplete = true
    }

    /// All values of a global table. A table that the topology does not declare is always empty.
    public func all<Value>(_ table: GlobalTable<Value>) -> [String: Value] { globals.all(table) ?? [:] }

    /// Replaces all values of a global table.
    public func replaceAll<Value>(_ table: GlobalTable<Value>, _ values: [String: Value]) {
        globals.replaceAll(table, values)
    }

    /// Processes one event with this payload.
    ///
    /// - Parameter id: the event's id; a new one if nil.
    public mutating func process(
        _ payload: some EventPayload, key: String, id: String? = nil, source: String = "tester",
        subject: String? = nil, topic: String = ""
    ) throws {
        try process(
            Event(id: id ?? "event-\(count + 1)", source: source, time: now, subject: subject, payload), key: key,
            topic: topic)
    }

    /// Processes an event, and what is passed on of it.
    ///
    /// - Parameter offset: where the record lies in its topic; a place of its own if nil.
    public mutating func process(_ event: Event, key: String, topic: String = "", offset: Int64? = nil) throws {
        let (event, topic) = door(event, topic, now)
        var next = forwarded.count
        try turn(event, key, topic, offset)
        while next < forwarded.count {
            let passed = forwarded[next]
            next += 1
            try turn(passed.event, passed.key, passed.topic)
        }
    }

    private mutating func turn(_ event: Event, _ key: String, _ topic: String, _ offset: Int64? = nil) throws {
        count += 1
        let isFromOutside = topology.inputs.contains { $0.name == topic && $0.isFromOutside }
        guard let event = try passingOver({ try globals.keyring?.open(event) ?? event }) else { return }
        var turn = Turn(
            now: now, received: isFromOutside ? nil : event.received,
            place: Turn.Place(topic: topic, partition: 0, offset: offset ?? Int64(count)), key: key,
            cause: Turn.Cause(event, isFromOutside: isFromOutside, topology.application),
            globals: globals, application: topology.application, state: state, heldWishes: heldWishes,
            randomness: SeededGenerator(seed: UInt64(count)))
        if try passingOver({ try processor.process(event, in: &turn) }) != nil { try apply(turn) }
    }

    /// Gives the processor a record as it lies in its topic; one that is no event is answered.
    public mutating func process(
        headers: [(name: String, value: Bytes)], value: Bytes?, key: String, topic: String = ""
    ) throws {
        let event: Event
        do throws(Undecodable) { event = try Event(headers: headers, value: value, received: now) } catch {
            let claims = Event.claims(headers: headers, value: value)
            return try answer(
                error, id: claims.id, source: claims.source, content: claims.content, key: key, topic: topic)
        }
        try process(event, key: key, topic: topic)
    }

    /// Gives the processor a record that is no event.
    ///
    /// - Parameters:
    ///   - id: what the record calls itself.
    ///   - source: whom it names as its source.
    ///   - content: how its sender writes.
    public mutating func answer(
        _ error: Undecodable, id: String? = nil, source: String? = nil, content: Event.Content = .json, key: String,
        topic: String
    ) throws {
        count += 1
        let place = Turn.Place(topic: topic, partition: 0, offset: Int64(count))
        var turn = Turn(
            now: now, place: place, key: key,
            cause: Turn.Cause(
                id: place.description, source: "tester", correlation: place.description, subject: nil,
                traceparent: nil),
            globals: globals, application: topology.application, state: state, heldWishes: heldWishes,
            randomness: SeededGenerator(seed: UInt64(count)))
        let unreadable = Unreadable(
            position: place.description, topic: topic, id: id, source: source, content: content,
            error: error)
        try processor.answer(unreadable, in: &turn)
        try apply(turn)
    }

    /// Advances the time, and fires the reminders that become due on the way, in order.
    public mutating func advance(to later: Date) throws {
        while let reminder = reminders.first, reminder.due <= later {
            now = max(now, reminder.due)
            let id = reminder.causeId
            var turn = Turn(
                now: now, key: reminder.key,
                cause: Turn.Cause(
                    id: id, source: topology.application, correlation: id, subject: nil, traceparent: nil),
                globals: globals, application: topology.application, state: state, heldWishes: heldWishes,
                randomness: SeededGenerator(seed: UInt64(count)))
            var dropped = turn
            dropped.remove(reminder)
            turn.remove(reminder)
            let isDone = try passingOver({ try processor.wake(reminder, in: &turn) }) != nil
            try apply(isDone ? turn : dropped)
        }
        now = max(now, later)
    }

    // MARK: Results

    /// All published payloads of one type, in order.
    public func published<Payload: EventPayload>(_ type: Payload.Type) -> [Payload] {
        published.compactMap { try? $0.event.decode(type) }
    }

    /// The value under `key` in a table.
    public func state<Value>(_ table: Table<Value>, _ key: String) throws -> Value? {
        try look(key).get(table, key)
    }

    /// Writes a value to a table, as if an earlier turn had.
    public func put<Value>(_ table: Table<Value>, _ key: String, _ value: Value) throws {
        var turn = look(key)
        try turn.put(table, key, value)
        for write in turn.writes { state.entries[write.key] = write.value }
    }

    /// The bytes of everything that is stored, as they lie in the changelog and in the state file.
    public var storedBytes: [Bytes] { state.entries.map(\.value) }

    /// Deletes a data key, as erasure does.
    public func eraseKey(_ name: String) throws {
        guard let topic = globals.keyring?.topic else { return }
        try globals.apply(topic, name, nil)
    }

    /// Reminders that are set, in order of due time.
    public var reminders: [Reminder] {
        state.entries(StateKey.reminders).compactMap { try? StoredReminder.reminder($0.key, $0.value) }
            .sorted { ($0.due, $0.key, $0.name) < ($1.due, $1.key, $1.name) }
    }

    /// Open wishes by key.
    public func wishes<Value: SwiftProtobuf.Message>(_ type: Value.Type) throws -> [String: Value] {
        let keys = state.entries(StateKey.wishes).map { StateKey.name(of: $0.key) }
        return try Dictionary(
            uniqueKeysWithValues: keys.compactMap { key in try look(key).wish(key, as: type).map { (key, $0) } })
    }

    /// A turn that only looks at the state, or writes to it.
    private func look(_ key: String) -> Turn {
        Turn(
            now: now, key: key,
            cause: Turn.Cause(id: "", source: "tester", correlation: "", subject: nil, traceparent: nil),
            globals: globals, application: topology.application, state: state)
    }

    /// - Returns: nil if the turn is about what has been erased.
    private func passingOver<Value>(_ body: () throws -> Value) throws -> Value? {
        do { return try body() } catch let error where Keyring.isErased(error) { return nil }
    }

    private var heldWishes: Set<String>? {
        guard holdsWishes else { return nil }
        return Set(state.entries.keys.filter { $0.starts(with: StateKey.wishes) }.map { StateKey.name(of: $0) })
    }

    private mutating func apply(_ turn: Turn) throws {
        try topology.check(turn)
        globals.keyring?.adopt(turn.madeKeys)
        for write in turn.writes { state.entries[write.key] = write.value }
        for output in turn.outputs {
            let key = String(decoding: output.key, as: UTF8.self)
            if output.topic == globals.keyring?.topic { try globals.apply(output.topic, key, output.event?.data) }
            guard let event = output.event else {
                erased.append((output.topic, key))
                continue
            }
            if event.received == nil {
                published.append((output.topic, key, event))
            } else {
                forwarded.append((output.topic, key, event))
            }
        }
    }
}

/// State in a dictionary.
private final class MemoryState: StateView {
    var entries: [Bytes: Bytes] = [:]

    func read<Result>(_ key: Bytes, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result? {
        try entries[key].map { try $0.withUnsafeBytes(body) }
    }

    func scan(
        _ prefix: Bytes, _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Bool
    ) rethrows {
        for entry in entries(prefix) {
            let goesOn = try entry.key.withUnsafeBytes { key in
                try entry.value.withUnsafeBytes { try body(key, $0) }
            }
            if !goesOn { return }
        }
    }

    func entries(_ prefix: Bytes) -> [(key: Bytes, value: Bytes)] {
        entries.filter { $0.key.begins(with: prefix) }.map { ($0.key, $0.value) }
            .sorted { $0.0.isOrdered(before: $1.0) }
    }
}
