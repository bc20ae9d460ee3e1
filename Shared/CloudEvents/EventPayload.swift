import Foundation
public import SwiftProtobuf

/// A message that can be an event's payload, with its CloudEvents type.
public protocol EventPayload: SwiftProtobuf.Message, Sendable {
    static var eventType: String { get }
}

/// A message that is sealed wherever it is published or stored, and every message that holds one: only those who hold a key
/// may read it.
public protocol SealedMessage: SwiftProtobuf.Message {}

extension SwiftProtobuf.Message {
    /// The protobuf bytes. The same message always gives the same bytes.
    public func wireBytes() throws(Undecodable) -> Bytes {
        do {
            var options = BinaryEncodingOptions()
            options.useDeterministicOrdering = true
            return try serializedBytes(options: options)
        } catch {
            throw Undecodable(Self.protoMessageName, "cannot be written as protobuf")
        }
    }

    /// Proto3 JSON.
    func jsonBytes() throws(Undecodable) -> Bytes {
        do { return try jsonUTF8Bytes() } catch {
            throw Undecodable(Self.protoMessageName, "cannot be written as JSON")
        }
    }

    /// - Throws: ``Undecodable`` for anything that is not this message.
    public init(wire bytes: Bytes) throws(Undecodable) {
        do {
            try self.init(serializedBytes: bytes)
        } catch {
            throw Undecodable("", .notProtobuf)
        }
    }

    /// Decodes proto3 JSON. Unknown fields are errors, because they are probably misspelt.
    public init(json bytes: Bytes) throws(Undecodable) {
        do {
            try self.init(jsonUTF8Bytes: bytes)
        } catch let error as JSONDecodingError {
            throw Undecodable("", bytes.isEmpty ? .empty : Self.mistake(error))
        } catch {
            throw Undecodable("", .other)
        }
    }

    /// What is wrong with a JSON text, without the text. Of a text that is valid JSON, the decoder's word for a value of
    /// another kind is the kind that it expected.
    private static func mistake(_ error: JSONDecodingError) -> Undecodable.Mistake {
        switch error {
        case .unknownField: .unknownField
        case .truncated, .trailingGarbage, .invalidUTF8, .unquotedMapKey: .notJSON
        case .malformedString: .text
        case .malformedNumber, .numberRange, .leadingZero: .number
        case .malformedTimestamp: .time
        case .malformedBool: .flag
        case .conflictingOneOf: .twoAnswers
        case .messageDepthLimit: .deep
        default: .other
        }
    }
}
