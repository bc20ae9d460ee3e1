import CloudEvents
import Foundation
import Kafka
import StreamsTestSupport
import StreamsTesting
import SwiftProtobuf
import Testing

@testable import Streams

@Suite("State, reminders and what follows from a turn")
struct StreamTaskTests {
    private static func event(_ type: String, id: String = "1") -> Event {
        Event(id: id, source: "s", type: type, time: .distantPast, data: [])
    }

    @Test("a value of only defaults is kept apart from a deleted one")
    func defaults() throws {
        var tester = ProcessorTester(Keeper(), .tested, now: .distantPast)
        try tester.process(Self.event("put"), key: "k")
        #expect(try tester.state(Keeper.table, "k") == Google_Protobuf_Int64Value())
        try tester.process(Self.event("delete"), key: "k")
        #expect(try tester.state(Keeper.table, "k") == nil)
    }

    @Test("state that cannot be read is told as that, not as a fault of the event")
    func unreadable() throws {
        var tester = ProcessorTester(Keeper(), .tested, now: .distantPast)
        try tester.process(Self.event("garbage"), key: "k")
        #expect(throws: StateUnreadable.self) { try tester.process(Self.event("get"), key: "k") }
    }

    @Test("what the topology does not declare is an error in the first turn that does it")
    func undeclared() throws {
        let elsewhere = Topology(
            "tested", inputs: [.init("in")], changelog: .init("changelog", .compacted), tables: ["other"])
        var tester = ProcessorTester(Keeper(), elsewhere, now: .distantPast)
        #expect(throws: Undeclared.self) { try tester.process(Self.event("put"), key: "k") }
        var alarm = ProcessorTester(Alarm(), elsewhere, now: .distantPast)
        try alarm.process(Self.event("a"), key: "k")
        #expect(throws: Undeclared.self) { try alarm.advance(to: .distantFuture) }
    }

    @Test("a global table is read in a turn, and a record that cannot be used leaves what was there")
    func globalTable() throws {
        let prices = GlobalTable("prices") { _, bytes in
            guard let price = Int(String(decoding: bytes, as: UTF8.self)) else {
                throw Undecodable("price", "no number")
            }
            return price
        }
        let globals = Globals([prices])
        try globals.apply("prices", "milk", Bytes("12".utf8))
        try globals.apply("prices", "bread", Bytes("30".utf8))
        #expect(throws: Undecodable.self) { try globals.apply("prices", "milk", Bytes("dear".utf8)) }
        try globals.apply("prices", "bread", nil)
        try globals.apply("others", "milk", Bytes("1".utf8))
        #expect(globals.all(prices) == ["milk": 12])
        #expect(globals.all(GlobalTable("others") { _, bytes in bytes }) == nil)
    }

    @Test("reminders fire once, in order of due time, moved ones at their new time, cancelled ones never")
    func reminders() throws {
        var tester = ProcessorTester(Alarm(), .tested, now: Date(timeIntervalSince1970: 0))
        for (id, name) in [("3", "c"), ("1", "a"), ("2", "b"), ("9", "a"), ("0", "b")] {
            try tester.process(Self.event(name, id: id), key: "k")
        }
        try tester.advance(to: Date(timeIntervalSince1970: 5))
        #expect(tester.published.map(\.event.type) == ["c"])
        try tester.advance(to: Date(timeIntervalSince1970: 100))
        #expect(tester.published.map(\.event.type) == ["c", "a"])
        #expect(tester.reminders.isEmpty)
    }

