import Codec
import Domain
import Foundation
import TestSupport
import Testing

@testable import Streams

@Suite("State, reminders and what follows from a turn")
struct StreamTaskTests {
    @Test("a value of only defaults is kept apart from a deleted one")
    func defaults() throws {
        var tester = ProcessorTester(Keeper(), now: .distantPast)
        try tester.process(MappingOverdue(), key: "k")
        #expect(try tester.state(Keeper.table, "k") == Booking())
        try tester.process(ConcernJoined(), key: "k")
        #expect(try tester.state(Keeper.table, "k") == nil)
    }

    @Test("state that cannot be read is told as that, not as a fault of the event")
    func unreadable() throws {
        var tester = ProcessorTester(Keeper(), now: .distantPast)
        try tester.process(Event(id: "1", source: "s", type: "garbage", time: .distantPast, data: []), key: "k")
        #expect(throws: StateUnreadable.self) { try tester.process(InformationAdded(), key: "k") }
    }

    @Test("reminders fire once, in order of due time, moved ones at their new time, cancelled ones never")
    func reminders() throws {
        var tester = ProcessorTester(Alarm(), now: Date(timeIntervalSince1970: 0))
        for (id, name) in [("3", "c"), ("1", "a"), ("2", "b"), ("9", "a"), ("0", "b")] {
            try tester.process(Event(id: id, source: "s", type: name, time: .distantPast, data: []), key: "k")
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
        #expect(CopartitionCheck.problem(["a": 4, "b": 4]) == nil)
        #expect(CopartitionCheck.problem(["a": 4, "b": 0])?.description.contains("topics apply") == true)
        #expect(CopartitionCheck.problem(["a": 4, "b": 2])?.description.contains("a has 4, b has 2") == true)
    }

    @Test("positions are read as they were written, also of topics with odd names")
    func positions() throws {
        let positions: [String: Int64] = ["a=b": 1, "c": 0, "d.e-f": .max]
        #expect(try StoredPositions.decode(StoredPositions.encode(positions)) == positions)
    }
}

/// Puts a value of defaults, and deletes it.
private struct Keeper: Processor {
    static let table = Table("kept", of: Booking.self)

    func process(_ event: Event, in turn: inout Turn) throws {
        switch event.type {
        case MappingOverdue.eventType: try turn.put(Self.table, turn.key, Booking())
        case InformationAdded.eventType: _ = try turn.get(Self.table, turn.key)
        case "garbage": turn.put(raw: Self.table.name, turn.key, [0xFF, 0xFF])
        default: turn.delete(Self.table, turn.key)
        }
    }
}

/// Sets the reminder named by the event's type at the second named by its id; 0 cancels.
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
