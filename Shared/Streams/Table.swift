public import CloudEvents
public import SwiftProtobuf

/// A named part of a task's state: values of one type by key, like a key-value store in Kafka Streams.
public struct Table<Value: SwiftProtobuf.Message & Sendable>: Sendable {
    public let name: String
    package let prefix: Bytes
    /// Under which key a value is sealed; nil for a table whose values are not.
    let sealingKey: (@Sendable (_ key: String, _ value: Value) -> SealingKey)?

    /// - Throws: ``StateUnreadable``
    func value(_ stored: Bytes) throws(StateUnreadable) -> Value {
        try stored.borrowed { (stored) throws(StateUnreadable) in try value(stored) }
    }

    /// Decodes without a copy of the bytes.
    ///
    /// - Throws: ``StateUnreadable``
    func value(_ stored: UnsafeRawBufferPointer) throws(StateUnreadable) -> Value {
        do throws(Undecodable) { return try StateValue.message(stored) } catch { throw StateUnreadable(name, error) }
    }

    /// - Parameters:
    ///   - name: unique within the service. It must never change: it is part of every key in the changelog.
    ///   - sealedUnder: the key under which a value is sealed. A table of `SealedMessage` must say it.
    public init(
        _ name: String, of type: Value.Type = Value.self,
        sealedUnder: (@Sendable (_ key: String, _ value: Value) -> SealingKey)? = nil
    ) {
        precondition(
            (type is any SealedMessage.Type) == (sealedUnder != nil),
            "\(name) must say under which keys it is sealed if its values are sealed messages, and only then")
        self.name = name
        prefix = StateKey.checkedPrefix(name)
        sealingKey = sealedUnder
    }
}

/// The layout of keys in the store and in the changelog: table name, a zero byte, key.
///
/// Table names that begin with `~` belong to the runtime.
package enum StateKey {
    static func prefix(_ table: String) -> Bytes { Bytes(table.utf8) + [0] }

    /// The prefix of a processor's table, whose name must not be one of the runtime's.
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

    /// True if the table belongs to the runtime. Called for every write, so it reads one byte.
    static func isOfRuntime(_ key: some Collection<UInt8>) -> Bool { key.first == UInt8(ascii: "~") }

    package static let reminders = prefix("~reminders")
    package static let wishes = prefix("~wishes")
    /// The input positions that the state reflects. Written last in every step.
    static let positions = prefix("~positions")
    /// Marks the beginning of a step. Written only if the broker does not hide aborted records.
    static let stepBegins = prefix("~step")
}

/// The layout of values in the store and in the changelog: one byte for the format, then the bytes. Of a sealed value the
/// bytes are: the length of its key's name, the name, and what ``SealedBytes`` has.
///
/// The format byte distinguishes "present, all defaults" (a protobuf message of 0 bytes) from "deleted" (a null value).
package enum StateValue {
    static let format: UInt8 = 1
    static let sealedFormat: UInt8 = 2

    static func encodeSealed(_ bytes: Bytes, key: String) -> Bytes {
        var stored: Bytes = [sealedFormat, UInt8(key.utf8.count)]
        stored.reserveCapacity(2 + key.utf8.count + bytes.count)
        stored.append(contentsOf: key.utf8)
        stored.append(contentsOf: bytes)
        return stored
    }

    static func isSealed(_ stored: UnsafeRawBufferPointer) -> Bool { stored.first == sealedFormat }

    /// - Throws: `Undecodable` for a value that is cut off.
    static func sealed(
        _ stored: UnsafeRawBufferPointer
    ) throws(Undecodable) -> (key: String, bytes: UnsafeRawBufferPointer) {
        guard stored.count > 2, stored.count >= 2 + Int(stored[1]) else { throw Undecodable("state", .sealed) }
        let end = 2 + Int(stored[1])
        return (String(decoding: stored[2..<end], as: UTF8.self), UnsafeRawBufferPointer(rebasing: stored[end...]))
    }

    /// The name of the key under which a value is sealed; nil for one that is not, or that is cut off.
    package static func sealingKey(of stored: UnsafeRawBufferPointer) -> String? {
        isSealed(stored) ? try? sealed(stored).key : nil
    }

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

    /// - Throws: `Undecodable`, also for bytes that are not such a message.
    static func message<Value: SwiftProtobuf.Message>(_ stored: UnsafeRawBufferPointer) throws(Undecodable) -> Value {
        guard stored.first == format else {
            throw Undecodable("state", "written in a format that this version does not know")
        }
        do { return try Value(serializedBytes: stored.bytes.extracting(droppingFirst: 1)) } catch {
            throw Undecodable(Value.protoMessageName, "not a protobuf message of this type (\(stored.count - 1) bytes)")
        }
    }
}

/// State that this version cannot read: a later version wrote it, or a table of another type. The records that need it
/// are not at fault, so they wait until the service is upgraded.
public struct StateUnreadable: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ table: String, _ error: Undecodable) {
        description = "the state in \(table) cannot be read (\(error)); run the version that wrote it, or a later one"
    }
}

/// Read access to a task's state as of the last finished turn.
package protocol StateView: AnyObject {
    /// Passes the value under `key` to `body` without a copy. Returns nil if there is none.
    func read<Result>(_ key: Bytes, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result?

    /// Passes every entry whose key begins with `prefix` to `body`, in key order and without a copy, until `body`
    /// returns false.
    func scan(
        _ prefix: Bytes, _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Bool
    ) throws
}

extension StateView {
    package func get(_ key: Bytes) throws -> Bytes? { try read(key) { Bytes($0) } }
}
