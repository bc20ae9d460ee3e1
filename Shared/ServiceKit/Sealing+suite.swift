package import CloudEvents
package import Codec
import Foundation
package import Kafka
package import Streams
import SwiftProtobuf

extension Topology {
    /// The wrapped data keys, by reference.
    package static let dataKeys = KeyTable(Codec.Topic.childKeys.rawValue) { _, bytes in
        try DataKey(wire: bytes).record
    }
}

extension Sealing {
    /// What the contract says is personal is sealed.
    package static func suite(_ keys: any KeyEncryption) -> Sealing {
        Sealing(keys: Topology.dataKeys, keyEncryption: keys) { EventRegistry.sealed.contains($0) }
    }
}

extension Turn {
    /// Makes the key under which everything is sealed that tells of this case, or of this anonymous question. It is called
    /// where the reference is first given, before anything about it is published or stored.
    package mutating func newDataKey(for reference: String) throws {
        guard let wrapped = try makeKey(reference) else { return }
        try publish(
            DataKey(record: wrapped), to: Topic.childKeys.rawValue, key: reference, subject: reference, id: reference)
    }
}

extension DataKey {
    package init(record: Bytes) {
        self = .with {
            $0.version = KeyEncryptionKeys.version(of: record)
            $0.wrapped = .init(record.dropFirst(4))
        }
    }

    /// As ``KeyEncryption`` knows it: the version in four bytes, and the wrapped key.
    package var record: Bytes { withUnsafeBytes(of: version.bigEndian) { Bytes($0) } + Bytes(wrapped) }
}

/// Opens and seals events outside a stream, for tools and doors, with a copy of `child-keys` that it reads.
///
/// A lock lets one call in at a time, which may wait for Kafka half a second.
package final class KeyReader: @unchecked Sendable {
    private let lock = NSLock()
    private let keyring: Keyring
    private let reader: TopicReader
    private let globals: Globals
    private let partition: TopicPartition

    /// Reads the topic up to its end; blocks.
    ///
    /// - Parameters:
    ///   - topic: `child-keys` with the installation's prefix.
    ///   - application: whose own key is used.
    /// - Throws: `KafkaError`; `NoTopic`; `KeyUnusable`.
    package init(
        _ keys: any KeyEncryption, topic: String, _ properties: KafkaProperties, application: String = "tools"
    ) throws {
        let sealing = Sealing.suite(keys)
        globals = Globals([sealing.keys], sealing: sealing, application: application)
        guard let keyring = globals.keyring else { preconditionFailure("a sealing makes a keyring") }
        self.keyring = keyring
        partition = TopicPartition(topic, 0)
        reader = try TopicReader([topic], from: .beginning, properties)
        guard reader.catchUp(within: .seconds(60), take) else {
            throw KafkaError.late("read \(topic) to its end")
        }
        keyring.refresh = { [unowned self] in while let record = reader.poll(timeout: 0) { take(record) } }
        keyring.isComplete = true
    }

    private func take(_ record: Record) {
        try? globals.apply(keyring.topic, String(decoding: record.key ?? [], as: UTF8.self), record.value)
    }

    /// The event with its payload in clear. An event that was never sealed stays as it is.
    ///
    /// - Returns: nil for a payload whose key has been erased.
    /// - Throws: `Undecodable` for a payload that was altered; `KeyUnusable`.
    package func open(_ event: Event) throws -> Event? { try lock.withLock { try opened(event) } }

    private func opened(_ event: Event) throws -> Event? {
        do { return try keyring.open(event) } catch let error where Keyring.isErased(error) {
            // A key that was made a moment ago may not have come yet.
            _ = reader.poll(timeout: 500).map(take)
            do { return try keyring.open(event) } catch let error where Keyring.isErased(error) { return nil }
        }
    }

    /// The event as a door sends it: sealed under the key of the case that it is about, or under the door's own where it is
    /// about none.
    ///
    /// What is not personal, and what tells of a case that does not exist, stays as it is: the services refuse the latter.
    package func seal(_ event: Event) throws -> Event { try lock.withLock { try sealed(event) } }

    private func sealed(_ event: Event) throws -> Event {
        guard event.sealed == nil, keyring.isSealed(event.type) else { return event }
        guard let reference = event.subject else { return try keyring.seal(event, under: keyring.ownName) }
        return try keyring.key(reference) == nil ? event : keyring.seal(event, under: reference)
    }
}
