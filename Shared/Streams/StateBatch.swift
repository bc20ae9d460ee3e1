import Foundation
import Kafka

/// Entries in one piece of memory, on their way to the state file, which takes them in key order.
///
/// A restore and a flush handle many entries at a time; here none of them is an object of its own.
struct StateBatch {
    /// Keys and values, one after the other.
    private var bytes: Bytes = []
    private var entries: [Entry] = []

    private struct Entry {
        /// The bytes of the key that tell most keys apart (see ``sort()``): most comparisons end here.
        var rank: UInt64 = 0
        /// Where in `bytes` the key begins; the value follows it. Of equal keys, the higher one is the newer.
        let start: Int
        let keyCount: Int32
        /// -1 where the key is deleted.
        let valueCount: Int32

        var end: Int { start + Int(keyCount) + max(0, Int(valueCount)) }
    }

    init() {}

    /// - Parameters: how many entries are coming, and how many bytes their keys and values have.
    init(entries count: Int, bytes size: Int) {
        bytes.reserveCapacity(size)
        entries.reserveCapacity(count)
    }

    var isEmpty: Bool { entries.isEmpty }
    var count: Int { entries.count }
    /// Bytes in memory of all entries, at most: an array that grows has up to twice the room that it needs.
    var size: Int { 2 * (bytes.count + entries.count * MemoryLayout<Entry>.stride) }

    /// - Parameter value: nil deletes the key.
    mutating func append(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) {
        entries.append(
            Entry(start: bytes.count, keyCount: Int32(key.count), valueCount: value.map { Int32($0.count) } ?? -1))
        bytes.append(contentsOf: key)
        if let value { bytes.append(contentsOf: value) }
    }

    /// Puts the entries in key order. Of entries with the same key, the newest stays.
    mutating func sort() {
        guard entries.count > 1 else { return }
        let all = bytes
        all.withUnsafeBytes { all in
            func key(_ entry: Entry) -> UnsafeRawBufferPointer {
                UnsafeRawBufferPointer(rebasing: all[entry.start..<(entry.start + Int(entry.keyCount))])
            }
            // Keys of one table begin alike, so the eight bytes behind what all have in common are compared first.
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

    /// Visits the entries of `range` in their order.
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
    /// How many bytes at the beginning are the same in both, looking at no more than `limit`.
    fileprivate func countInCommon(with other: UnsafeRawBufferPointer, upTo limit: Int) -> Int {
        let limit = Swift.min(limit, count, other.count)
        guard limit > 0, let mine = baseAddress, let others = other.baseAddress else { return 0 }
        if memcmp(mine, others, limit) == 0 { return limit }
        return (0..<limit).first { self[$0] != other[$0] } ?? limit
    }

    /// The eight bytes from `index` on as a number that is ordered as they are; zeroes where there are none.
    fileprivate func number(at index: Int) -> UInt64 {
        if index + 8 <= count { return UInt64(bigEndian: loadUnaligned(fromByteOffset: index, as: UInt64.self)) }
        return (0..<8).reduce(0) { $0 << 8 | (index + $1 < count ? UInt64(self[index + $1]) : 0) }
    }
}
