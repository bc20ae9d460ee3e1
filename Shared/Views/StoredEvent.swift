public import CloudEvents
import Foundation
public import GRDB

/// An event as a value of a column: whole, and as it lay in its record. What was sealed there is sealed here, with its
/// key's name.
///
///     try db.execute(sql: "INSERT INTO facts VALUES (?, ?)", arguments: [event.id, StoredEvent(event)])
///     let event = try StoredEvent.fetchOne(db, sql: "SELECT event FROM facts WHERE id = ?", arguments: [id])?.event
///
/// The layout: a version; the time, which the headers have in milliseconds only; the length of the headers; each header
/// with the lengths of its name and value before it; the payload. All numbers are little-endian.
public struct StoredEvent: Sendable, Hashable {
    public var event: Event

    public init(_ event: Event) { self.event = event }

    static let version: UInt8 = 1
    /// Version, time, length of the headers.
    private static let start = 13
}

extension StoredEvent: DatabaseValueConvertible {
    public var databaseValue: DatabaseValue {
        let payload = event.asSent
        var bytes = Data(capacity: Self.start + 600 + payload.count)
        func add(_ number: some FixedWidthInteger) {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        add(Self.version)
        add(event.time.timeIntervalSince1970.bitPattern)
        add(UInt32(0))
        event.forEachHeader { name, value in
            add(UInt8(name.utf8CodeUnitCount))
            add(UInt32(value.utf8.count))
            bytes.append(name.utf8Start, count: name.utf8CodeUnitCount)
            bytes.append(contentsOf: value.utf8)
        }
        withUnsafeBytes(of: UInt32(bytes.count - Self.start).littleEndian) {
            bytes.replaceSubrange((Self.start - 4)..<Self.start, with: $0)
        }
        bytes.append(contentsOf: payload)
        return bytes.databaseValue
    }

    /// Nil for what this version did not write.
    public static func fromDatabaseValue(_ value: DatabaseValue) -> StoredEvent? {
        Data.fromDatabaseValue(value).flatMap { $0.withUnsafeBytes(read) }
    }

    private static func read(_ bytes: UnsafeRawBufferPointer) -> StoredEvent? {
        guard bytes.count >= start, bytes[0] == version else { return nil }
        let time = Date(timeIntervalSince1970: Double(bitPattern: bytes.number(at: 1)))
        let end = start + Int(bytes.number(at: start - 4) as UInt32)
        guard end <= bytes.count, let fields = fields(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) else {
            return nil
        }
        let read = try? Event(value: Bytes(bytes[end...]), received: time) { visit in
            for field in fields { visit(field.name, field.value) }
        }
        guard var event = read else { return nil }
        event.time = time
        return StoredEvent(event)
    }

    private typealias Field = (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)

    private static func fields(_ bytes: UnsafeRawBufferPointer) -> [Field]? {
        var fields: [Field] = []
        fields.reserveCapacity(14)
        var at = 0
        while at < bytes.count {
            guard at + 5 <= bytes.count else { return nil }
            let name = at + 5
            let value = name + Int(bytes[at])
            let end = value + Int(bytes.number(at: at + 1) as UInt32)
            guard end <= bytes.count else { return nil }
            fields.append(
                (
                    UnsafeRawBufferPointer(rebasing: bytes[name..<value]),
                    UnsafeRawBufferPointer(rebasing: bytes[value..<end])
                ))
            at = end
        }
        return fields
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func number<Number: FixedWidthInteger>(at offset: Int) -> Number {
        Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
}
