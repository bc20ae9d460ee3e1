import ArgumentParser
import CloudEvents
import Codec
import Foundation
import Kafka
import ServiceKit
import Synchronization

/// Which Kafka, and under which names.
struct Connection: Sendable {
    var bootstrapServers: String
    var prefix: String
    /// The file of key-encryption keys; nil: sealed contents stay sealed, and commands are sent in clear.
    var keyFile: String?

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
        if isFirst { tell("no property of librdkafka, ignored: \(ignored.joined(separator: " "))") }
    }

    private static let wasReported = Mutex(false)

    /// What `KEY_ENCRYPTION_KEY_FILE` names.
    static var keyFile: String? {
        ProcessInfo.processInfo.environment[Setting.keyEncryptionKeyFile.name].flatMap { $0.isEmpty ? nil : $0 }
    }

    func topic(_ topic: Topic) -> String { prefix + topic.rawValue }

    func record(_ event: Event, to topic: Topic, key: String) -> ProducerRecord {
        ProducerRecord(
            topic: self.topic(topic), key: Bytes(key.utf8), value: event.asSent,
            headers: event.headers)
    }

    /// The data keys of the installation, read to their end; nil without a key file. Blocks.
    ///
    /// - Parameter application: the door or tool that reads them.
    func keyReader(_ application: String) throws -> KeyReader? {
        guard let keyFile else { return nil }
        let keys: KeyEncryptionKeys
        do { keys = try KeyEncryptionKeys(file: keyFile) } catch { throw ConfigurationFault("\(error)") }
        return try KeyReader(keys, topic: topic(.childKeys), properties, application: application)
    }

    /// The event as a door sends it (`KeyReader.seal`).
    func sealed(_ event: Event, by door: String) async throws -> Event {
        guard keyFile != nil else { return event }
        return try await DedicatedThread.run(name: "seal") { try keyReader(door)?.seal(event) ?? event }
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
                    topic: name, partition: partition, key: Bytes(event.id.utf8), value: event.asSent,
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
            prefix: prefix ?? environment["TOPIC_PREFIX"] ?? "", keyFile: Connection.keyFile)
    }
}
