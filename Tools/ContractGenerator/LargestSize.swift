import SwiftProtobuf

/// How many bytes a message can have as protobuf, if every text and list is as large as its options allow.
struct LargestSize {
    private let messages: [String: Google_Protobuf_DescriptorProto]
    /// A message that holds its own kind counts so many of them inside each other.
    private let depth = 2

    init(of messages: [String: Google_Protobuf_DescriptorProto]) { self.messages = messages }

    /// - Parameter path: the message's name with its package.
    func bytes(of path: String) -> Int { bytes(of: path, inside: []) }

    private func bytes(of path: String, inside outer: [String]) -> Int {
        // Seconds and nanoseconds, ten bytes each at most.
        guard path != ".google.protobuf.Timestamp" else { return 22 }
        guard let message = messages[path], outer.filter({ $0 == path }).count < depth else { return 0 }
        var sum = 0
        // Of the fields of a oneof only one is there.
        var ofOneof: [Int32: Int] = [:]
        for field in message.field {
            let size = bytes(of: field, inside: outer + [path])
            if field.hasOneofIndex {
                ofOneof[field.oneofIndex] = max(size, ofOneof[field.oneofIndex] ?? 0)
            } else {
                sum += size
            }
        }
        return sum + ofOneof.values.reduce(0, +)
    }

    private func bytes(of field: Google_Protobuf_FieldDescriptorProto, inside outer: [String]) -> Int {
        let tag = varint(Int(field.number) << 3)
        let count = field.label == .repeated ? Int(field.options.maxElements) : 1
        return count * (tag + content(of: field, limit: Int(field.options.maxBytes), inside: outer))
    }

    private func content(
        of field: Google_Protobuf_FieldDescriptorProto, limit: Int, inside outer: [String]
    ) -> Int {
        switch field.type {
        case .string, .bytes: return varint(limit) + limit
        case .message:
            let entry = messages[field.typeName].flatMap { $0.options.mapEntry ? $0 : nil }
            // A map's limit counts for its keys and its values.
            let size =
                entry.map { $0.field.reduce(0) { $0 + 1 + content(of: $1, limit: limit, inside: outer) } }
                ?? bytes(of: field.typeName, inside: outer)
            return varint(size) + size
        case .bool: return 1
        case .double, .fixed64, .sfixed64: return 8
        case .float, .fixed32, .sfixed32: return 4
        default: return 10
        }
    }

    private func varint(_ value: Int) -> Int { max(1, (Int.bitWidth - value.leadingZeroBitCount + 6) / 7) }
}
