import CloudEvents

/// Entries that are newer than those in the state file, by key.
struct Overlay {
    /// A value, or nil for a deleted key.
    struct Entry { let value: Bytes? }

    /// Bytes in memory of all entries.
    private(set) var size = 0
    private var table: [Key: Entry] = [:]

    /// Memory that an entry costs beside its bytes: two arrays' headers, the rounding of their allocations, and its
    /// share of the table.
    static let overhead = 128
    /// The most entries whose capacity is kept when the overlay is emptied.
    private static let kept = 65_536

    /// Hashed and compared as one block of memory. An array would be hashed and compared element by element.
    private struct Key: Hashable {
        let bytes: Bytes

        static func == (left: Key, right: Key) -> Bool {
            left.bytes.count == right.bytes.count && left.bytes.begins(with: right.bytes)
        }

        func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
    }

    var isEmpty: Bool { table.isEmpty }
    var count: Int { table.count }

    /// - Returns: nil if the state file's entry is current.
    subscript(key: Bytes) -> Entry? { table[Key(bytes: key)] }

    /// - Parameter entry: nil removes the key from the overlay.
    /// - Returns: the former entry.
    @discardableResult
    mutating func replace(_ key: Bytes, _ entry: Entry?) -> Entry? {
        let previous =
            if let entry {
                table.updateValue(entry, forKey: Key(bytes: key))
            } else {
                table.removeValue(forKey: Key(bytes: key))
            }
        size += Self.bytes(key, entry) - Self.bytes(key, previous)
        return previous
    }

    private static func bytes(_ key: Bytes, _ entry: Entry?) -> Int {
        entry.map { key.count + ($0.value?.count ?? 0) + overhead } ?? 0
    }

    mutating func removeAll() {
        table.removeAll(keepingCapacity: table.count <= Self.kept)
        size = 0
    }

    /// All entries whose key begins with `prefix` and comes after `after`, in key order.
    func entries(_ prefix: Bytes, after: Bytes?) -> [(key: Bytes, value: Bytes?)] {
        var found: [(key: Bytes, value: Bytes?)] = []
        for (key, entry) in table where key.bytes.begins(with: prefix) {
            if let after, !after.isOrdered(before: key.bytes) { continue }
            found.append((key.bytes, entry.value))
        }
        found.sort { $0.key.isOrdered(before: $1.key) }
        return found
    }

    /// All entries, in key order.
    func sorted() -> StateBatch {
        var batch = StateBatch(entries: count, bytes: size - count * Self.overhead)
        for (key, entry) in table {
            key.bytes.withUnsafeBytes { key in
                if let value = entry.value {
                    value.withUnsafeBytes { batch.append(key, $0) }
                } else {
                    batch.append(key, nil)
                }
            }
        }
        batch.sort()
        return batch
    }
}
