import CloudEvents
import Foundation
import Kafka
import StreamsTestSupport
import StreamsTesting
import Testing

@testable import Streams

/// A few instances on a simulated Kafka without randomness: each test says what happens, and when.
final class Scenario<P: Processor> {
    let kafka: SimulatedKafka
    private let processor: P
    private let folder = TemporaryFolder()
    private var number = 0

    init(_ processor: P, partitions: Int32 = 1, weakness: SimulatedKafka.Weakness = []) {
        self.processor = processor
        kafka = SimulatedKafka(seed: 1, partitions: partitions, weakness: weakness)
        kafka.pace = .prompt
        kafka.callTime = 1
        kafka.story = []
    }

    deinit { folder.remove() }

    /// Starts a process with that name, which joins the group.
    func start(
        _ name: String = "a", inputs: [String] = ["inputs"], as processor: P? = nil, partitions: Int? = nil,
        _ change: (inout StreamsConfiguration) -> Void = { _ in }
    ) throws -> SimulatedInstance<P> {
        var configuration = StreamsConfiguration(
            Ledger.topology("scenario", inputs: inputs), instance: name, kafka: [:], stateDirectory: folder.path)
        configuration.commitInterval = .milliseconds(20)
        configuration.idlePoll = .milliseconds(10)
        configuration.flushInterval = .seconds(3_600)
        change(&configuration)
        let instance = SimulatedInstance(
            processor ?? self.processor, configuration, kafka, partitions: partitions)
        try instance.log.join(inputs)
        return instance
    }

    /// Runs instances in turn.
    func work(_ instances: SimulatedInstance<P>..., rounds: Int = 40) throws {
        for _ in 0..<rounds { for instance in instances where !instance.log.isGone { try instance.thread.advance() } }
    }

    /// Runs `body` once, before one call of an instance.
    func before(_ call: String, of name: String, _ body: @escaping () throws -> Void) {
        kafka.beforeCall = { [unowned kafka] caller, called in
            guard caller == name, called == call else { return }
            kafka.beforeCall = { _, _ in }
            do { try body() } catch { Issue.record("before \(name)'s \(call): \(error)") }
        }
    }

    /// Writes an event. Its type says what the processor must do.
    func feed(_ type: String, key: String = "k", topic: String = "inputs", partition: Int32? = nil, data: Bytes = []) {
        number += 1
        let event = Event(id: "\(number)", source: "test", type: type, time: kafka.clock.wall, data: data)
        kafka.append(
            ProducerRecord(
                topic: topic, partition: partition, key: Bytes(key.utf8), value: data, headers: event.headers))
    }

    /// Writes an input of a ``Ledger``.
    func count(key: String = "k", topic: String = "inputs", partition: Int32? = nil) {
        number += 1
        var record = Ledger.input(number, key: key, topic: topic)
        record.partition = partition
        kafka.append(record)
    }

    // MARK: Results

    /// The texts on a topic, as readers see them.
    func texts(_ topic: String) -> [String] {
        kafka.committedRecords(topic).map { String(decoding: $0.value ?? [], as: UTF8.self) }
    }

    var deadLetters: [Record] { kafka.committedRecords("dead-letters") }

    func header(_ name: String, _ record: Record?) -> String? {
        record?.headers[name].map { String(decoding: $0, as: UTF8.self) }
    }

    /// The story's lines about restores, from a line on.
    func restores(since line: Int) -> [String] {
        (kafka.story ?? []).dropFirst(line).filter { $0.contains("restores from") }
    }

    var lines: Int { kafka.story?.count ?? 0 }

    /// How many records each transaction has written to a topic.
    func stepSizes(_ topic: String) -> [Int] {
        var sizes: [Int: Int] = [:]
        for partition in 0..<kafka.partitions {
            for entry in kafka.logs[TopicPartition(topic, partition)] ?? [] {
                if case .record(_, let transaction) = entry, kafka.isVisible(transaction) {
                    sizes[transaction, default: 0] += 1
                }
            }
        }
        return sizes.sorted { $0.key < $1.key }.map(\.value)
    }

    var aborts: Int { kafka.transactions.count { $0.outcome == .aborted } }
}

/// A processor that a test defines in place.
struct Scripted: Processor {
    struct Failure: Error {}

    var event: @Sendable (Event, inout Turn) throws -> Void = { _, _ in }
    var reminder: @Sendable (Reminder, inout Turn) throws -> Void = { reminder, turn in
        turn.publish(type: "woken", Bytes(reminder.name.utf8), to: "wakes")
    }
    var unreadable: @Sendable (Unreadable, inout Turn) throws -> Void = { _, _ in }

    func process(_ event: Event, in turn: inout Turn) throws { try self.event(event, &turn) }
    func wake(_ reminder: Reminder, in turn: inout Turn) throws { try self.reminder(reminder, &turn) }
    func answer(_ unreadable: Unreadable, in turn: inout Turn) throws { try self.unreadable(unreadable, &turn) }
}

extension Date {
    /// Minutes after the simulation's start.
    static func minutes(_ minutes: Double) -> Date {
        Date(timeIntervalSince1970: Double(SimulatedClock.start) / 1_000 + minutes * 60)
    }
}
