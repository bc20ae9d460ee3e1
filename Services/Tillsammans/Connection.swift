import ArgumentParser
import CaseReading
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
    var doorKeyFile: String?

    /// The suite's time.
    var clock: SuiteClock
    /// As the suite's processes see it.
    var now: Date { clock.now }

    /// The file of key-encryption keys; nil: sealed contents stay sealed, and commands are sent in clear.
    var keyFile: String?

    init(
        bootstrapServers: String, prefix: String, doorKeyFile: String? = nil, keyFile: String? = nil,
        clock: SuiteClock = .machine
    ) {
        (self.bootstrapServers, self.prefix, self.clock) = (bootstrapServers, prefix, clock)
        (self.doorKeyFile, self.keyFile) = (doorKeyFile, keyFile)
    }

    /// The event with the proof that somebody gives it.
    ///
    /// - Parameter person: the directory's id, a source of reports, or an account; nil: the door itself.
    /// - Throws: ``CommandFault`` where no key is set; ``ConfigurationFault`` where the file holds none.
    func signed(_ event: Event, for person: String?, _ assurance: Assurance = .operator) throws -> Event {
        guard let doorKeyFile else {
            throw CommandFault(
                "a command must be signed: set DOOR_KEY_FILE, or give --door-key (`tillsammans keys new` makes a key)")
        }
        return try DoorKey(path: doorKeyFile).sign(event, for: person, assurance)
    }

    /// The key of the door through which somebody reads.
    ///
    /// - Throws: as ``signed(_:for:_:)``.
    var readersDoor: DoorKey {
        get throws {
            guard let doorKeyFile else {
                throw CommandFault(
                    "what tells of a child is shown to whom a door knows: set DOOR_KEY_FILE, or give --door-key")
            }
            return try DoorKey(path: doorKeyFile)
        }
    }

    /// Somebody who reads through this connection's door.
    ///
    /// - Throws: as ``signed(_:for:_:)``.
    func reader(_ person: String) throws -> Reader {
        Reader(person: person, door: try readersDoor.door, assurance: .operator)
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

    /// What `CLOCK_FILE` names.
    static var clock: SuiteClock {
        ProcessInfo.processInfo.environment[Setting.clockFile.name]?.nonEmpty.map { SuiteClock(file: $0) } ?? .machine
    }

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

    /// A command as a door sends it: its contents sealed, and the whole signed.
    ///
    /// - Throws: as ``signed(_:for:_:)``; what the topic of keys throws.
    func command(
        _ event: Event, for person: String?, _ assurance: Assurance = .operator, by door: String = "command-line"
    ) async throws -> Event {
        try signed(await sealed(event, by: door), for: person, assurance)
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
            doorKeyFile: doorKey ?? environment["DOOR_KEY_FILE"].flatMap { $0.isEmpty ? nil : $0 },
            keyFile: Connection.keyFile, clock: Connection.clock)
    }

    /// Whoever gives a command elsewhere than on an embedded broker gives it now.
    func validate() throws {
        guard Connection.clock.isMovable else { return }
        do { try Connection.clock.requireEmbeddedBroker(connection.properties) } catch {
            throw ValidationError("\(error)")
        }
    }
}
