import CloudEvents
import Foundation
public import Kafka
import Logging
public import Streams

/// Runs the examples: a broker inside this process, the topics of the topology, and a folder that is removed
/// afterwards. Your own stream runs in the same way on a real Kafka.
public final class Stage {
    private let broker: EmbeddedBroker
    private let folder = NSTemporaryDirectory() + "streams-example-" + UUID().uuidString.lowercased()
    private let topology: Topology
    /// Sends records to the stream.
    public let producer: Producer
    public let configuration: StreamsConfiguration

    public init(_ topology: Topology) throws {
        self.topology = topology
        broker = try EmbeddedBroker()
        for topic in topology.topics { try broker.create(topic.name, partitions: topic.partitions == .one ? 1 : 4) }
        let kafka = ["bootstrap.servers": broker.bootstrapServers]
        producer = try Producer(kafka)
        configuration = StreamsConfiguration(topology, instance: "one", kafka: kafka, stateDirectory: folder)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Sends one event to an input.
    public func send(_ type: String, _ text: String = "", key: String, to topic: String) async throws {
        let event = Event(
            id: UUID().uuidString, source: "example", type: type, time: Date(), data: Bytes(text.utf8))
        try await producer.send(
            ProducerRecord(topic: topic, key: Bytes(key.utf8), value: event.data, headers: event.headers))
    }

    /// Runs the stream until `count` events are on `topic`, and prints each.
    ///
    /// - Throws: ``NothingCame`` after 30 s.
    public func play<P: Processor>(
        _ processor: P, performer: (any WishPerformer)? = nil, until count: Int, from topic: String
    ) async throws {
        let streams = Streams(
            processor, configuration, performer: performer,
            logger: Logger(label: "example") { _ in SwiftLogNoOpLogHandler() })
        let kafka = configuration.kafka
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await streams.run() }
            group.addTask {
                try await DedicatedThread.run(name: "audience") { try Self.show(count, topic, kafka) }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private static func show(_ count: Int, _ topic: String, _ kafka: KafkaProperties) throws {
        let reader = try TopicReader([topic], from: .beginning, kafka)
        let deadline = ContinuousClock.now + .seconds(30)
        var seen = 0
        while seen < count {
            guard .now < deadline else { throw NothingCame(topic: topic, seen: seen, count: count) }
            guard let record = reader.poll(timeout: 100) else { continue }
            let event = try Event(headers: record.headers, value: record.value, received: Date())
            let key = String(decoding: record.key ?? [], as: UTF8.self)
            print("\(key): \(event.type) \(String(decoding: event.data, as: UTF8.self))")
            seen += 1
        }
    }
}

/// The stream has not published the expected events in time.
public struct NothingCame: Error, CustomStringConvertible {
    let topic: String
    let seen: Int
    let count: Int

    public var description: String { "\(topic) has \(seen) of \(count) events after 30 s" }
}
