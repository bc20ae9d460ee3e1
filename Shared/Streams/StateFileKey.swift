import CloudEvents
import Crypto
import Foundation

/// How a state key is stored in the state file. LMDB allows keys of up to 511 bytes.
///
/// A longer key is replaced by its beginning and its hash, and is stored in full before its value. All keys with the
/// same beginning follow each other, so that a scan can sort them.
enum StateFileKey {
    /// The longest key that is stored unchanged. It leaves room for the hash, and for the prefix of a key in the index
    /// of reminders.
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
