public import CloudEvents
import Crypto
import Foundation
import Kafka
import StreamsTesting
public import SwiftProtobuf
import Testing

@testable import Streams

/// A message that is sealed. No processor of the examples uses it.
extension Google_Protobuf_SourceContext: EventPayload, SealedMessage {
    public static var eventType: String { "secret" }

    var value: String {
        get { fileName }
        set { fileName = newValue }
    }
}

/// Wraps data keys under one key.
struct OneKey: KeyEncryption {
    private let key = SymmetricKey(data: Bytes(repeating: 7, count: 32))

    func wrap(_ key: SymmetricKey, named name: String) throws -> Bytes {
        try key.withUnsafeBytes { try SealedBytes.seal(Bytes($0), self.key, Bytes(name.utf8)) }
    }

    func unwrap(_ wrapped: Bytes, named name: String) throws -> SymmetricKey {
        guard let bytes = SealedBytes.open(wrapped, key, Bytes(name.utf8)) else { throw KeyUnusable("not \(name)") }
        return SymmetricKey(data: bytes)
    }

    func ownKeyName(of application: String) -> String { "~\(application)" }

    func ownKey(named name: String) -> SymmetricKey? { SymmetricKey(data: SHA256.hash(data: Bytes(name.utf8))) }
}

/// What a stream with sealed secrets is made of, and the hands of those who write to it.
enum Secrets {
    static let keys = KeyTable("keys") { _, value in value }
    static let sealing = Sealing(keys: keys, keyEncryption: OneKey()) { $0 == Google_Protobuf_SourceContext.eventType }
    static let table = Table("secrets", of: Google_Protobuf_SourceContext.self) { key, _ in .named(key) }
    static let text = "the child's own words"

    static func topology(isFromOutside: Bool = false) -> Topology {
        Topology(
            "secrets", inputs: [.init("inputs", isFromOutside: isFromOutside)],
            outputs: [.init("out"), .init("keys", .compacted, .one)],
            changelog: .init("state", .compacted), tables: ["secrets"], globals: [keys])
    }

    /// A data key as it lies on the topic of keys.
    static func wrapped(_ name: String, _ byte: UInt8 = 1) throws -> Bytes {
        try OneKey().wrap(SymmetricKey(data: Bytes(repeating: byte, count: 32)), named: name)
    }

    /// A keyring that knows these keys.
    static func keyring(_ names: [String]) throws -> Keyring {
        let globals = Globals([keys], sealing: sealing, application: "other")
        for name in names { try globals.apply("keys", name, wrapped(name)) }
        let keyring = try #require(globals.keyring)
        keyring.isComplete = true
        return keyring
    }

    static func event(_ id: String, about name: String, _ text: String = text) throws -> Event {
        try Event(
            id: id, source: "test", time: .distantPast, subject: name,
            Google_Protobuf_SourceContext.with { $0.value = text })
    }

    /// An event as another service seals it.
    static func sealed(_ id: String, about name: String, _ text: String = text) throws -> Event {
        try keyring([name]).seal(event(id, about: name, text), under: name)
    }

    /// An event after it has lain in a record.
    static func received(_ event: Event) throws -> Event {
        try Event(headers: event.headers, value: event.asSent, received: .distantPast)
    }

    static func contains(_ bytes: Bytes?, _ text: String = text) -> Bool {
        Data(bytes ?? []).firstRange(of: Data(text.utf8)) != nil
    }
}
