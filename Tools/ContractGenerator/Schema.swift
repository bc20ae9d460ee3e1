import Crypto
import Foundation
import SwiftProtobuf

/// The messages of the schemas, with what their options say.
struct Schema {
    /// One message that travels as an event.
    struct Event: Equatable {
        let name: String
        let type: String
        let kind: EventContract.Kind
        let topics: [String]
        /// The most bytes that it can have as protobuf, if every field is as large as its options allow.
        let largestBytes: Int
    }

    /// A field of an event, or of a message inside one.
    struct Field {
        /// `Meeting.place`
        let name: String
        let descriptor: Google_Protobuf_FieldDescriptorProto
        let holdsText: Bool

        var options: Google_Protobuf_FieldOptions { descriptor.options }
        var isList: Bool { descriptor.label == .repeated }
    }

    let messages: [String: Google_Protobuf_DescriptorProto]

    /// All events, in the order of the schemas.
    let events: [Event]

    /// - Parameter bytes: a `FileDescriptorSet`, as `protoc --descriptor_set_out` writes it.
    init(descriptorSet bytes: some SwiftProtobufContiguousBytes) throws {
        let set = try Google_Protobuf_FileDescriptorSet(
            serializedBytes: bytes, extensions: Contract_Extensions)
        self.init(set)
    }

    init(_ set: Google_Protobuf_FileDescriptorSet) {
        var messages: [String: Google_Protobuf_DescriptorProto] = [:]
        func add(_ message: Google_Protobuf_DescriptorProto, in scope: String) {
            let name = "\(scope).\(message.name)"
            messages[name] = message
            for nested in message.nestedType { add(nested, in: name) }
        }
        for file in set.file {
            for message in file.messageType { add(message, in: ".\(file.package)") }
        }
        self.messages = messages
        let sizes = LargestSize(of: messages)
        events = set.file.flatMap { file in
            file.messageType.filter(\.options.hasEvent).map { message in
                let contract = message.options.event
                return Event(
                    name: message.name, type: contract.type, kind: contract.kind, topics: contract.topics,
                    largestBytes: sizes.bytes(of: ".\(file.package).\(message.name)"))
            }
        }
    }

    /// All fields that an event can hold at any depth, each once, sorted by name.
    var fields: [Field] {
        var found: [String: Field] = [:]
        var visited: Set<String> = []
        func visit(_ path: String) {
            guard visited.insert(path).inserted, let message = messages[path] else { return }
            for field in message.field {
                let entry = messages[field.typeName].flatMap { $0.options.mapEntry ? $0 : nil }
                let name = "\(message.name).\(field.name)"
                found["\(path).\(field.name)"] = Field(
                    name: name, descriptor: field,
                    holdsText: field.type == .string || (entry?.field.contains { $0.type == .string } ?? false))
                if let value = entry?.field.last { visit(value.typeName) } else { visit(field.typeName) }
            }
        }
        for path in messages.keys where messages[path]?.options.hasEvent == true { visit(path) }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    /// The top-level messages that hold something personal at any depth, in the order of their names. An event, what a service
    /// stores, or a part of one.
    var personalMessages: [String] {
        func isPersonal(_ path: String) -> Bool {
            var visited: Set<String> = []
            func visit(_ path: String) -> Bool {
                guard visited.insert(path).inserted else { return false }
                return messages[path]?.field.contains { $0.options.personal || visit($0.typeName) } ?? false
            }
            return visit(path)
        }
        return messages.keys.filter { $0.split(separator: ".").count == Self.packageDepth + 1 && isPersonal($0) }
            .map { String($0.split(separator: ".").last ?? "") }.sorted()
    }

    /// `tillsammans.v1`
    private static let packageDepth = 2

    /// Everything that is wrong with the options, each fault with the name of its event or field.
    var faults: [String] {
        var faults: [String] = []
        var types: Set<String> = []
        for event in events {
            if event.type.wholeMatch(of: /se\.tillsammans\.[a-z_]+(\.[a-z_]+)*\.v[1-9][0-9]*/) == nil {
                faults.append("\(event.name): the type is not se.tillsammans.….v1")
            }
            if !types.insert(event.type).inserted { faults.append("\(event.name): another event has its type") }
            if event.kind == .unspecified { faults.append("\(event.name): no kind") }
            if event.topics.isEmpty { faults.append("\(event.name): no topic") }
        }
        for field in fields {
            if field.holdsText, field.options.maxBytes <= 0 { faults.append("\(field.name): no max_bytes") }
            if field.isList, field.options.maxElements <= 0 { faults.append("\(field.name): no max_elements") }
            if field.options.personal, !field.holdsText { faults.append("\(field.name): personal, but not a text") }
        }
        return faults
    }

    /// SHA-256 over the `.proto` files of a folder, by name: tells whether a descriptor set still fits them.
    static func digest(of folder: URL) throws -> String {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        var hash = SHA256()
        for file in files.sorted(by: { $0.path < $1.path }) where file.pathExtension == "proto" {
            let content = try Data(contentsOf: file)
            hash.update(data: Data("\(file.lastPathComponent) \(content.count)\n".utf8))
            hash.update(data: content)
        }
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
