public import CloudEvents

/// The wrapped data keys of a ``Sealing``: a compacted topic that every thread reads to the end before its first record.
public struct KeyTable: GlobalTableDeclaration {
    public let topic: String
    private let read: @Sendable (_ name: String, _ value: Bytes) throws -> Bytes

    /// - Parameters:
    ///   - topic: without the installation's prefix.
    ///   - read: the wrapped key in a record's value. If it throws, the error is logged and the former key is kept.
    public init(_ topic: String, _ read: @escaping @Sendable (_ name: String, _ value: Bytes) throws -> Bytes) {
        (self.topic, self.read) = (topic, read)
    }

    public func empty() -> any GlobalContent { Content(read) }

    /// The wrapped keys. Each thread has its own, so they lie close together: a million keys of 64 bytes take about
    /// 130 MB (`make bench-sealing`).
    package final class Content: GlobalContent {
        /// Names and keys one after the other, each with its length in one byte before it.
        private var bytes = Bytes()
        /// Where each name begins, by its hash.
        private var starts: [Int: UInt32] = [:]
        /// Keys that do not fit there, and those of a name that has the hash of another.
        private var others: [String: Bytes] = [:]
        private let read: @Sendable (String, Bytes) throws -> Bytes

        init(_ read: @escaping @Sendable (String, Bytes) throws -> Bytes) { self.read = read }

        package var count: Int { starts.count + others.count }

        package subscript(name: String) -> Bytes? { place(of: name).map { Bytes(bytes[$0]) } ?? others[name] }

        package func apply(_ name: String, _ value: Bytes?) throws {
            let key = try value.map { try read(name, $0) }
            let place = place(of: name)
            if let place, let key, key.count == place.count {
                bytes.replaceSubrange(place, with: key)
                return
            }
            if let place {
                // An erased key is gone from memory, too.
                bytes.replaceSubrange(place, with: repeatElement(0, count: place.count))
                starts[name.hashValue] = nil
            }
            others[name] = nil
            if let key { add(name, key) }
        }

        private func add(_ name: String, _ key: Bytes) {
            let length = UInt8(exactly: name.utf8.count)
            guard let length, let keyLength = UInt8(exactly: key.count), let start = UInt32(exactly: bytes.count),
                starts[name.hashValue] == nil
            else {
                others[name] = key
                return
            }
            starts[name.hashValue] = start
            bytes.append(length)
            bytes.append(contentsOf: name.utf8)
            bytes.append(keyLength)
            bytes.append(contentsOf: key)
        }

        /// Where the name's key lies in ``bytes``; nil if it does not lie there.
        private func place(of name: String) -> Range<Int>? {
            guard let start = starts[name.hashValue] else { return nil }
            let end = Int(start) + 1 + Int(bytes[Int(start)])
            guard bytes[(Int(start) + 1)..<end].elementsEqual(name.utf8) else { return nil }
            return (end + 1)..<(end + 1 + Int(bytes[end]))
        }
    }
}
