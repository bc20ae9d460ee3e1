import ArgumentParser
import CloudEvents
import Codec
import Foundation
import Kafka
import ServiceKit

/// Which Kafka, and under which names.
struct Connection: Sendable {
    var bootstrapServers: String
    var prefix: String

    var properties: KafkaProperties { SettingsSource.kafkaProperties(bootstrapServers: bootstrapServers) }

    func topic(_ topic: Topic) -> String { prefix + topic.rawValue }

    func record(_ event: Event, to topic: Topic, key: String) -> ProducerRecord {
        ProducerRecord(
            topic: self.topic(topic), key: Bytes(key.utf8), value: event.data,
            headers: event.headers)
    }

    /// Sends an event to every partition of a topic. Nobody outside knows which one has what it is about; the others do not
    /// mind.
    func broadcast(_ event: Event, to topic: Topic) async throws {
        let name = self.topic(topic)
        let count = try await DedicatedThread.run(name: "broadcast") {
            try Admin(properties).topics(timeout: 10_000)[name] ?? 0
        }
        let producer = try Producer(properties)
        for partition in 0..<Int32(count) {
            try await producer.send(
                ProducerRecord(
                    topic: name, partition: partition, key: Bytes(event.id.utf8), value: event.data,
                    headers: event.headers))
        }
    }
}

/// The options of every command that talks to a running suite.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "Brokers, host:port (else KAFKA_BOOTSTRAP_SERVERS, else localhost:9092).")
    var bootstrapServers: String?

    @Option(help: "Stands before the names of all topics (else TOPIC_PREFIX).")
    var prefix: String?

    var connection: Connection {
        let environment = ProcessInfo.processInfo.environment
        return Connection(
            bootstrapServers: bootstrapServers ?? environment["KAFKA_BOOTSTRAP_SERVERS"] ?? "localhost:9092",
            prefix: prefix ?? environment["TOPIC_PREFIX"] ?? "")
    }
}
