import CloudEvents
import Foundation
import StreamsTesting
import SwiftProtobuf
import Testing

@testable import Streams

@Suite("Sealed payloads and state")
struct SealingTests {
    private static let keeper = Scripted(event: { event, turn in
        switch event.type {
        case "secret":
            let secret = try event.decode(Google_Protobuf_SourceContext.self)
            try turn.put(Secrets.table, turn.key, secret)
            try turn.publish(secret, to: "out", subject: turn.key)
            try turn.wish(turn.key, secret, sealedUnder: .named(turn.key))
        case "make":
            let key = try turn.makeKey(turn.key)
            turn.publish(type: "key", key ?? [], to: "keys")
            try turn.put(Secrets.table, turn.key, .with { $0.value = Secrets.text })
        case "look":
            let secret = try turn.get(Secrets.table, turn.key)
            let all = try turn.scan(Secrets.table).map(\.value.value).joined(separator: ",")
            turn.publish(type: "seen", Bytes("\(secret?.value ?? "nothing")|\(all)".utf8), to: "out")
        default: break
        }
    })

    private static func tester() -> ProcessorTester<Scripted> {
        ProcessorTester(keeper, Secrets.topology(), now: .now, sealing: Secrets.sealing)
    }

    private static func plain(_ type: String) -> Event {
        Event(id: UUID().uuidString, source: "test", type: type, time: .now, data: [])
    }

    @Test("a payload is sealed in the record, its envelope is not, and the holder of the key reads it")
    func events() throws {
        let event = try Secrets.received(Secrets.sealed("1", about: "a"))
        #expect(event.subject == "a" && event.type == "secret")
        #expect(event.data.isEmpty && !Secrets.contains(event.asSent))
        #expect(throws: Undecodable("data", .sealed)) { try event.decode(Google_Protobuf_SourceContext.self) }
        let opened = try Secrets.keyring(["a"]).open(event)
        #expect(try opened.decode(Google_Protobuf_SourceContext.self).value == Secrets.text)
        #expect(opened.asSent == event.asSent)
    }

    @Test("a payload is bound to its event's id and type and to its key; what is moved or altered does not open")
    func bound() throws {
        let event = try Secrets.received(Secrets.sealed("1", about: "a"))
        let changes: [@Sendable (inout Event) -> Void] = [
            { $0.id = "2" }, { $0.type = "secrets" }, { $0.sealed?.key = "b" }, { $0.sealed?.bytes[20] ^= 1 },
            { $0.sealed?.bytes.removeLast() }, { $0.sealed?.bytes = [] },
        ]
        for change in changes {
            var changed = event
            change(&changed)
            #expect(throws: Undecodable("data", .sealed)) { try Secrets.keyring(["a", "b"]).open(changed) }
        }
        var own = event
        own.sealed?.key = "~own"
        #expect(own.headers.last { $0.name == "ce_sealed" }?.value == Bytes("1 ~own".utf8))
    }

    @Test("a format of seals that is not known is a fault of the envelope", arguments: ["2", "", "1 a b", "1 "])
    func format(seal: String) throws {
        var headers = try Secrets.sealed("1", about: "a").headers.filter { $0.name != "ce_sealed" }
        headers.append((name: "ce_sealed", value: Bytes(seal.utf8)))
        #expect(throws: Undecodable("ce_sealed", .sealFormat)) {
            try Event(headers: headers, value: [1], received: .now)
        }
    }

    @Test("nothing of a sealed message lies in clear in state, wishes or outputs, and the processor sees it as it was")
    func hook() throws {
        var tester = Self.tester()
        try tester.process(Self.plain("make"), key: "a")
        #expect(try tester.state(Secrets.table, "a")?.value == Secrets.text)
        try tester.process(Secrets.event("2", about: "a"), key: "a")
        #expect(try tester.wishes(Google_Protobuf_SourceContext.self)["a"]?.value == Secrets.text)
        let out = try #require(tester.published.last { $0.topic == "out" }?.event)
        #expect(out.sealed?.key == "a" && !Secrets.contains(out.asSent))
        #expect(try out.decode(Google_Protobuf_SourceContext.self).value == Secrets.text)
        #expect(tester.storedBytes.count == 2 && !tester.storedBytes.contains { Secrets.contains($0) })
    }

    @Test("what was sealed under an erased key reads as absent, and an event about it is passed over")
    func erased() throws {
        var tester = Self.tester()
        for key in ["a", "b"] { try tester.process(Self.plain("make"), key: key) }
        try tester.eraseKey("a")
        for key in ["a", "b"] { try tester.process(Self.plain("look"), key: key) }
        let seen = tester.published.filter { $0.event.type == "seen" }.map {
            String(decoding: $0.event.data, as: UTF8.self)
        }
        #expect(seen == ["nothing|\(Secrets.text)", "\(Secrets.text)|\(Secrets.text)"])
        let count = tester.published.count
        try tester.process(Secrets.event("1", about: "a"), key: "a")
        #expect(tester.published.count == count)
    }

    @Test("a stored value is bound to its place: copied under another key of the table, it is not read")
    func boundState() throws {
        let keyring = try Secrets.keyring(["a"])
        let place = Secrets.table.prefix + Bytes("a".utf8)
        let stored = try keyring.seal([1, 2, 3], at: place, under: "a")
        func open(_ stored: Bytes, at place: Bytes) throws -> Bytes? {
            try stored.withUnsafeBytes { stored in try place.withUnsafeBytes { try keyring.open(stored, at: $0) } }
        }
        #expect(try open(stored, at: place) == [1, 2, 3])
        #expect(throws: StateUnreadable.self) { try open(stored, at: place + [0]) }
        #expect(throws: StateUnreadable.self) { try open(Bytes(stored.dropLast()), at: place) }
        #expect(throws: StateUnreadable.self) { try open([2, 200, 1], at: place) }
    }

    @Test("the table of keys has what a dictionary would have, after any writes, replacements and deletions")
    func table() throws {
        var random = SeededGenerator(seed: 3)
        let content = try #require(Secrets.keys.empty() as? KeyTable.Content)
        var expected: [String: Bytes] = [:]
        for _ in 0..<5_000 {
            let length = [0, 3, 16, 255, 300].randomElement(using: &random) ?? 0
            let name = String(Int.random(in: 0..<40, using: &random)) + String(repeating: "n", count: length)
            let size = [0, 64, 64, 65, 255, 256].randomElement(using: &random) ?? 0
            let key =
                Bool.random(using: &random)
                ? Bytes(repeating: UInt8.random(in: 0...255, using: &random), count: size) : nil
            try content.apply(name, key)
            expected[name] = key
        }
        for (name, key) in expected { #expect(content[name] == key, "\(name.prefix(4))") }
        #expect(content.count == expected.count && content["never"] == nil)
    }

    @Test("a wish that is a sealed message must say under which key")
    func wishes() throws {
        let tester = Scripted(event: { _, turn in try turn.wish("a", Google_Protobuf_SourceContext()) })
        var stream = ProcessorTester(tester, Secrets.topology(), now: .now)
        #expect(throws: Undeclared.self) { try stream.process(Self.plain("any"), key: "a") }
    }
}
