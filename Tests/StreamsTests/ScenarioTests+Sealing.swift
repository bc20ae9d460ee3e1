import CloudEvents
import Foundation
import Kafka
import StreamsTestSupport
import StreamsTesting
import SwiftProtobuf
import Testing

@testable import Streams

/// One instance that seals, on a simulated Kafka. Its copy of the topic of keys moves only when the runtime asks for it.
private final class SealingScenario {
    let kafka = SimulatedKafka(seed: 1, partitions: 1)
    private let folder = TemporaryFolder()
    private(set) var instance: SimulatedInstance<Scripted>
    /// The ends up to which the runtime has asked to read.
    private(set) var ends: [Int64] = []
    var isAway = false

    init(isFromOutside: Bool = false) throws {
        (kafka.pace, kafka.callTime) = (.prompt, 1)
        var configuration = StreamsConfiguration(
            Secrets.topology(isFromOutside: isFromOutside), instance: "a", kafka: [:], stateDirectory: folder.path)
        configuration.sealing = Secrets.sealing
        configuration.commitInterval = .milliseconds(20)
        configuration.idlePoll = .milliseconds(10)
        let globals = Globals([Secrets.keys], sealing: Secrets.sealing, application: "secrets")
        var catchUp: (String, Int64) throws -> Void = { _, _ in }
        instance = SimulatedInstance(Self.keeper, configuration, kafka, globals: globals) { try catchUp($0, $1) }
        catchUp = { [unowned self] topic, end in
            if isAway { throw KafkaError(simulated: "_TIMED_OUT", isRetriable: true) }
            ends.append(end)
            // A transaction of our own that is open would keep the end away for ever.
            #expect(kafka.stableEnd(TopicPartition(topic, 0)) == end)
            for record in kafka.committedRecords(topic) where record.offset < end {
                try globals.apply(topic, String(decoding: record.key ?? [], as: UTF8.self), record.value)
            }
        }
        try instance.log.join(["inputs"])
    }

    deinit { folder.remove() }

    private static let keeper = Scripted(
        event: { event, turn in
            switch event.type {
            case "make":
                let key = try turn.makeKey(turn.key)
                turn.publish(type: "key", key ?? [], to: "keys")
                try turn.put(Secrets.table, turn.key, .with { $0.value = Secrets.text })
                let secret = Google_Protobuf_SourceContext.with { $0.value = Secrets.text }
                try turn.wish(turn.key, secret, sealedUnder: .named(turn.key))
            case "look":
                let secret = try turn.get(Secrets.table, turn.key)
                turn.publish(type: "seen", Bytes((secret?.value ?? "nothing").utf8), to: "out")
            default:
                let secret = try event.decode(Google_Protobuf_SourceContext.self)
                turn.publish(type: "read", Bytes(secret.value.utf8), to: "out")
            }
        },
        unreadable: { unreadable, turn in
            turn.publish(type: "answer", Bytes(unreadable.error.description.utf8), to: "out")
        })

    func feed(_ event: Event, key: String) {
        kafka.append(
            ProducerRecord(topic: "inputs", key: Bytes(key.utf8), value: event.asSent, headers: event.headers))
    }

    func feed(_ type: String, key: String) {
        feed(Event(id: UUID().uuidString, source: "test", type: type, time: .now, data: []), key: key)
    }

    func write(_ name: String, _ key: Bytes?) {
        kafka.append(ProducerRecord(topic: "keys", key: Bytes(name.utf8), value: key, headers: []))
    }

    func work(_ rounds: Int = 40) throws { for _ in 0..<rounds { try instance.thread.advance() } }

    func texts(_ topic: String = "out") -> [String] {
        kafka.committedRecords(topic).map { String(decoding: $0.value ?? [], as: UTF8.self) }
    }
}

@Suite("Scenarios: keys that are not known yet, or not any more")
struct SealingScenarios {
    @Test("an event whose key is not known yet: the topic of keys is read to its end, once, and the turn is run again")
    func lateKey() throws {
        let scenario = try SealingScenario()
        try scenario.work()
        scenario.write("a", try Secrets.wrapped("a"))
        for id in ["1", "2"] { scenario.feed(try Secrets.sealed(id, about: "a", "word \(id)"), key: "a") }
        try scenario.work()
        #expect(scenario.texts() == ["word 1", "word 2"])
        #expect(scenario.ends == [1])
        #expect(scenario.texts("dead-letters").isEmpty)
    }

