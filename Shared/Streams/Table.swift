public import CloudEvents
public import SwiftProtobuf

/// A part of a task's state by name: values of one type by key, as in Kafka Streams' key-value stores.
public struct Table<Value: SwiftProtobuf.Message & Sendable>: Sendable {
    public let name: String
    package let prefix: Bytes

    /// - Throws: ``StateUnreadable``
    func value(_ stored: Bytes) throws(StateUnreadable) -> Value {
        try stored.borrowed { (stored) throws(StateUnreadable) in try value(stored) }
    }

    /// From where it lies, without a copy of its bytes.
    ///
    /// - Throws: ``StateUnreadable``
    func value(_ stored: UnsafeRawBufferPointer) throws(StateUnreadable) -> Value {
        do throws(Undecodable) { return try StateValue.message(stored) } catch { throw StateUnreadable(name, error) }
    }

    /// - Parameter name: unique within the service, and for ever: it is part of every key in the changelog.
    public init(_ name: String, of type: Value.Type = Value.self) {
        self.name = name
        prefix = StateKey.checkedPrefix(name)
    }
}

/// How tables and keys lie in the store and in the changelog: `name`, a zero byte, `key`.
///
/// Names that begin with `~` are the runtime's own.
package enum StateKey {
    static func prefix(_ table: String) -> Bytes { Bytes(table.utf8) + [0] }

    /// The prefix of a processor's table, which is none of the runtime's own.
    static func checkedPrefix(_ table: String) -> Bytes {
        precondition(!table.isEmpty && !table.hasPrefix("~") && !table.utf8.contains(0), "not a table's name: \(table)")
        return prefix(table)
    }

    /// The table's name in a key of the state.
    static func table(of key: Bytes) -> String { String(decoding: key.prefix { $0 != 0 }, as: UTF8.self) }

    /// What follows the table's name in a key of the state.
    package static func name(of key: Bytes) -> String {
        String(decoding: key[((key.firstIndex(of: 0) ?? -1) + 1)...], as: UTF8.self)
    }

    /// The table is one of the runtime's own. Asked of every write, so it looks at one byte.
    static func isOfRuntime(_ key: some Collection<UInt8>) -> Bool { key.first == UInt8(ascii: "~") }

    package static let reminders = prefix("~reminders")
    package static let wishes = prefix("~wishes")
    /// Up to where the task's inputs are reflected in the state; written last in every step.
    static let positions = prefix("~positions")
    /// Opens a step; written only where the broker does not hide what was aborted.
    static let stepBegins = prefix("~step")
}

/// A value as it lies in the store and the changelog: one byte for the format, then the bytes.
///
/// The byte keeps "present, all defaults" (a protobuf message of 0 bytes) apart from "deleted" (a null value).
package enum StateValue {
    static let format: UInt8 = 1

    package static func encode(_ bytes: Bytes) -> Bytes {
        Bytes(unsafeUninitializedCapacity: bytes.count + 1) { buffer, count in
            buffer[0] = format
            _ = UnsafeMutableBufferPointer(rebasing: buffer[1...]).update(fromContentsOf: bytes)
            count = bytes.count + 1
        }
    }

    /// - Throws: `Undecodable` for a format of a later version.
    package static func decode(_ stored: Bytes) throws(Undecodable) -> Bytes {
        guard stored.first == format else {
            throw Undecodable("state", "written in a format that this version does not know")
        }
        return Bytes(stored.dropFirst())
    }

    /// - Throws: `Undecodable` also for what is no such message.
    static func message<Value: SwiftProtobuf.Message>(_ stored: UnsafeRawBufferPointer) throws(Undecodable) -> Value {
        guard stored.first == format else {
            throw Undecodable("state", "written in a format that this version does not know")
        }
        do { return try Value(serializedBytes: stored.bytes.extracting(droppingFirst: 1)) } catch {
            throw Undecodable(Value.protoMessageName, "not a protobuf message of this type (\(stored.count - 1) bytes)")
        }
    }
}

/// State that this version cannot read: written by a later one, or by a table of another type. The records that need it
/// wait, since they are not at fault; the service must be brought forward.
public struct StateUnreadable: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ table: String, _ error: Undecodable) {
        description = "the state in \(table) cannot be read (\(error)); run the version that wrote it, or a later one"
    }
}

/// Read access to a task's state as of the last finished turn.
package protocol StateView: AnyObject {
    /// Gives `body` the value under `key` where it lies, without a copy; nil if there is none.
    func read<Result>(_ key: Bytes, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result?

    /// Gives `body` every entry whose key begins with `prefix`, in key order and without a copy, until it returns false.
    func scan(
        _ prefix: Bytes, _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Bool
    ) throws
}

extension StateView {
    package func get(_ key: Bytes) throws -> Bytes? { try read(key) { Bytes($0) } }
}
