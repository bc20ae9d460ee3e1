package import Domain
import Foundation
package import SwiftProtobuf

/// The largest size of one field, as the contract says it. The list of all is generated from the schemas.
package struct FieldLimit: Sendable, Hashable {
    let name: String
    /// The most bytes of a text, or of each text of a list.
    package let bytes: Int
    /// The most elements of a list.
    package let elements: Int

    package init(_ name: String, bytes: Int = .max, elements: Int = .max) {
        (self.name, self.bytes, self.elements) = (name, bytes, elements)
    }
}

/// A message whose fields have limits.
package protocol LimitedMessage: SwiftProtobuf.Message {
    /// By field number.
    static var limits: [Int: FieldLimit] { get }
}

extension LimitedMessage {
    /// The most bytes of one of its texts, as the contract says it; nil for a field that it does not have.
    package static func mostBytes(of field: String) -> Int? { limits.values.first { $0.name == field }?.bytes }

    /// A fault for each field, at any depth, that is larger than the contract allows. A list that is too long is not looked
    /// into.
    package var excesses: [Fault] {
        var check = ExcessCheck(Self.limits, at: "")
        // The visitor throws nothing.
        try? traverse(visitor: &check)
        return check.faults
    }
}

/// Looks at every field of a message once.
private struct ExcessCheck: Visitor {
    private(set) var faults: [Fault] = []
    private let limits: [Int: FieldLimit]
    private let path: String

    init(_ limits: [Int: FieldLimit], at path: String) { (self.limits, self.path) = (limits, path) }

    private func path(of limit: FieldLimit) -> String { path.isEmpty ? limit.name : "\(path).\(limit.name)" }

    // MARK: Texts

    mutating func visitSingularStringField(value: String, fieldNumber: Int) {
        guard let limit = limits[fieldNumber] else { return }
        if value.utf8.count > limit.bytes { report(limit, at: path(of: limit)) }
    }

    mutating func visitRepeatedStringField(value: [String], fieldNumber: Int) {
        guard let limit = limits[fieldNumber], isListWithin(limit, value.count) else { return }
        for (index, text) in value.enumerated() where text.utf8.count > limit.bytes {
            report(limit, at: "\(path(of: limit))[\(index)]")
        }
    }

    private mutating func report(_ limit: FieldLimit, at path: String) {
        faults.append(Fault(.textLong, at: path, ["limit": "\(limit.bytes)"]))
    }

    private mutating func isListWithin(_ limit: FieldLimit, _ count: Int) -> Bool {
        if count <= limit.elements { return true }
        faults.append(Fault(.listLong, at: path(of: limit), ["limit": "\(limit.elements)"]))
        return false
    }

    // MARK: Messages inside

    mutating func visitSingularMessageField<M: Message>(value: M, fieldNumber: Int) throws {
        guard let limit = limits[fieldNumber] else { return }
        try check(value, at: path(of: limit))
    }

    mutating func visitRepeatedMessageField<M: Message>(value: [M], fieldNumber: Int) throws {
        guard let limit = limits[fieldNumber], isListWithin(limit, value.count) else { return }
        for (index, element) in value.enumerated() { try check(element, at: "\(path(of: limit))[\(index)]") }
    }

    private mutating func check<M: Message>(_ message: M, at path: String) throws {
        guard let type = M.self as? any LimitedMessage.Type else { return }
        var inner = ExcessCheck(type.limits, at: path)
        try message.traverse(visitor: &inner)
        faults += inner.faults
    }

    // MARK: Maps, and what its type limits

    mutating func visitMapField<KeyType, ValueType: MapValueType>(
        fieldType: _ProtobufMap<KeyType, ValueType>.Type, value: _ProtobufMap<KeyType, ValueType>.BaseType,
        fieldNumber: Int
    ) {
        checkMap(value.count, value as? [String: String], fieldNumber)
    }

    mutating func visitMapField<KeyType, ValueType>(
        fieldType: _ProtobufEnumMap<KeyType, ValueType>.Type, value: _ProtobufEnumMap<KeyType, ValueType>.BaseType,
        fieldNumber: Int
    ) {
        checkMap(value.count, nil, fieldNumber)
    }

    mutating func visitMapField<KeyType, ValueType>(
        fieldType: _ProtobufMessageMap<KeyType, ValueType>.Type,
        value: _ProtobufMessageMap<KeyType, ValueType>.BaseType, fieldNumber: Int
    ) {
        checkMap(value.count, nil, fieldNumber)
    }

    private mutating func checkMap(_ count: Int, _ texts: [String: String]?, _ fieldNumber: Int) {
        guard let limit = limits[fieldNumber], isListWithin(limit, count) else { return }
        let isTooLarge = texts?.contains { max($0.key.utf8.count, $0.value.utf8.count) > limit.bytes } ?? false
        if isTooLarge { report(limit, at: path(of: limit)) }
    }

    mutating func visitPackedInt32Field(value: [Int32], fieldNumber: Int) {
        if let limit = limits[fieldNumber] { _ = isListWithin(limit, value.count) }
    }

    mutating func visitSingularDoubleField(value: Double, fieldNumber: Int) {}
    mutating func visitSingularInt64Field(value: Int64, fieldNumber: Int) {}
    mutating func visitSingularUInt64Field(value: UInt64, fieldNumber: Int) {}
    mutating func visitSingularBoolField(value: Bool, fieldNumber: Int) {}
    mutating func visitSingularBytesField(value: Data, fieldNumber: Int) {}
    mutating func visitSingularEnumField<E: Enum>(value: E, fieldNumber: Int) {}
    mutating func visitUnknown(bytes: Data) {}
}
