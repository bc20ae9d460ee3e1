import CloudEvents
import Foundation
import Kafka
import Streams
import StreamsTesting
import SwiftProtobuf
import Testing

@testable import example_1_counting
@testable import example_2_reminding
@testable import example_3_wishing

@Suite("A user's processor on a simulated Kafka")
struct SimulatedStreamTests {
    private static func event(_ number: Int, _ type: String) -> Event {
        Event(id: "\(number)", source: "test", type: type, time: .distantPast, data: [])
    }

    @Test("the example of the testing article: frozen in mid-step, its tasks taken over, and each word counted once")
    func article() throws {
        let stream = SimulatedStream(Counter(), Counter.topology)
        try stream.start("one")
        let tea = Event(id: "1", source: "test", type: "word", time: .now, data: [])
        try stream.send(tea, key: "tea", to: "words")
        try stream.freeze("one") {
            try stream.start("two")
            try stream.advance(by: .seconds(30))
            #expect(try stream.events(on: "totals").count == 1)
        }
        try stream.work()
        #expect(try stream.events(on: "totals").count == 1)
        #expect(try stream.state(Counter.counts, "tea")?.value == 1)
    }

    @Test("an instance that is killed, or loses its files, goes on where its last commit was")
    func killed() throws {
        let stream = SimulatedStream(Counter(), Counter.topology, partitions: 2)
        for name in ["one", "two"] { try stream.start(name) }
        for number in 1...6 {
            try stream.send(Self.event(number, "word"), key: number.isMultiple(of: 2) ? "tea" : "milk", to: "words")
            switch number {
            case 2: stream.kill("one")
            case 3: try stream.advance(by: .seconds(10))
            case 4: try stream.start("one")
            case 5: try stream.loseState(of: "two")
            default: try stream.work()
            }
        }
        try stream.stop("one")
        try stream.start("two")
        try stream.advance(by: .seconds(30))
        let totals = try stream.events(on: "totals").map {
            "\($0.key) \(String(decoding: $0.event.data, as: UTF8.self))"
        }
        #expect(totals.sorted() == ["milk 1", "milk 2", "milk 3", "tea 1", "tea 2", "tea 3"])
    }

    @Test("a key from outside can be any bytes; different ones stay different")
    func anyBytes() throws {
        let stream = SimulatedStream(Placing(), Placing.topology)
        try stream.start("one")
        for (number, key) in ([[0xFF, 0x01], [0xFE, 0x01], []] as [Bytes]).enumerated() {
            let event = Event(id: "\(number)", source: "test", type: "key", time: .distantPast, data: [])
            try stream.send(event, key: key, to: "outside", partition: 0)
        }
        try stream.advance(by: .seconds(5))
        #expect(try stream.events(on: "told").map(\.event.type) == ["key ff01", "key fe01", "key "])
        #expect(stream.records(on: Placing.topology.deadLetters.name).isEmpty)
    }

    @Test(
        "what others write lies anywhere: it is passed on to its place, in order, as first received; their chain ends there"
    )
    func fromOutside() throws {
        let stream = SimulatedStream(Placing(), Placing.topology)
        try stream.start("one")
        for number in 0..<12 {
            var event = Event(
                id: "\(number)", source: "test", type: "word", time: .distantPast, subject: "tea",
                correlation: "theirs", data: [])
            (event.received, event.auth) = (.distantPast, AuthContext(type: "user", id: "ada", claims: "{}"))
            // Four senders, each on a partition of its own.
            try stream.send(event, key: "sender", to: "outside", partition: Int32(number % 4))
        }
        try stream.advance(by: .seconds(5))
        #expect(Set(stream.records(on: "inside").map(\.partition)) == [KeyPartition.of(Bytes("tea".utf8), among: 4)])
        let inside = try stream.events(on: "inside")
        #expect(inside.allSatisfy { $0.key == "tea" && $0.event.source == "test" && $0.event.auth == nil })
        let told = try stream.events(on: "told").map(\.event)
        let order = told.compactMap { $0.cause.flatMap { Int($0) } }
        for sender in 0..<4 {
            #expect(order.filter { $0 % 4 == sender } == [sender, sender + 4, sender + 8], "in the order of each")
        }
        #expect(told.allSatisfy { $0.type == "5 s" && $0.correlation != "theirs" })
        let own = Event(
            id: "own", source: "test", type: "word", time: .distantPast, subject: "tea", correlation: "ours", data: [])
        try stream.send(own, key: "tea", to: "inside")
        try stream.work()
        #expect(try stream.events(on: "told").last?.event.correlation == "ours")
    }

