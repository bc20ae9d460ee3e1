import CloudEvents
import Codec
import Foundation
import SwiftProtobuf
import TestSupport
import Testing

/// One file per event type and version: its bytes in hexadecimal and what they say, written once and read for ever.
@Suite("Golden files: every old byte stays readable")
struct GoldenTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    @Test(
        "each type has a golden file, which reads and writes the same",
        arguments: EventRegistry.all.map({ $0.eventType }))
    func golden(type: String) throws {
        let payload = try #require(EventRegistry.event(ofType: type))
        if ProcessInfo.processInfo.environment["WRITE_GOLDEN"] != nil { try Self.write(payload) }
        let bytes = try Self.bytes(type)
        let message = try payload.init(wire: bytes)
        #expect(try message.wireBytes() == bytes)
        let json = try Data(contentsOf: Self.folder.appending(path: "\(type).json"))
        let told = try payload.init(json: Bytes(json))
        #expect(try told.wireBytes() == bytes, "the JSON and the bytes of \(type) say different things")
    }

    @Test(
        "no random, truncated or flipped bytes ever crash a decoder", arguments: EventRegistry.all.map({ $0.eventType })
    )
    func fuzz(type: String) throws {
        let payload = try #require(EventRegistry.event(ofType: type))
        let bytes = try Self.bytes(type)
        let json = Bytes(try Data(contentsOf: Self.folder.appending(path: "\(type).json")))
        var random = SeededGenerator(seed: UInt64(type.utf8.count))
        for round in 0..<400 {
            var wire =
                round.isMultiple(of: 3)
                ? (0..<Int.random(in: 0...64, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
                : bytes
            var text = json
            if round.isMultiple(of: 2) {
                wire = Array(wire.prefix(Int.random(in: 0...wire.count, using: &random)))
                text = Array(text.prefix(Int.random(in: 0...text.count, using: &random)))
            } else {
                if !wire.isEmpty {
                    wire[Int.random(in: 0..<wire.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
                text[Int.random(in: 0..<text.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            _ = try? payload.init(wire: wire)
            _ = try? payload.init(json: text)
            let structured: [(name: String, value: Bytes)] = [
                ("content-type", Bytes("application/cloudevents+json".utf8))
            ]
            _ = try? Event(headers: structured, value: text, received: .distantPast)
        }
    }

    /// Writes an example of a new type and its bytes (`make golden`). What exists is never written again.
    private static func write(_ payload: any SuiteEvent.Type) throws {
        let file = folder.appending(path: "\(payload.eventType).hex")
        guard !FileManager.default.fileExists(atPath: file.path) else { return }
        let example = folder.appending(path: "\(payload.eventType).json")
        if !FileManager.default.fileExists(atPath: example.path) {
            let schemas = folder.appending(path: "../../../Shared/Codec/Schemas/contract.binpb").standardizedFileURL
            let message = try ExampleMessage(descriptorSet: Data(contentsOf: schemas))
            try message.json(of: ".tillsammans.v1.\(payload.protoMessageName.split(separator: ".").last ?? "")")
                .write(to: example)
        }
        let json = try Data(contentsOf: example)
        let digits = try payload.init(json: Bytes(json)).wireBytes().map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        let lines = stride(from: 0, to: digits.count, by: 48).map { digits[$0...].prefix(48).joined() + "\n" }
        try lines.joined().write(to: file, atomically: true, encoding: .utf8)
    }

    private static func bytes(_ type: String) throws -> Bytes {
        let text = try String(contentsOf: folder.appending(path: "\(type).hex"), encoding: .utf8)
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
