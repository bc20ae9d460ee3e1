import Foundation
import SwiftProtobuf

/// A message with something in each of its fields, as JSON: the golden example of a new event type.
struct ExampleMessage {
    private let messages: [String: Google_Protobuf_DescriptorProto]

    /// - Parameter descriptorSet: a `FileDescriptorSet`, as `protoc --descriptor_set_out` writes it.
    init(descriptorSet: Data) throws {
        var messages: [String: Google_Protobuf_DescriptorProto] = [:]
        func add(_ message: Google_Protobuf_DescriptorProto, in scope: String) {
            messages["\(scope).\(message.name)"] = message
            for nested in message.nestedType { add(nested, in: "\(scope).\(message.name)") }
        }
        for file in try Google_Protobuf_FileDescriptorSet(serializedBytes: descriptorSet).file {
            for message in file.messageType { add(message, in: ".\(file.package)") }
        }
        self.messages = messages
    }

    func json(of name: String) throws -> Data {
        try JSONSerialization.data(
            withJSONObject: object(name, depth: 0), options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    }

    private func object(_ name: String, depth: Int) -> [String: Any] {
        // A message that holds itself ends somewhere.
        guard let message = messages[name], depth < 4 else { return [:] }
        var seen: Set<Int32> = []
        return message.field.reduce(into: [:]) { object, field in
            // Of a `oneof`, the first.
            if field.hasOneofIndex, !field.proto3Optional, !seen.insert(field.oneofIndex).inserted { return }
            let entry = messages[field.typeName].flatMap { $0.options.mapEntry ? $0 : nil }
            if let value = entry?.field.last {
                object[field.jsonName] = ["key å": self.value(value, depth: depth)]
            } else {
                let value = value(field, depth: depth)
                object[field.jsonName] = field.label == .repeated ? [value] : value
            }
        }
    }

    private func value(_ field: Google_Protobuf_FieldDescriptorProto, depth: Int) -> Any {
        switch field.type {
        case .string: "\(field.name) å"
        case .bool: true
        case .int64, .uint64, .fixed64, .sfixed64, .sint64: "7"
        case .bytes: "w6U="
        case .message where field.typeName == ".google.protobuf.Timestamp": "2026-11-23T08:00:00Z"
        case .message: object(field.typeName, depth: depth + 1)
        default: 7
        }
    }
}
