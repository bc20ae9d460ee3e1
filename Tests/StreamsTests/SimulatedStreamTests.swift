import CloudEvents
import Foundation
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

    @Test("where others write, a record on another partition than its key's is known; their correlation ends there")
    func fromOutside() throws {
        let topology = Topology(
            "placing", inputs: [.init("outside", isFromOutside: true), .init("inside")], outputs: [.init("told")],
            changelog: .init("placing-state", .compacted))
        let stream = SimulatedStream(Placing(), topology)
        try stream.start("one")
        for topic in ["outside", "inside"] {
            for partition in [nil, 0, 1, 2, 3] as [Int32?] {
                let event = Event(
                    id: "\(topic) \(partition ?? -1)", source: "test", type: "word", time: .distantPast,
                    correlation: "theirs", data: [])
                try stream.send(event, key: "tea", to: topic, partition: partition)
            }
        }
        try stream.work()
        let told = try stream.events(on: "told").map(\.event)
        #expect(told.filter { $0.type == "misplaced" }.count == 3)
        #expect(told.filter { $0.type == "placed" }.count == 7)
        #expect(told.filter { $0.correlation == "theirs" }.allSatisfy { $0.cause?.hasPrefix("inside") == true })
        let ours = told.filter { $0.cause?.hasPrefix("outside") == true }
        #expect(ours.count == 5 && ours.allSatisfy { $0.correlation == $0.id }, "a chain begins with our own event")
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

/// Tells of each record whether it lies where its key's state is.
private struct Placing: Processor {
    func process(_ event: Event, in turn: inout Turn) throws {
        turn.publish(type: turn.isMisplaced ? "misplaced" : "placed", [], to: "told")
    }
}
