import ArgumentParser
import CloudEvents
import Codec
import Foundation
import Kafka
import ServiceKit
import Streams

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "The keys of doors, and the keys under which contents are sealed.",
        subcommands: [New.self, EncryptionKey.self, Rewrap.self, RotateIndex.self])

    struct EncryptionKey: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a new key-encryption key to a file, or makes the file (mode 0600).",
            discussion: """
                To rotate: add a version, give the file to every service and start them again, then `keys rewrap`. Keep the
                former versions until nothing is sealed under them: 90 days after the last service was started again.
                Whoever has the file and the topics can read everything. Without the file nobody can read anything: keep a
                copy where the topics are not.
                """)

        @Option(help: "The file (else KEY_ENCRYPTION_KEY_FILE).")
        var file: String?

        func run() throws {
            guard let path = file ?? Connection.keyFile else {
                throw ValidationError("give --file, or KEY_ENCRYPTION_KEY_FILE")
            }
            do { print("version \(try KeyEncryptionKeys.addKey(toFile: path))") } catch let error as KeyUnusable {
                throw CommandFault("\(error)")
            }
        }
    }

    struct Rewrap: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Wraps every data key under the newest key-encryption key.",
            discussion: "The services may run meanwhile. A key that is erased meanwhile stays erased.")

        @OptionGroup var options: ConnectionOptions

        func run() async throws {
            let count = try await KeysCommand.rewrap(options.connection)
            print(count == 1 ? "1 data key was wrapped anew" : "\(count) data keys were wrapped anew")
        }
    }

    /// - Returns: how many data keys were wrapped under another key-encryption key before.
    static func rewrap(_ connection: Connection) async throws -> Int {
        guard let file = connection.keyFile else { throw CommandFault("KEY_ENCRYPTION_KEY_FILE is not set") }
        do {
            let keys = try KeyEncryptionKeys(file: file)
            let producer = try Producer(connection.properties)
            let topic = connection.topic(.childKeys)
            var history = KeyHistory()
            func readOn() async throws { history = try await read(topic, connection.properties) }
            try await readOn()
            let old = history.wrapped.filter { KeyEncryptionKeys.version(of: $1) != keys.current }
            for (name, wrapped) in old.sorted(by: { $0.key < $1.key }) {
                let rewrapped = try keys.wrap(keys.unwrap(wrapped, named: name), named: name)
                let event = try Event(
                    id: UUID().uuidString.lowercased(), source: "tillsammans:keys", time: connection.now, subject: name,
                    DataKey(record: rewrapped))
                try await producer.send(connection.record(event, to: .childKeys, key: name))
            }
            // A key that was erased between our reading and our writing has come back. A reference is never given twice, so
            // whatever follows a tombstone is ours.
            try await readOn()
            for name in history.revived {
                try await producer.send(ProducerRecord(topic: topic, key: Bytes(name.utf8), value: nil, headers: []))
            }
            return old.count - history.revived.count
        } catch let error as KeyUnusable { throw CommandFault("\(error)") }
    }

    static func read(_ topic: String, _ properties: KafkaProperties) async throws -> KeyHistory {
        try await DedicatedThread.run(name: "keys") {
            var history = KeyHistory()
            let reader = try TopicReader([topic], from: .beginning, properties)
            guard reader.catchUp(within: .seconds(600), { history.take($0) }) else {
                throw CommandFault("\(topic) could not be read to its end within 10 minutes")
            }
            return history
        }
    }
}

/// What lies on the topic of data keys.
struct KeyHistory {
    /// The latest value of each key that has one.
    private(set) var wrapped: [String: Bytes] = [:]
    /// Keys that have a value after a tombstone.
    var revived: [String] { erased.filter { wrapped[$0] != nil }.sorted() }
    private var erased: Set<String> = []

    mutating func take(_ record: Record) {
        let name = String(decoding: record.key ?? [], as: UTF8.self)
        if let value = record.value {
            wrapped[name] = (try? DataKey(wire: value)).map(\.record)
        } else {
            wrapped[name] = nil
            erased.insert(name)
        }
    }
}
