import CloudEvents
import Codec
import Foundation
import Kafka
import ServiceKit
import StreamsTestSupport
import SwiftProtobuf
import TestSupport

@testable import Streams
@testable import tillsammans

/// A case of the example county with its data key, and what its services have written of it.
struct ErasedCase {
    static let reference = "TST-AAAA-AAAA-AA"
    static let other = "TST-BBBB-BBBB-BB"
    /// What the child has said, and what stands in every place that holds something of the child.
    static let words = "Jag vill inte gå hem"
    static let now = ExampleCounty.monday

    static var markers: Markers { get throws { try Markers("20140315-2380\n\(words)\n") } }

    let encryption: KeyEncryptionKeys
    /// As it lies on `child-keys`.
    private let wrapped: Bytes
    /// The keys of the service mapping.
    let keyring: Keyring

    init(_ encryption: KeyEncryptionKeys) throws {
        self.encryption = encryption
        let sealing = Sealing.suite(encryption)
        let globals = Globals([sealing.keys], sealing: sealing, application: "mapping")
        // Any key will do, as long as it is no other's.
        guard let key = try encryption.ownKey(named: encryption.ownKeyName(of: "any")), let keyring = globals.keyring
        else {
            throw CommandFault("no key")
        }
        wrapped = try encryption.wrap(key, named: Self.reference)
        try globals.apply(sealing.keys.topic, Self.reference, DataKey(record: wrapped).wireBytes())
        let others = try encryption.wrap(key, named: Self.other)
        try globals.apply(sealing.keys.topic, Self.other, DataKey(record: others).wireBytes())
        (self.keyring, keyring.isComplete) = (keyring, true)
    }

    /// The data key, where it is not erased.
    var dataKey: Event {
        get throws { try Self.event(DataKey(record: wrapped)) }
    }

    static func event(_ payload: some EventPayload, _ subject: String? = reference) throws -> Event {
        try Event(id: UUID().uuidString.lowercased(), source: "mapping", time: now, subject: subject, payload)
    }

    /// The child's words, sealed under the case's key or another.
    func said(_ subject: String? = reference, under name: String = reference) throws -> Event {
        try keyring.seal(Self.event(InformationAdded.with { $0.information.text = Self.words }, subject), under: name)
    }

    /// The search of somebody who has the file of key-encryption keys, or not, and for whom the data key is there, or not.
    func search(_ markers: Markers = .none, hasKeys: Bool = true, isErased: Bool = true) throws -> CaseSearch {
        let sealing = Sealing.suite(encryption)
        let globals = Globals([sealing.keys], sealing: sealing, application: "erasure")
        if !isErased {
            try globals.apply(sealing.keys.topic, Self.reference, DataKey(record: wrapped).wireBytes())
        }
        globals.keyring?.isComplete = true
        return CaseSearch(Self.reference, markers, hasKeys ? globals.keyring : nil)
    }

    /// What mapping stores of the case: a sealed value, with its key.
    func state(under name: String = reference) throws -> (key: Bytes, value: Bytes) {
        let key = StateKey.prefix("cases") + Bytes(Self.reference.utf8)
        return (key, try keyring.seal(StateValue.encode(Bytes(Self.words.utf8)), at: key, under: name))
    }

    /// A record that mapping could not read and has sealed.
    func deadLetter(_ text: String) throws -> Record {
        let broken = Record(topic: "in", partition: 0, offset: 7, key: nil, value: Bytes(text.utf8))
        let letter = try DeadLetter.sealed(
            broken, "unreadable",
            StreamsConfiguration(Topology.mapping, instance: "a", kafka: [:], stateDirectory: "/nowhere"), keyring)
        return Record(
            topic: "dead-letters", partition: 0, offset: 0, key: letter.key, value: letter.value,
            headers: letter.headers)
    }
}

extension Event {
    /// The record as it would be read.
    func record(_ topic: Topic = .mappings, key: String = ErasedCase.reference) -> Record {
        Record(
            topic: topic.rawValue, partition: 0, offset: 0, timestamp: 0, key: Bytes(key.utf8), value: asSent,
            headers: Headers(headers))
    }
}
