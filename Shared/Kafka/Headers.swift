/// One record header. Kafka allows any bytes, and the same name more than once.
///
/// A tuple, so that CloudEvents, which does not import Kafka, has the same type.
public typealias Header = (name: String, value: Bytes)

/// A record's headers in order, in one block of memory: reading or writing a record allocates once for all of them.
///
/// The layout of each header: the lengths of its name and value in one number (8 bytes), name, value.
public struct Headers: Sendable, Hashable {
    private var packed: Bytes
    public private(set) var count = 0

    public init() { packed = [] }

    /// - Parameter bytes: about how many bytes all headers will need.
    public init(reserving bytes: Int) {
        packed = []
        packed.reserveCapacity(bytes)
    }

    public init(_ headers: some Sequence<Header>) {
        self.init(reserving: 256)
        for header in headers { append(header.name, header.value) }
    }

    public mutating func append(_ name: String, _ value: Bytes) {
        var name = name
        name.withUTF8 { name in value.withUnsafeBytes { append(UnsafeRawBufferPointer(name), $0) } }
    }

    public mutating func append(_ name: StaticString, _ value: String) {
        var value = value
        value.withUTF8 { value in
            append(
                UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount),
                UnsafeRawBufferPointer(value))
        }
    }

    mutating func append(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        withUnsafeBytes(of: UInt64(name.count) << 32 | UInt64(value.count)) { packed.append(contentsOf: $0) }
        packed.append(contentsOf: name)
        packed.append(contentsOf: value)
        count += 1
    }

    public var isEmpty: Bool { count == 0 }

    /// Bytes of all names and values.
    public var size: Int { packed.count - count * 8 }

    /// Visits each header without a copy. The memory is valid during the call only.
    public func forEachField(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        packed.withUnsafeBytes { bytes in
            var at = 0
            while at < bytes.count {
                let lengths = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                let name = at + 8
                let value = name + Int(lengths >> 32)
                let end = value + Int(lengths & 0xFFFF_FFFF)
                body(
                    UnsafeRawBufferPointer(rebasing: bytes[name..<value]),
                    UnsafeRawBufferPointer(rebasing: bytes[value..<end]))
                at = end
            }
        }
    }

    /// The last value under `name`, which is the valid one in Kafka.
    public subscript(name: String) -> Bytes? { last { $0.name == name }?.value }

    public static func + (left: Headers, right: Headers) -> Headers {
        var sum = left
        sum.packed += right.packed
        sum.count += right.count
        return sum
    }
}

extension Headers: Sequence {
    public func makeIterator() -> IndexingIterator<[Header]> {
        var fields: [Header] = []
        fields.reserveCapacity(count)
        forEachField { fields.append((String(decoding: $0, as: UTF8.self), Bytes($1))) }
        return fields.makeIterator()
    }

    private func last(where isWanted: (Header) -> Bool) -> Header? { Array(self).last(where: isWanted) }
}

extension Headers: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: Header...) { self.init(elements) }
}
