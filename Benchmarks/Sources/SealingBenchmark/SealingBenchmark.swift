import CloudEvents
import Crypto
import Foundation
import Streams
import StreamsTesting
import SwiftProtobuf

/// What sealing costs beyond AES: a turn publishes messages of 400 bytes, with and without sealing. Prints nanoseconds per
/// event, each the least of five rounds.
@main enum SealingBenchmark {
    static let events = 500
    static let turns = 400

    static func main() throws {
        let none = try least { try publish(Google_Protobuf_StringValue(secret), sealing: nil) }
        let sealed = try least { try publish(Google_Protobuf_StringValue(secret), sealing: sealing) }
        let plain = try least { try publish(Google_Protobuf_BytesValue(Data(secret.utf8)), sealing: sealing) }
        let plainNone = try least { try publish(Google_Protobuf_BytesValue(Data(secret.utf8)), sealing: nil) }
        let aes = try least(sealAlone)
        print("publishing, nothing is sealed        \(none) ns")
        print("publishing, sealed                   \(sealed) ns")
        print("AES-GCM alone                        \(aes) ns")
        print("sealing beyond AES                   \(sealed - none - aes) ns")
        print("what is not sealed beside what is    \(plain - plainNone) ns")
    }

    private static let secret = String(repeating: "x", count: 400)

    private static let sealing = Sealing(keys: Keys.table, keyEncryption: Keys()) {
        $0 == Google_Protobuf_StringValue.eventType
    }

    /// - Returns: nanoseconds per event.
    private static func least(_ body: () throws -> Duration) throws -> Int {
        let times = try (0..<5).map { _ in try body() }
        let (seconds, attoseconds) = (times.min() ?? .zero).components
        return Int((Double(seconds) * 1e9 + Double(attoseconds) / 1e9) / Double(events * turns))
    }

    private static func publish(_ message: some EventPayload, sealing: Sealing?) throws -> Duration {
        let topology = Topology(
            "bench", inputs: [.init("in")], outputs: [.init("out"), .init("keys", .compacted, .one)],
            changelog: .init("state", .compacted), globals: [Keys.table])
        var tester = ProcessorTester(Publisher(message: message, count: events), topology, now: .now, sealing: sealing)
        try tester.process(Event(id: "0", source: "bench", type: "key", time: .now, data: []), key: "child")
        let event = Event(id: "1", source: "bench", type: "any", time: .now, data: [])
        return try ContinuousClock().measure {
            for _ in 0..<turns { try tester.process(event, key: "child") }
        }
    }

    private static func sealAlone() throws -> Duration {
        let (key, bytes, place) = (SymmetricKey(size: .bits256), [UInt8](secret.utf8), [UInt8](repeating: 1, count: 80))
        var size = 0
        let time = try ContinuousClock().measure {
            for _ in 0..<(events * turns) {
                size += try AES.GCM.seal(bytes, using: key, authenticating: place).ciphertext.count
            }
        }
        precondition(size > 0)
        return time
    }
}

/// Makes a key for the first event, and publishes many messages for each other one.
private struct Publisher<Message: EventPayload>: Processor {
    let message: Message
    let count: Int

    func process(_ event: Event, in turn: inout Turn) throws {
        if event.type == "key" { return turn.publish(type: "key", try turn.makeKey(turn.key) ?? [], to: "keys") }
        for _ in 0..<count { try turn.publish(message, to: "out", subject: turn.key) }
    }
}

extension Google_Protobuf_StringValue: @retroactive EventPayload, @retroactive SealedMessage {
    public static var eventType: String { "org.example.sealed" }
}

extension Google_Protobuf_BytesValue: @retroactive EventPayload {
    public static var eventType: String { "org.example.clear" }
}

/// Data keys under one key.
private struct Keys: KeyEncryption {
    static let table = KeyTable("keys") { _, value in value }
    private let key = SymmetricKey(size: .bits256)

    func wrap(_ key: SymmetricKey, named name: String) throws -> Bytes {
        Bytes(try key.withUnsafeBytes { try AES.GCM.seal($0, using: self.key).combined ?? Data() })
    }

    func unwrap(_ wrapped: Bytes, named name: String) throws -> SymmetricKey {
        try SymmetricKey(data: AES.GCM.open(.init(combined: wrapped), using: key))
    }

    func ownKeyName(of application: String) -> String { "~\(application)" }

    func ownKey(named name: String) -> SymmetricKey? { nil }
}
