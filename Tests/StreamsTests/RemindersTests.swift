import CloudEvents
import Foundation
import Testing

@testable import Streams

@Suite("Reminders in the state store")
struct RemindersTests {
    @Test("the earliest comes first, from the file or the overlay: moved ones at their new time, cancelled ones never")
    func order() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        for (name, due) in [("a", 10), ("b", 20), ("c", 30), ("d", 40)] { store.restore(key(name), value(due)) }
        try store.flush(Bench.checkpoint)
        store.write(key("a"), value(35))  // moved after c
        store.write(key("b"), nil)  // cancelled
        store.write(key("e"), value(25))
        #expect(try fireAll(store) == ["e", "c", "a", "d"])
        store.dropStep()
        #expect(try fireAll(store) == ["a", "b", "c", "d"])
        store.commitStep()
        #expect(try store.firstReminder() == nil)
        try store.flush(Bench.checkpoint)
        #expect(try bench.reopen(store).firstReminder() == nil)
    }

    @Test("times before 1970 come before those after it")
    func past() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        for flushing in [true, false] {
            for (name, due) in [("a", 10), ("b", -20), ("c", 0)] { store.restore(key(name), value(due)) }
            if flushing { try store.flush(Bench.checkpoint) }
            #expect(try fireAll(store) == ["b", "c", "a"])
            store.dropStep()
        }
    }

    @Test("a failed reminder is not fired but found, and fires again when it is set again")
    func failed() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        for flushing in [true, false] {
            store.restore(key("a"), failed(10))
            store.restore(key("b"), value(20))
            store.restore(key("c"), failed(5))
            if flushing { try store.flush(Bench.checkpoint) }
            #expect(try fireAll(store) == ["b"])
            store.dropStep()
            #expect(try store.firstFailedReminder(after: nil)?.key == key("a"))
            #expect(try store.firstFailedReminder(after: key("a"))?.key == key("c"))
            #expect(try store.firstFailedReminder(after: key("c")) == nil)
        }
        store.write(key("c"), value(6))
        #expect(try store.firstFailedReminder(after: key("a")) == nil)
        #expect(try fireAll(store) == ["c", "b"])
    }

    @Test("200,000 due reminders of the file are fired one after another in no time, also after an abort in between")
    func many() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        let count = 200_000
        for number in 0..<count { store.restore(key("\(number)"), value(number % 1_000)) }
        try store.flush(Bench.checkpoint)

        let started = ContinuousClock.now
        var (fired, latest) = (0, Date.distantPast)
        while let first = try store.firstReminder() {
            let due = try StoredReminder.reminder(first.key, first.value).due
            #expect(due >= latest)
            (fired, latest) = (fired + 1, due)
            store.write(first.key, nil)
            if fired % 1_000 == 0 {
                store.commitStep()
                // A step that is aborted.
                for _ in 0..<10 {
                    guard let first = try store.firstReminder() else { break }
                    store.write(first.key, nil)
                }
                store.dropStep()
            }
        }
        #expect(fired == count)
        // Without the remembered position this would be quadratic and take hours.
        #expect(ContinuousClock.now - started < .seconds(60))
    }

    @Test("a reminder that is moved again and again does not grow the overlay")
    func moving() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        for due in 0..<20_000 {
            store.write(key("a"), value(due))
            store.commitStep()
        }
        #expect(try store.firstReminder()?.value == value(19_999))
        #expect(store.tailSize < 1_000)
    }

    @Test("the eight bytes of earlier versions are read: waiting, and of no known origin")
    func earlierVersion() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        let old = StateValue.encode([0, 0, 0, 0, 0, 0, 3, 232])
        for flushing in [false, true] {
            store.restore(key("a"), old)
            if flushing { try store.flush(Bench.checkpoint) }
            let first = try #require(try store.firstReminder())
            #expect(first.value == old)
            let reminder = try StoredReminder.reminder(first.key, first.value)
            #expect(reminder == Reminder(key: "k", name: "a", due: Date(timeIntervalSince1970: 1)))
            #expect(reminder.origin == Bytes(repeating: 0, count: 16))
            #expect(try !StoredReminder.isFailed(old))
        }
    }

    @Test("a reminder of a later version comes first, so that nobody waits for it in silence")
    func laterVersion() throws {
        let bench = Bench()
        defer { bench.remove() }
        let store = try bench.open()
        for flushing in [false, true] {
            store.restore(key("a"), value(-10))
            store.restore(key("b"), [2, 3])
            if flushing { try store.flush(Bench.checkpoint) }
            let first = try #require(try store.firstReminder())
            #expect(throws: Undecodable.self) { try StoredReminder.reminder(first.key, first.value) }
        }
    }

    @Test("what a reminder holds is read as it was written")
    func fields() throws {
        let origin = Bytes(1...16)
        let stored = StateValue.encode(StoredReminder.bytes(Date(timeIntervalSince1970: 1.5), origin: origin))
        #expect(try StoredReminder.reminder(key("a"), stored).origin == origin)
        #expect(try !StoredReminder.isFailed(stored))
        let failed = StateValue.encode(
            StoredReminder.bytes(Date(timeIntervalSince1970: 1.5), origin: origin, failed: true))
        #expect(try StoredReminder.isFailed(failed))
        #expect(try StoredReminder.reminder(key("a"), failed) == StoredReminder.reminder(key("a"), stored))
    }

    @Test("the same reminder, set by another event or a second time in a turn, is of another origin")
    func origins() throws {
        func origin(_ cause: String, ordinal: Int) throws -> Bytes {
            var turn = Turn(
                now: .now, key: "k",
                cause: Turn.Cause(id: cause, source: "s", correlation: cause, subject: nil, traceparent: nil),
                globals: Globals(), application: "a", state: try bench.open())
            for _ in 0...ordinal { turn.remind("r", at: .now) }
            let write = try #require(turn.writes.last)
            return try StoredReminder.reminder(write.key, #require(write.value)).origin
        }
        let bench = Bench()
        defer { bench.remove() }
        #expect(try origin("1", ordinal: 0) == origin("1", ordinal: 0))
        #expect(try Set([origin("1", ordinal: 0), origin("1", ordinal: 1), origin("2", ordinal: 0)]).count == 3)
    }

    private func key(_ name: String) -> Bytes { StoredReminder.key("k", name) }

    private func value(_ due: Int) -> Bytes {
        StateValue.encode(
            StoredReminder.bytes(
                Date(timeIntervalSince1970: Double(due)), origin: Bytes(repeating: 1, count: 16)))
    }

    private func failed(_ due: Int) -> Bytes {
        StateValue.encode(
            StoredReminder.bytes(
                Date(timeIntervalSince1970: Double(due)), origin: Bytes(repeating: 1, count: 16), failed: true))
    }

    /// Fires all reminders, in the open step.
    private func fireAll(_ store: StateStore) throws -> [String] {
        var names: [String] = []
        while let first = try store.firstReminder() {
            names.append(try StoredReminder.reminder(first.key, first.value).name)
            store.write(first.key, nil)
        }
        return names
    }
}
