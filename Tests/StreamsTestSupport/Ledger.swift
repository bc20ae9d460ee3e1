public import CloudEvents
import Foundation
public import Kafka
public import Streams
public import SwiftProtobuf

/// A processor that makes every mistake of the runtime visible. It numbers the events of each key, and publishes the
/// number with its cause.
///
/// Its state is numbers. `entries` counts the events of each key. `reminders` has a reminder's due time under
/// `key/name`, and the numbers of each key's latest reminder and wish.
public struct Ledger: Processor {
    public static let entries = Table("entries", of: Google_Protobuf_Int64Value.self)

    /// - Parameter inputs: the topics' names.
    public static func topology(_ application: String = "ledger", inputs: [String] = ["inputs"]) -> Topology {
        Topology(
            application, inputs: inputs.map { Topology.Topic($0) }, outputs: [.init("outputs"), .init("wakes")],
            changelog: .init("changelog", .compacted), tables: ["entries", "reminders", "state", "large"])
    }

    static let reminders = Table("reminders", of: Google_Protobuf_Int64Value.self)
    /// Always due, and the same on a replay, so that the reminder's event has the same id.
    static let due = Date(timeIntervalSince1970: 0)

    /// What one event asks the ledger to do besides counting it.
    public enum Deed: Hashable, Sendable {
        case count
        /// The processor throws.
        case fail
        /// One output has this many bytes.
        case publish(bytes: Int)
        /// Sets a reminder with the event's number, in milliseconds since 1970.
        case remind(at: Int64)
        /// Moves the key's latest reminder, if it has not fired.
        case move(to: Int64)
        case cancel
        /// Makes a wish with the event's number.
        case wish
        /// Removes the key's latest wish, if it is still open.
        case withdraw
        /// Reports a wish's result.
        case fulfil(wish: String)
    }

    public struct Failure: Error {}

    public init() {}

    public func process(_ event: Event, in turn: inout Turn) throws {
        let deed = Deed(event.data)
        if deed == .fail { throw Failure() }
        var entry = try turn.get(Self.entries, turn.key) ?? Google_Protobuf_Int64Value()
        entry.value += 1
        try turn.put(Self.entries, turn.key, entry)
        turn.publish(type: "numbered", Array("\(entry.value)".utf8), to: "outputs")
        if entry.value.isMultiple(of: 5) { turn.remind("fifth-\(entry.value)", at: Self.due) }
        try perform(deed, of: event, in: &turn)
    }

    private func perform(_ deed: Deed, of event: Event, in turn: inout Turn) throws {
        let (latestReminder, latestWish) = (turn.key + "/reminder", turn.key + "/wish")
        switch deed {
        case .count, .fail: break
        case .publish(let bytes): turn.publish(type: "large", Bytes(repeating: 0x78, count: bytes), to: "outputs")
        case .remind(let due):
            try set("r\(event.id)", at: due, in: &turn)
            try turn.put(Self.reminders, latestReminder, .init(Int64(event.id) ?? 0))
        case .move(let due):
            guard let name = try latest(latestReminder, "r", in: turn) else { break }
            if try turn.get(Self.reminders, "\(turn.key)/\(name)") != nil { try set(name, at: due, in: &turn) }
        case .cancel:
            guard let name = try latest(latestReminder, "r", in: turn) else { break }
            guard try turn.get(Self.reminders, "\(turn.key)/\(name)") != nil else { break }
            turn.delete(Self.reminders, "\(turn.key)/\(name)")
            turn.cancelReminder(name)
            report("cancelled \(name)", in: &turn)
        case .wish:
            try turn.wish("\(turn.key)/w\(event.id)", Google_Protobuf_Int64Value(Int64(event.id) ?? 0))
            try turn.put(Self.reminders, latestWish, .init(Int64(event.id) ?? 0))
        case .withdraw:
            guard let name = try latest(latestWish, "w", in: turn) else { break }
            try close("\(turn.key)/\(name)", "withdrawn \(name)", in: &turn)
        case .fulfil(let wish):
            try close("\(turn.key)/\(wish)", "fulfilled \(wish)", in: &turn)
        }
    }

    private func latest(_ key: String, _ letter: String, in turn: Turn) throws -> String? {
        try turn.get(Self.reminders, key).map { "\(letter)\($0.value)" }
    }

    private func set(_ name: String, at due: Int64, in turn: inout Turn) throws {
        try turn.put(Self.reminders, "\(turn.key)/\(name)", .init(due))
        turn.remind(name, at: Date(timeIntervalSince1970: Double(due) / 1_000))
    }

    private func close(_ wish: String, _ text: String, in turn: inout Turn) throws {
        guard try turn.wish(wish, as: Google_Protobuf_Int64Value.self) != nil else { return }
        turn.fulfil(wish)
        report(text, in: &turn)
    }

    private func report(_ text: String, in turn: inout Turn) {
        turn.publish(type: "told", Array(text.utf8), to: "wakes")
    }

    public func wake(_ reminder: Reminder, in turn: inout Turn) throws {
        if reminder.name.hasPrefix("r") {
            let known = try turn.get(Self.reminders, "\(turn.key)/\(reminder.name)")
            let due = Int64((reminder.due.timeIntervalSince1970 * 1_000).rounded())
            if known?.value != due || turn.now < reminder.due { return report("wrong \(reminder.name)", in: &turn) }
            turn.delete(Self.reminders, "\(turn.key)/\(reminder.name)")
        }
        turn.publish(type: "woken", Array(reminder.name.utf8), to: "wakes")
    }

    /// One input record.
    public static func input(
        _ number: Int, key: String, topic: String = "inputs", deed: Deed = .count
    ) -> ProducerRecord {
        let event = Event(
            id: "\(number)", source: "test", type: "input", time: Date(timeIntervalSince1970: 0),
            data: Array(deed.description.utf8))
        return ProducerRecord(topic: topic, key: Array(key.utf8), value: event.data, headers: event.headers)
    }

    /// What is wrong with the outputs, given the inputs; nil if each input counted exactly once and in order.
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
            let due = fifths(count)
            if names.sorted() != due.sorted() { return "key \(key): expected wakes \(due), got \(names)" }
        }
        return nil
    }

    static func fifths(_ count: Int) -> [String] { stride(from: 5, through: count, by: 5).map { "fifth-\($0)" } }
}

extension Ledger.Deed: CustomStringConvertible {
    /// As in the event's data; empty for an event that is only counted.
    public var description: String {
        switch self {
        case .count: ""
        case .fail: "fail"
        case .publish(let bytes): "publish \(bytes)"
        case .remind(let due): "remind \(due)"
        case .move(let due): "move \(due)"
        case .cancel: "cancel"
        case .wish: "wish"
        case .withdraw: "withdraw"
        case .fulfil(let wish): "fulfil \(wish)"
        }
    }

    init(_ data: Bytes) {
        let words = String(decoding: data, as: UTF8.self).split(separator: " ")
        let number = words.count > 1 ? Int64(words[1]) ?? 0 : 0
        self =
            switch words.first {
            case "fail": .fail
            case "publish": .publish(bytes: Int(number))
            case "remind": .remind(at: number)
            case "move": .move(to: number)
            case "cancel": .cancel
            case "wish": .wish
            case "withdraw": .withdraw
            case "fulfil": .fulfil(wish: words.count > 1 ? String(words[1]) : "")
            default: .count
            }
    }

    /// True if the record cannot be processed and must go to the dead letters.
    public var isRefused: Bool {
        switch self {
        case .fail, .publish: true
        default: false
        }
    }
}
