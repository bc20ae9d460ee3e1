import Codec
import Foundation
import HeapModule

/// How a reminder lies in the state: under its key and name, the due time in milliseconds since 1970, big-endian.
enum StoredReminder {
    private static let separator: UInt8 = 0x1F

    static func key(_ key: String, _ name: String) -> Bytes {
        StateKey.reminders + key.utf8 + [separator] + name.utf8
    }

    static func bytes(_ due: Date) -> Bytes {
        withUnsafeBytes(of: Int64((due.timeIntervalSince1970 * 1_000).rounded()).bigEndian) { Bytes($0) }
    }

    static func reminder(_ stateKey: Bytes, _ stored: Bytes) throws(Undecodable) -> Reminder {
        let bytes = try StateValue.decode(stored)
        let name = stateKey.dropFirst(StateKey.reminders.count)
        guard let split = name.lastIndex(of: separator), bytes.count == 8 else {
            throw Undecodable("state", "not a reminder")
        }
        let due = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Reminder(
            key: String(decoding: name[..<split], as: UTF8.self),
            name: String(decoding: name[(split + 1)...], as: UTF8.self),
            due: Date(timeIntervalSince1970: Double(Int64(bitPattern: due)) / 1_000))
    }
}

/// One task's reminders in order of due time.
///
/// The state is the truth; this is its index. A reminder that was moved or cancelled stays in the heap until its turn
/// comes, and is dropped then, because the state no longer says the same.
struct ReminderQueue {
    private struct Entry: Comparable {
        let due: Date
        let stateKey: Bytes

        static func < (left: Entry, right: Entry) -> Bool {
            left.due != right.due ? left.due < right.due : left.stateKey.lexicographicallyPrecedes(right.stateKey)
        }
    }

    private var heap = Heap<Entry>()

    /// Starts from what the state holds.
    init(_ state: any StateView) throws {
        for entry in try state.scan(StateKey.reminders) {
            note(try StoredReminder.reminder(entry.key, entry.value), under: entry.key)
        }
    }

    /// Takes note of a write to the state, if it is one of a reminder.
    mutating func noted(_ key: Bytes, _ value: Bytes?) throws {
        guard let value, key.starts(with: StateKey.reminders) else { return }
        note(try StoredReminder.reminder(key, value), under: key)
    }

    /// No earlier than this is anything due.
    var next: Date? { heap.min?.due }

    /// The first reminder that is due and still stands, removed from the queue.
    mutating func popDue(_ now: Date, in state: any StateView) throws -> Reminder? {
        while let first = heap.min, first.due <= now {
            heap.removeMin()
            guard let stored = try state.get(first.stateKey) else { continue }
            let reminder = try StoredReminder.reminder(first.stateKey, stored)
            if reminder.due == first.due { return reminder }
        }
        return nil
    }

    private mutating func note(_ reminder: Reminder, under key: Bytes) {
        heap.insert(Entry(due: reminder.due, stateKey: key))
    }
}