    @Test("an event whose key is erased is passed over, and the task moves on; nothing is a dead letter")
    func erasedKey() throws {
        let scenario = try SealingScenario()
        scenario.write("a", try Secrets.wrapped("a"))
        scenario.write("a", nil)
        scenario.feed(try Secrets.sealed("1", about: "a"), key: "a")
        scenario.feed("look", key: "b")
        try scenario.work()
        #expect(scenario.texts() == ["nothing"])
        #expect(scenario.texts("dead-letters").isEmpty)
        #expect(scenario.kafka.committedOffsets[TopicPartition("inputs", 0)] == 2)
    }

    @Test("a sender from outside is told that a key does not exist")
    func fromOutside() throws {
        let scenario = try SealingScenario(isFromOutside: true)
        scenario.feed(try Secrets.sealed("1", about: "nobody"), key: "a")
        try scenario.work()
        #expect(scenario.texts() == ["subject: sealed under a key that does not exist, or that has been erased"])
    }

    @Test("keys that the open step has made are committed before the end of their topic is waited for")
    func ownOpenStep() throws {
        let scenario = try SealingScenario()
        try scenario.work()
        scenario.write("b", try Secrets.wrapped("b"))
        scenario.feed("make", key: "a")
        scenario.feed(try Secrets.sealed("1", about: "b"), key: "b")
        scenario.feed("look", key: "a")
        try scenario.work()
        #expect(scenario.texts() == [Secrets.text, Secrets.text])
        #expect(scenario.ends.count == 1)
    }

    @Test("Kafka away while the keys are read: the record is neither skipped nor a dead letter")
    func away() throws {
        let scenario = try SealingScenario()
        try scenario.work()
        scenario.write("a", try Secrets.wrapped("a"))
        scenario.feed(try Secrets.sealed("1", about: "a"), key: "a")
        scenario.isAway = true
        #expect(throws: KafkaError.self) { try scenario.work() }
        #expect(scenario.texts().isEmpty && scenario.texts("dead-letters").isEmpty)
        #expect(scenario.kafka.committedOffsets[TopicPartition("inputs", 0)] ?? 0 == 0)
        scenario.isAway = false
        try scenario.instance.thread.attempt { try scenario.instance.thread.abortStep() }
        try scenario.instance.thread.resumeReading()
        try scenario.work()
        #expect(scenario.texts() == [Secrets.text])
    }

    @Test("a payload in clear where it must be sealed, or one that was altered, is a dead letter as it lay")
    func unsealed() throws {
        let scenario = try SealingScenario()
        scenario.write("a", try Secrets.wrapped("a"))
        var altered = try Secrets.sealed("1", about: "a")
        altered.sealed?.bytes[15] ^= 1
        scenario.feed(altered, key: "a")
        scenario.feed(try Secrets.event("2", about: "a"), key: "a")
        try scenario.work()
        let dead = scenario.kafka.committedRecords("dead-letters")
        #expect(dead.map(\.value) == [altered.asSent, try Secrets.event("2", about: "a").data])
        #expect(
            scenario.texts() == [
                "data: sealed, and not by the key that it names", "data: must be sealed here",
            ])
    }

    @Test(
        "what others have sent in clear is sealed as a whole among the dead letters, and can be read by who has the keys"
    )
    func deadLetters() throws {
        let scenario = try SealingScenario(isFromOutside: true)
        let headers = [(name: "ce_id", value: Bytes("about \(Secrets.text)".utf8))]
        scenario.kafka.append(
            ProducerRecord(
                topic: "inputs", key: Bytes(Secrets.text.utf8), value: Bytes(Secrets.text.utf8),
                headers: Headers(headers)))
        try scenario.work()
        let dead = try #require(scenario.kafka.committedRecords("dead-letters").first)
        for bytes in [dead.key, dead.value] + dead.headers.map(\.value) { #expect(!Secrets.contains(bytes)) }
        let letter = try #require(try Secrets.keyring([]).openDeadLetter(dead))
        #expect(letter.key == Bytes(Secrets.text.utf8) && letter.value == Bytes(Secrets.text.utf8))
        #expect(letter.headers.first { $0.name == "ce_id" }?.value == headers[0].value)
    }

    @Test("a wish is performed in clear while its key is there, and never after")
    func wishes() throws {
        let scenario = try SealingScenario()
        scenario.feed("make", key: "a")
        try scenario.work()
        let wish = try #require(scenario.instance.takeWish())
        #expect(try Google_Protobuf_SourceContext(wire: wish.data).value == Secrets.text)
        let stored = scenario.kafka.committedRecords("state").filter { $0.key?.starts(with: StateKey.wishes) == true }
        #expect(stored.count == 1 && !Secrets.contains(stored.first?.value))
    }
}
