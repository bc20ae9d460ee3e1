import ArgumentParser
import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import ServiceKit
import Synchronization

/// Which Kafka, and under which names.
struct Connection: Sendable {
    var bootstrapServers: String
    var prefix: String
    /// The file with the key that signs commands; nil: none are given here.
    var keyFile: String?

    init(bootstrapServers: String, prefix: String, keyFile: String? = nil) {
        (self.bootstrapServers, self.prefix, self.keyFile) = (bootstrapServers, prefix, keyFile)
    }

    /// The event with the proof that somebody gives it.
    ///
    /// - Parameter person: the directory's id, a source of reports, or an account; nil: the door itself.
    /// - Throws: ``CommandFault`` where no key is set; ``ConfigurationFault`` where the file holds none.
    func signed(_ event: Event, for person: String?, _ assurance: Assurance = .operator) throws -> Event {
        guard let keyFile else {
            throw CommandFault(
                "a command must be signed: set DOOR_KEY_FILE, or give --door-key (`tillsammans keys new` makes a key)")
        }
        return try DoorKey(path: keyFile).sign(event, for: person, assurance)
    }

    /// From the environment's `KAFKA_…`, as the services read them.
    var properties: KafkaProperties {
        get throws(ConfigurationFault) {
            let environment = ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("KAFKA_") }
            let settings = try KafkaSettings(bootstrapServers: bootstrapServers, SettingsSource(environment))
            if !settings.ignored.isEmpty { Self.report(settings.ignored) }
            return settings.properties
        }
    }

    private static func report(_ ignored: [String]) {
        let isFirst = wasReported.withLock { wasReported in
            defer { wasReported = true }
            return !wasReported
        }
        if isFirst { tell("ignored, since librdkafka has no such property: \(ignored.joined(separator: " "))") }
    }

    private static let wasReported = Mutex(false)

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

    @Option(help: "The file with the key that signs commands (else DOOR_KEY_FILE).")
    var doorKey: String?

    var connection: Connection {
        let environment = ProcessInfo.processInfo.environment
        return Connection(
            bootstrapServers: bootstrapServers ?? environment["KAFKA_BOOTSTRAP_SERVERS"] ?? "localhost:9092",
            prefix: prefix ?? environment["TOPIC_PREFIX"] ?? "",
            keyFile: doorKey ?? environment["DOOR_KEY_FILE"].flatMap { $0.isEmpty ? nil : $0 })
    }
}
