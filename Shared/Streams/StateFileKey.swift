import CloudEvents
import Crypto
import Foundation

/// How a state key lies in the state file, where LMDB takes no key of more than 511 bytes.
///
/// A longer one lies under its beginning and its hash, and stands in full before its value. All keys that share a
/// beginning follow each other, so that a scan can put them in order.
enum StateFileKey {
    /// The longest key that lies in the file as it is. Room is left for the hash, and for what stands before a key in
    /// the order of reminders.
    static let limit = 440

    static func stored(_ key: Bytes) -> Bytes {
        key.count <= limit ? key : Bytes(key.prefix(limit)) + SHA256.hash(data: key)
    }

    /// The value under ``stored(_:)``.
    static func storedValue(_ key: Bytes, _ value: Bytes) -> Bytes {
        guard key.count > limit else { return value }
        return withUnsafeBytes(of: UInt32(key.count).bigEndian) { Bytes($0) } + key + value
    }

    static func isShortened(_ stored: UnsafeRawBufferPointer) -> Bool { stored.count > limit }

    /// The key and the value of an entry, in full and without a copy.
    static func entry(
        _ stored: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(StateFileError) -> Cursor.Entry {
        guard isShortened(stored) else { return (stored, value) }
        let count = value.count < 4 ? Int.max : Int(UInt32(bigEndian: value.loadUnaligned(as: UInt32.self)))
        guard count <= value.count - 4 else { throw .corrupt("a long key without its length") }
        return (
            UnsafeRawBufferPointer(rebasing: value[4..<(4 + count)]),
            UnsafeRawBufferPointer(rebasing: value[(4 + count)...])
        )
    }
}