    @Test("an event's id follows from its cause: the same again on a replay, another for each output and application")
    func ids() {
        let id = EventId.derived("mapping", "s", "1", 0)
        #expect(id == EventId.derived("mapping", "s", "1", 0))
        #expect(
            Set([
                id, EventId.derived("mapping", "s", "1", 1), EventId.derived("meetings", "s", "1", 0),
                EventId.derived("mapping", "t", "1", 0),
            ]).count == 4)
        #expect(id.utf8.count == 32)
    }

    @Test("topics that are missing or of unequal size are named, with what to do")
    func copartition() {
        func topics(_ counts: [String: Int]) -> [String: TopicDescription] {
            counts.mapValues { TopicDescription(partitions: $0, replicas: 1, settings: [:]) }
        }
        #expect(TopicCheck.unequal(topics(["a": 4, "b": 4])).isEmpty)
        var configuration = StreamsConfiguration(.tested, instance: "i", kafka: [:], stateDirectory: "")
        configuration.howToCreateTopics = "run `create-topics`"
        #expect(TopicCheck.missing(["a", "b"], topics(["a": 4, "b": 4]), configuration).isEmpty)
        #expect(
            TopicCheck.missing(["a", "b"], topics(["a": 4]), configuration) == [
                "topics missing: b; run `create-topics`"
            ])
        #expect(TopicCheck.unequal(topics(["a": 4, "b": 2])).first?.contains("a has 4, b has 2") == true)
    }

    @Test(
        "a topic whose settings would lose records in silence is named, with what to set",
        arguments: [
            ("changelog", ["cleanup.policy": "delete"], "cleanup.policy"),
            ("changelog", ["cleanup.policy": "compact,delete"], "cleanup.policy"),
            ("changelog", ["cleanup.policy": "compact", "delete.retention.ms": "3600000"], "delete.retention.ms"),
            ("changelog", ["cleanup.policy": "compact", "min.insync.replicas": "1"], "min.insync.replicas"),
            ("inputs", ["cleanup.policy": "delete", "retention.ms": "60000"], "retention.ms"),
        ])
    func lossySettings(topic: String, settings: [String: String], setting: String) {
        let configuration = StreamsConfiguration(
            Ledger.topology("a"), instance: "i", kafka: [:], stateDirectory: "")
        func problems(_ settings: [String: String]?) -> [String] {
            TopicCheck.lossySettings(
                [topic: TopicDescription(partitions: 4, replicas: 3, settings: settings)], configuration)
        }
        #expect(problems(settings).count == 1)
        #expect(problems(settings).first?.contains("\(topic) has") == true)
        #expect(problems(settings).first?.contains(setting) == true)
        let good = [
            "cleanup.policy": topic == "inputs" ? "delete" : "compact", "delete.retention.ms": "86400000",
            "min.insync.replicas": "2", "retention.ms": "-1",
        ]
        #expect(problems(good).isEmpty)
        #expect(problems(nil).isEmpty, "a broker that does not tell")
    }

    @Test("positions are read as they were written, also of topics with odd names")
    func positions() throws {
        let positions = StoredPositions(["a=b": 1, "c": 0, "d.e-f": .max], partitions: 4)
        #expect(try StoredPositions(positions.encoded) == positions)
    }
}

extension Topology {
    fileprivate static let tested = Topology(
        "tested", inputs: [.init("in")], outputs: [.init("out")], changelog: .init("changelog", .compacted),
        tables: ["kept"])
}

/// Puts, gets and deletes a value.
private struct Keeper: Processor {
    static let table = Table("kept", of: Google_Protobuf_Int64Value.self)

    func process(_ event: Event, in turn: inout Turn) throws {
        switch event.type {
        case "put": try turn.put(Self.table, turn.key, Google_Protobuf_Int64Value())
        case "get": _ = try turn.get(Self.table, turn.key)
        case "garbage": turn.put(raw: Self.table.name, turn.key, [0xFF, 0xFF])
        default: turn.delete(Self.table, turn.key)
        }
    }
}

/// Sets a reminder. The event's type is its name, the event's id the second at which it is due; 0 cancels.
private struct Alarm: Processor {
    func process(_ event: Event, in turn: inout Turn) throws {
        if event.id == "0" {
            turn.cancelReminder(event.type)
        } else {
            turn.remind(event.type, at: Date(timeIntervalSince1970: Double(event.id) ?? 0))
        }
    }

    func wake(_ reminder: Reminder, in turn: inout Turn) { turn.publish(type: reminder.name, [], to: "out") }
}
