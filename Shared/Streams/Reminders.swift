package import CloudEvents
import Foundation

/// How a reminder is stored in the state. The key is its key and name; the value is its due time, its origin, and
/// whether it failed.
package enum StoredReminder {
    private static let separator: UInt8 = 0x1F
    private static let originLength = 16
    /// The origin of a reminder that an earlier version set.
    static let noOrigin = Bytes(repeating: 0, count: originLength)

    static func key(_ key: String, _ name: String) -> Bytes {
        StateKey.reminders + key.utf8 + [separator] + name.utf8
    }

    /// - Parameters:
    ///   - origin: 16 bytes that identify the write that set it. The same reminder, set again, has another origin.
    ///   - failed: its `wake` threw. It stays in the state, and is not due any more.
    static func bytes(_ due: Date, origin: Bytes, failed: Bool = false) -> Bytes {
        precondition(origin.count == originLength, "an origin has \(originLength) bytes")
        let milliseconds = (due.timeIntervalSince1970 * 1_000).rounded()
        // Clamped to doubles just inside Int64's range, far beyond any calendar.
        let bounded = Int64(max(min(milliseconds, 9.2e18), -9.2e18))
        return withUnsafeBytes(of: bounded.bigEndian) { Bytes($0) } + origin + [failed ? 1 : 0]
    }

    package static func reminder(_ stateKey: Bytes, _ stored: Bytes) throws(Undecodable) -> Reminder {
        let fields = try Fields(stored)
        let name = stateKey.dropFirst(StateKey.reminders.count)
        guard let split = name.lastIndex(of: separator) else { throw Undecodable("state", "not a reminder") }
        return Reminder(
            key: String(decoding: name[..<split], as: UTF8.self),
            name: String(decoding: name[(split + 1)...], as: UTF8.self),
            due: Date(timeIntervalSince1970: Double(fields.due) / 1_000), origin: fields.origin)
    }

    static func isFailed(_ stored: Bytes) throws(Undecodable) -> Bool { try Fields(stored).isFailed }

    private struct Fields {
        /// Milliseconds since 1970.
        let due: Int64
        let origin: Bytes
        let isFailed: Bool

        init(_ stored: Bytes) throws(Undecodable) {
            let bytes = try StateValue.decode(stored)
            // Earlier versions wrote the due time alone.
            guard bytes.count == 8 || bytes.count == 8 + originLength + 1 else {
                throw Undecodable("state", "not a reminder")
            }
            due = Int64(bitPattern: bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
            origin = bytes.count == 8 ? noOrigin : Bytes(bytes[8..<24])
            isFailed = bytes.count > 8 && bytes[24] == 1
        }
    }
}

/// A reminder's place among all reminders of its task: by due time, then by state key. Failed ones come last.
struct ReminderRank: Comparable, Sendable {
    /// Milliseconds since 1970 with the sign bit flipped, so that the order of its bytes is the order of time.
    let order: UInt64
    let stateKey: Bytes

    private static let failed = UInt64.max

    var isFailed: Bool { order == Self.failed }

    /// A value that this version cannot read comes first. It is then found at once, instead of firing late without
    /// notice.
    init(_ stateKey: Bytes, _ stored: Bytes) {
        self.stateKey = stateKey
        order = stored.withUnsafeBytes(Self.order)
    }

    static func < (left: ReminderRank, right: ReminderRank) -> Bool {
        left.order != right.order ? left.order < right.order : left.stateKey.isOrdered(before: right.stateKey)
    }

    static func isReminder(_ stateKey: Bytes) -> Bool {
        stateKey.withUnsafeBytes(isReminder)
    }

    static func isReminder(_ stateKey: UnsafeRawBufferPointer) -> Bool {
        StateKey.isOfRuntime(stateKey) && StateKey.reminders.borrowed { stateKey.begins(with: $0) }
    }

    // MARK: In the file

    /// A lower bound, in the file's database of reminders, for all failed ones whose state keys come after `after`.
    static func firstFailed(after: Bytes?) -> Bytes {
        (after ?? []).prefix(StateFileKey.limit).withUnsafeBytes { bytes(failed, $0) }
    }

    /// The key in the file's database of reminders.
    static func fileKey(_ storedKey: UnsafeRawBufferPointer, _ stored: UnsafeRawBufferPointer) -> Bytes {
        bytes(order(stored), storedKey)
    }

    /// The reminder's key in the file's database of state.
    static func storedKey(in fileKey: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: fileKey[8...])
    }

    private static func bytes(_ order: UInt64, _ key: UnsafeRawBufferPointer) -> Bytes {
        withUnsafeBytes(of: order.bigEndian) { Bytes($0) } + key
    }

    private static func order(_ stored: UnsafeRawBufferPointer) -> UInt64 {
        switch stored.count {
        case 9, 26:
            guard stored[0] == StateValue.format else { return 0 }
            if stored.count == 26, stored[25] == 1 { return failed }
            let due = UInt64(bigEndian: stored.loadUnaligned(fromByteOffset: 1, as: UInt64.self)) ^ 1 << 63
            return min(due, failed - 1)
        default: return 0
        }
    }
}