    @Test("what only its holder knows is passed on to every partition, once each")
    func everywhere() throws {
        let stream = SimulatedStream(Placing(), Placing.topology)
        try stream.start("one")
        try stream.send(Self.event(1, "all"), key: "sender", to: "outside")
        try stream.work()
        #expect(stream.records(on: "inside").map(\.partition).sorted() == [0, 1, 2, 3])
        #expect(try stream.events(on: "told").map(\.event.cause) == ["1", "1", "1", "1"])
    }

    @Test("an instance that is killed while it stands still leaves its step to another")
    func killedInStep() throws {
        let stream = SimulatedStream(Counter(), Counter.topology)
        try stream.start("one")
        try stream.send(Self.event(1, "word"), key: "tea", to: "words")
        try stream.freeze("one") { stream.kill("one") }
        #expect(try stream.events(on: "totals").isEmpty)
        try stream.start("two")
        try stream.advance(by: .seconds(30))
        #expect(try stream.events(on: "totals").count == 1)
    }

    @Test("timers fire when the test lets their time come")
    func time() throws {
        let stream = SimulatedStream(Patience(), Patience.topology)
        try stream.start("one")
        for (number, name) in ["Ada", "Bo"].enumerated() {
            try stream.send(Self.event(number, "question"), key: name, to: "talk")
        }
        try stream.work()
        try stream.send(Self.event(3, "answer"), key: "Bo", to: "talk")
        try stream.work()
        #expect(try stream.events(on: "notes").map(\.event.type) == ["answered"])
        try stream.advance(by: .seconds(1))
        #expect(
            try Set(stream.events(on: "notes").map { "\($0.key) \($0.event.type)" }) == [
                "Ada unanswered", "Bo answered",
            ])
    }

    @Test("a wish is handed to the test, and its result comes back as an event")
    func wish() throws {
        let stream = SimulatedStream(Letters(), Letters.topology)
        try stream.start("one")
        try stream.send(
            Event(id: "1", source: "test", type: "write", time: .now, data: Array("Dear Kim".utf8)), key: "Kim",
            to: "letters")
        try stream.work()
        let wish = try #require(stream.nextWish())
        #expect(try Google_Protobuf_StringValue(serializedBytes: wish.data).value == "Dear Kim")
        try stream.send(Self.event(2, "printed"), key: wish.key, to: "letters")
        try stream.work()
        #expect(try stream.events(on: "post").map(\.event.type) == ["posted"])
        #expect(stream.nextWish() == nil)
    }

    @Test("what cannot be so is said: an input that the topology does not have, a step where nothing is to be done")
    func impossible() throws {
        let stream = SimulatedStream(Counter(), Counter.topology)
        try stream.start("one")
        #expect(throws: Undeclared.self) { try stream.send(Self.event(1, "word"), key: "tea", to: "totals") }
        try stream.work()
        #expect(throws: NotReached.self) { try stream.freeze("one") {} }
    }
}

/// Passes on what comes from outside, and tells of each event how long ago it was first received.
private struct Placing: Processor {
    static let topology = Topology(
        "placing", inputs: [.init("outside", isFromOutside: true), .init("inside")],
        outputs: [.init("inside"), .init("told")], changelog: .init("placing-state", .compacted))

    func process(_ event: Event, in turn: inout Turn) throws {
        switch (turn.topic, event.type) {
        case ("outside", "all"): try turn.forwardEverywhere(event, to: "inside", key: "any", sealedUnder: .own)
        case ("outside", "key"): turn.publish(type: "key \(turn.key)", [], to: "told", key: "any")
        case ("outside", _): try turn.forward(event, to: "inside", key: event.subject ?? "", sealedUnder: .own)
        default:
            let age = turn.now.timeIntervalSince(turn.received)
            turn.publish(type: "\(Int(age)) s", [], to: "told")
        }
    }
}
