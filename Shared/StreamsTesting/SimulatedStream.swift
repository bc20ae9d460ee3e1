public import CloudEvents
public import Foundation
public import Kafka
public import Streams

/// A processor on a Kafka in memory, run by several instances that a test can kill, freeze and rob of their files.
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
/// lets instances work or calls ``advance(by:)``. Everything happens on the thread of the caller.
public final class SimulatedStream<P: Processor> {
    private let kafka: SimulatedKafka
    private let processor: P
    private let topology: Topology
    private let globals: Globals
    private let folder = NSTemporaryDirectory() + "simulated-stream-" + UUID().uuidString.lowercased()
    private var instances: [String: SimulatedInstance<P>] = [:]
    /// Instances that stand still in the middle of a call.
    private var frozen: Set<String> = []

    /// - Parameter partitions: of every topic; as many tasks there are.
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

    /// Puts values into a global table in place of those that were there.
    public func replaceAll<Value>(_ table: GlobalTable<Value>, _ values: [String: Value]) {
        globals.replaceAll(table, values)
    }

    // MARK: Instances

    /// Starts an instance. One of the same name that still runs is killed first; one that ran before finds its files.
    ///
    /// - Throws: `KafkaError` where the group does not let it in.
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
    /// - Throws: what the instance could not finish.
    public func stop(_ name: String) throws {
        defer { kill(name) }
        try instances[name]?.stop()
    }

    /// Ends an instance as SIGKILL does. The group learns of it when the session ends, six seconds later.
    public func kill(_ name: String) {
        guard let instance = instances.removeValue(forKey: name) else { return }
        // One that is frozen stands in the middle of a call: its files are let go of when that call ends.
        if frozen.contains(name) { instance.log.cutOff() } else { instance.die() }
    }

    /// Kills an instance and deletes its state files, as the loss of a machine does.
    public func loseState(of name: String) throws {
        kill(name)
        try FileManager.default.removeItem(atPath: configuration(name).folder)
    }

    /// Lets an instance work until it has written its next step and not yet committed it. There it stands still while
    /// `body` runs: it sends no heartbeat. Then it goes on, and may find that its tasks are another's.
    ///
    /// - Throws: what `body` throws; ``NotReached`` where the instance has nothing to commit.
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
    /// - Throws: ``Undeclared`` where the topology has no such input.
    public func send(_ event: Event, key: String, to topic: String, partition: Int32? = nil) throws {
        guard topology.inputs.contains(where: { $0.name == topic }) else {
            throw Undeclared("\(topology.application) reads nothing from \(topic)")
        }
        kafka.append(
            ProducerRecord(
                topic: topic, partition: partition, key: Bytes(key.utf8), value: event.data, headers: event.headers))
    }

    /// Lets all instances work until nothing happens any more. That takes some milliseconds of simulated time; more where
    /// the group waits for a member that was killed.
    ///
    /// - Throws: what ends an instance, such as ``Undeclared`` and ``TopicsNotReady``; ``NotReached`` where there is no end.
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

    /// Lets time go by, then lets all instances work. Reminders that have come due fire.
    ///
    /// - Throws: as ``work()``.
    public func advance(by duration: Duration) throws {
        kafka.wait(Int64(duration.milliseconds), asleep: frozen)
        try work()
    }

    /// What Kafka refuses ends a thread, which is built anew from what is committed, as in `Streams`.
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

    // MARK: What came of it

    /// The records of a topic that a reader with `read_committed` sees, in the order of each partition.
    public func records(on topic: String) -> [Record] { kafka.committedRecords(topic) }

    /// The events of a topic that a reader with `read_committed` sees, in the order of each partition.
    ///
    /// - Throws: `Undecodable` where a record is no event.
    public func events(on topic: String) throws -> [(key: String, event: Event)] {
        try records(on: topic).map {
            let event = try Event(headers: $0.headers, value: $0.value, received: now)
            return (String(decoding: $0.key ?? [], as: UTF8.self), event)
        }
    }

    /// What a table holds under a key, as the changelog has it.
    ///
    /// - Throws: `Undecodable` where it is no message of this type.
    public func state<Value>(_ table: Table<Value>, _ key: String) throws -> Value? {
        let key = table.prefix + key.utf8
        let last = records(on: topology.changelog.name).last { $0.key == key }
        return try last?.value.map { try Value(wire: StateValue.decode($0)) }
    }

    /// Takes the next wish that an instance would perform now; nil where there is none. Send its result back as an event.
    public func nextWish() -> Wish? {
        for (_, instance) in instances.sorted(by: { $0.key < $1.key }) {
            if let wish = instance.takeWish() { return wish }
        }
        return nil
    }
}

/// A simulation did not come to what it was asked for.
public struct NotReached: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
