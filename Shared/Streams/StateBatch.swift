import Foundation
import Kafka

/// Entries in one block of memory, on their way to the state file, which is written in key order.
///
/// A restore and a flush handle many entries at a time, so entries here are not separate objects.
struct StateBatch {
    /// Keys and values, one after the other.
    private var bytes: Bytes = []
    private var entries: [Entry] = []

    private struct Entry {
        /// Eight bytes of the key that distinguish most keys (see ``sort()``). They decide most comparisons.
        var rank: UInt64 = 0
        /// The start of the key in `bytes`. The value follows it. Of two entries with equal keys, the one with the
        /// higher start is newer.
        let start: Int
        let keyCount: Int32
        /// -1 if the key is deleted.
        let valueCount: Int32

        var end: Int { start + Int(keyCount) + max(0, Int(valueCount)) }
    }

    init() {}

    /// - Parameters: the expected number of entries, and of bytes in their keys and values.
    init(entries count: Int, bytes size: Int) {
        bytes.reserveCapacity(size)
        entries.reserveCapacity(count)
    }

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }
    /// An upper bound of the entries' memory, in bytes: a growing array has up to twice the capacity that it needs.
    var size: Int { 2 * (bytes.count + entries.count * MemoryLayout<Entry>.stride) }

    /// - Parameter value: nil deletes the key.
    mutating func append(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) {
        entries.append(
            Entry(start: bytes.count, keyCount: Int32(key.count), valueCount: value.map { Int32($0.count) } ?? -1))
        bytes.append(contentsOf: key)
        if let value { bytes.append(contentsOf: value) }
    }

    /// Sorts the entries by key. Of entries with the same key, only the newest stays.
    mutating func sort() {
        guard entries.count > 1 else { return }
        let all = bytes
        all.withUnsafeBytes { all in
            func key(_ entry: Entry) -> UnsafeRawBufferPointer {
                UnsafeRawBufferPointer(rebasing: all[entry.start..<(entry.start + Int(entry.keyCount))])
            }
            // Keys of one table have a common prefix, so the eight bytes after it are compared first.
            let first = key(entries[0])
            let common = entries.reduce(first.count) {
                $1.start == 0 ? $0 : key($1).countInCommon(with: first, upTo: $0)
            }
            for index in entries.indices { entries[index].rank = key(entries[index]).number(at: common) }
            entries.sort { left, right in
                if left.rank != right.rank { return left.rank < right.rank }
                let order = key(left).order(key(right))
                return order == 0 ? left.start < right.start : order < 0
            }
            var kept = 0
            for index in 1..<entries.count {
                let isSame =
                    entries[kept].rank == entries[index].rank && key(entries[kept]).order(key(entries[index])) == 0
                if !isSame { kept += 1 }
                entries[kept] = entries[index]
            }
            entries.removeLast(entries.count - kept - 1)
        }
    }

    /// Visits the entries of `range`, in order.
    func forEach<Failure: Error>(
        in range: Range<Int>,
        _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) throws(Failure) -> Void
    ) throws(Failure) {
        try bytes.borrowed { (bytes) throws(Failure) in
            for entry in entries[range] {
                let value = entry.start + Int(entry.keyCount)
                try body(
                    UnsafeRawBufferPointer(rebasing: bytes[entry.start..<value]),
                    entry.valueCount < 0 ? nil : UnsafeRawBufferPointer(rebasing: bytes[value..<entry.end]))
            }
        }
    }

    /// Empties the batch and keeps its memory for the next entries.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }
}

extension UnsafeRawBufferPointer {
    /// The length of the common prefix of both, at most `limit`.
    fileprivate func countInCommon(with other: UnsafeRawBufferPointer, upTo limit: Int) -> Int {
        let limit = Swift.min(limit, count, other.count)
        guard limit > 0, let mine = baseAddress, let others = other.baseAddress else { return 0 }
        if memcmp(mine, others, limit) == 0 { return limit }
        return (0..<limit).first { self[$0] != other[$0] } ?? limit
    }

    /// The eight bytes from `index` on as a number with the same order. Missing bytes count as zero.
    fileprivate func number(at index: Int) -> UInt64 {
        if index + 8 <= count { return UInt64(bigEndian: loadUnaligned(fromByteOffset: index, as: UInt64.self)) }
        return (0..<8).reduce(0) { $0 << 8 | (index + $1 < count ? UInt64(self[index + $1]) : 0) }
    }
}
