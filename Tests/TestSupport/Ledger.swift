import Codec
import Foundation
import Kafka
import Streams

/// A processor whose every mistake shows: it numbers the events of each key, and publishes the number.
///
/// Its state is borrowed from the suite's own messages: `Booking.start` counts, `Booking.end` sums.
public struct Ledger: Processor {
    public static let entries = Table("entries", of: Booking.self)
    /// Always due, and the same on a replay, so that the reminder's event has the same id then.
    static let due = Date(timeIntervalSince1970: 0)

    public init() {}

    public func process(_ event: Event, in turn: inout Turn) throws {
        var entry = try turn.get(Self.entries, turn.key) ?? Booking()
        entry.start += 1
        entry.end += Int64(event.id) ?? 0
        try turn.put(Self.entries, turn.key, entry)
        turn.publish(type: "numbered", Array("\(entry.start)".utf8), to: "outputs")
        if entry.start.isMultiple(of: 5) { turn.remind("fifth-\(entry.start)", at: Self.due) }
    }

    public func wake(_ reminder: Reminder, in turn: inout Turn) throws {
        turn.publish(type: "woken", Array(reminder.name.utf8), to: "wakes")
    }

    /// One input record.
    public static func input(_ number: Int, key: String) -> ProducerRecord {
        let event = Event(
            id: "\(number)", source: "test", type: "input", time: Date(timeIntervalSince1970: 0), data: [])
        return ProducerRecord(
            topic: "inputs", key: Array(key.utf8), value: event.data,
            headers: event.headers)
    }

    /// What is wrong with the outputs, given the inputs; nil when each input counted exactly once and in order.
    public static func violation(
        inputs: [(number: Int, key: String)], outputs: [(key: String, number: Int)],
        wakes: [(key: String, name: String)]
    ) -> String? {
        let expected = Dictionary(grouping: inputs, by: \.key).mapValues(\.count)
        for (key, count) in expected.sorted(by: { $0.key < $1.key }) {
            let numbers = outputs.filter { $0.key == key }.map(\.number)
            if numbers != Array(1...count) {
                return "key \(key): expected 1 to \(count), got \(numbers)"
            }
            let names = wakes.filter { $0.key == key }.map(\.name)
            let due = stride(from: 5, through: count, by: 5).map { "fifth-\($0)" }
            if names.sorted() != due.sorted() { return "key \(key): expected wakes \(due), got \(names)" }
        }
        return nil
    }
}
