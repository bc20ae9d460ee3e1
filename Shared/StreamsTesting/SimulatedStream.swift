public import CloudEvents
public import Foundation
public import Kafka
public import Streams

/// Runs a processor in several instances on a Kafka in memory. A test can kill and freeze instances and delete their
/// files.
///
///     let stream = SimulatedStream(Counter(), Counter.topology)
///     try stream.start("one")
///     try stream.send(tea, key: "tea", to: "words")
///     try stream.freeze("one") {
///         try stream.start("two")
///         try stream.advance(by: .seconds(30))
///     }
///     try stream.work()
///     #expect(try stream.events(on: "totals").count == 1)
///
/// The runtime is the real one, with its state files. Kafka is simulated: transactions, fencing and the consumer group
/// behave as on brokers, nothing is lost, and the same test always runs the same way. Time moves only while the test
/// runs instances or calls ``advance(by:)``. Everything happens on the caller's thread.
public final class SimulatedStream<P: Processor> {
    private let kafka: SimulatedKafka
    private let processor: P
    private let topology: Topology
    private let globals: Globals
    private let folder = NSTemporaryDirectory() + "simulated-stream-" + UUID().uuidString.lowercased()
    private var instances: [String: SimulatedInstance<P>] = [:]
    /// Instances that are frozen in the middle of a call.
    private var frozen: Set<String> = []

