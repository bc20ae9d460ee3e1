package import CloudEvents
import Foundation

// Keys are ordered as LMDB orders them.

extension UnsafeRawBufferPointer {
    /// LMDB's order: by bytes, and a shorter key before a longer one that begins with it.
    func isOrdered(before other: UnsafeRawBufferPointer) -> Bool { order(other) < 0 }

    /// Negative if this comes before the other, zero if they are equal.
    func order(_ other: UnsafeRawBufferPointer) -> Int {
        guard let mine = baseAddress, let others = other.baseAddress else { return count - other.count }
        let order = memcmp(mine, others, Swift.min(count, other.count))
        return order != 0 ? Int(order) : count - other.count
    }

    func begins(with prefix: UnsafeRawBufferPointer) -> Bool {
        guard count >= prefix.count else { return false }
        guard let mine = baseAddress, let others = prefix.baseAddress else { return true }
        return memcmp(mine, others, prefix.count) == 0
    }
}

extension Bytes {
    /// Like `withUnsafeBytes`, but keeps the type of the error that `body` throws.
    func borrowed<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBufferPointer { (bytes) throws(Failure) in try body(UnsafeRawBufferPointer(bytes)) }
    }

    /// See ``UnsafeRawBufferPointer/isOrdered(before:)``.
    package func isOrdered(before other: Bytes) -> Bool {
        withUnsafeBytes { mine in other.withUnsafeBytes { mine.isOrdered(before: $0) } }
    }

    package func begins(with prefix: Bytes) -> Bool {
        withUnsafeBytes { mine in prefix.withUnsafeBytes { mine.begins(with: $0) } }
    }
}