    /// - Parameter partitions: the number of partitions of every topic, and so of tasks.
    public init(_ processor: P, _ topology: Topology, partitions: Int = 4) {
        (self.processor, self.topology) = (processor, topology)
        globals = Globals(topology.globals)
        kafka = SimulatedKafka(seed: 1, partitions: Int32(partitions))
        kafka.pace = .prompt
        kafka.callTime = 0
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// The time that turns see.
    public var now: Date { kafka.clock.wall }

    /// Replaces all values of a global table.
    public func replaceAll<Value>(_ table: GlobalTable<Value>, _ values: [String: Value]) {
        globals.replaceAll(table, values)
    }

    // MARK: Instances

    /// Starts an instance. A running one of the same name is killed first. The files of an earlier one are used again.
    ///
    /// - Throws: `KafkaError` if the group does not admit it.
    public func start(_ name: String) throws {
        kill(name)
        let configuration = configuration(name)
        let instance = SimulatedInstance(
            processor, configuration, kafka, partitions: Int(kafka.partitions), globals: globals)
        instances[name] = instance
        try instance.log.join(configuration.topology.inputs.map(\.name))
    }

    /// Ends an instance as SIGTERM does: it finishes its open step and gives its tasks back.
    ///
    /// - Throws: the error that kept the instance from finishing.
    public func stop(_ name: String) throws {
        defer { kill(name) }
        try instances[name]?.stop()
    }

    /// Ends an instance as SIGKILL does. The group notices when the session ends, six seconds later.
    public func kill(_ name: String) {
        guard let instance = instances.removeValue(forKey: name) else { return }
        // A frozen instance is in the middle of a call. Its files are released when that call ends.
        if frozen.contains(name) { instance.log.cutOff() } else { instance.die() }
    }

    /// Kills an instance and deletes its state files, as the loss of a machine does.
    public func loseState(of name: String) throws {
        kill(name)
        try FileManager.default.removeItem(atPath: configuration(name).folder)
    }

    /// Runs an instance until it has written its next step but not committed it. It stands still there while `body`
    /// runs, and sends no heartbeat. Then it continues, and may find that another instance has its tasks.
    ///
    /// - Throws: what `body` throws; ``NotReached`` if the instance has nothing to commit.
    public func freeze(_ name: String, while body: () throws -> Void) throws {
        let former = kafka.beforeCall
        defer { kafka.beforeCall = former }
        let outcome = try withoutActuallyEscaping(body) { body in
            var outcome: Result<Void, any Error>?
            kafka.beforeCall = { [unowned self] caller, call in
                guard caller == name, call == "sendOffsets", outcome == nil else { return }
                frozen.insert(name)
                outcome = Result { try body() }
                frozen.remove(name)
            }
            for _ in 0..<1_000 where outcome == nil { try advance(name) }
            kafka.beforeCall = former
            return outcome
        }
        guard let outcome else { throw NotReached("\(name) has nothing to commit, so it cannot be frozen in a step") }
        try outcome.get()
    }

    // MARK: Records and time

    /// Writes an event to an input.
    ///
    /// - Parameter partition: as a producer with another partitioner would choose it; the key's own if nil.
    /// - Throws: ``Undeclared`` if the topology has no such input.
    public func send(_ event: Event, key: String, to topic: String, partition: Int32? = nil) throws {
        try send(event, key: Bytes(key.utf8), to: topic, partition: partition)
    }

    /// Writes an event under a key that need not be text.
    ///
    /// - Throws: as ``send(_:key:to:partition:)-(_,String,_,_)``
    public func send(_ event: Event, key: Bytes, to topic: String, partition: Int32? = nil) throws {
        guard topology.inputs.contains(where: { $0.name == topic }) else {
            throw Undeclared("\(topology.application) reads nothing from \(topic)")
        }
        kafka.append(
            ProducerRecord(
                topic: topic, partition: partition, key: key, value: event.asSent, headers: event.headers))
    }

    /// Runs all instances until nothing happens any more. That takes some milliseconds of simulated time, or more if
    /// the group waits for a member that was killed.
    ///
    /// - Throws: what ends an instance, such as ``Undeclared`` and ``TopicsNotReady``; ``NotReached`` if it does not
    ///   come to an end.
    public func work() throws {
        var (written, idle) = (kafka.written, 0)
        for _ in 0..<100_000 {
            for name in instances.keys.sorted() where !frozen.contains(name) { try advance(name) }
            let isIdle = kafka.written == written && instances.allSatisfy { frozen.contains($0) || $1.isReady }
            (written, idle) = (kafka.written, isIdle ? idle + 1 : 0)
            if idle == 20 { return }
        }
        let waiting = instances.filter { !frozen.contains($0.key) && !$0.value.isReady }.keys.sorted()
        throw NotReached(
            "after 100,000 rounds "
                + (waiting.isEmpty ? "the instances still write" : "\(waiting.joined(separator: ", ")) wait for tasks"))
    }

    /// Advances the time, then runs all instances. Reminders that are due fire.
    ///
    /// - Throws: as ``work()``.
    public func advance(by duration: Duration) throws {
        kafka.wait(Int64(duration.milliseconds), asleep: frozen)
        try work()
    }

    /// An error of Kafka ends the thread. It is restarted from what is committed, as in `Streams`.
    private func advance(_ name: String) throws {
        guard let instance = instances[name] else { return }
        do { try instance.thread.advance() } catch is KafkaError {
            let isKilled = instances[name] !== instance
            instance.die()
            if !isKilled { try start(name) }
        }
    }

    private func configuration(_ name: String) -> StreamsConfiguration {
        var configuration = StreamsConfiguration(topology, instance: name, kafka: [:], stateDirectory: folder)
        configuration.commitInterval = .milliseconds(1)
        configuration.idlePoll = .milliseconds(1)
        configuration.flushInterval = .seconds(3_600)
        return configuration
    }

    // MARK: Results

    /// The records of a topic that a reader with `read_committed` sees, in the order of each partition.
    public func records(on topic: String) -> [Record] { kafka.committedRecords(topic) }

    /// The events of a topic that a reader with `read_committed` sees, in the order of each partition.
    ///
    /// - Throws: `Undecodable` if a record is not an event.
    public func events(on topic: String) throws -> [(key: String, event: Event)] {
        try records(on: topic).map {
            let event = try Event(headers: $0.headers, value: $0.value, received: now)
            return (String(decoding: $0.key ?? [], as: UTF8.self), event)
        }
    }

    /// The value under `key` in a table, as the changelog has it.
    ///
    /// - Throws: `Undecodable` if it is not a message of this type.
    public func state<Value>(_ table: Table<Value>, _ key: String) throws -> Value? {
        let key = table.prefix + key.utf8
        let last = records(on: topology.changelog.name).last { $0.key == key }
        return try last?.value.map { try Value(wire: StateValue.decode($0)) }
    }

    /// Returns the next wish that an instance would perform now; nil if there is none. Send its result back as an
    /// event.
    public func nextWish() -> Wish? {
        for (_, instance) in instances.sorted(by: { $0.key < $1.key }) {
            if let wish = instance.takeWish() { return wish }
        }
        return nil
    }
}

/// A simulation did not reach the expected state.
public struct NotReached: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
