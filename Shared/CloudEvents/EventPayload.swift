import Foundation
public import SwiftProtobuf

/// A message that travels as an event, with the CloudEvents type it travels under.
public protocol EventPayload: SwiftProtobuf.Message, Sendable {
    static var eventType: String { get }
}

extension SwiftProtobuf.Message {
    /// The protobuf bytes; the same message always gives the same bytes.
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
            throw Undecodable(Self.protoMessageName, "not a protobuf message of this type (\(bytes.count) bytes)")
        }
    }

    /// Proto3 JSON; unknown fields are errors, since to an outsider they are misspelt ones.
    public init(json bytes: Bytes) throws(Undecodable) {
        do {
            try self.init(jsonUTF8Bytes: bytes)
        } catch let error as JSONDecodingError {
            throw Undecodable(Self.protoMessageName, Self.explain(error))
        } catch {
            throw Undecodable(Self.protoMessageName, "not proto3 JSON of this type")
        }
    }

    /// What is wrong with a JSON text, without the text. Field names are ours, so they may be told; values are not.
    private static func explain(_ error: JSONDecodingError) -> String {
        switch error {
        case .unknownField: "a field that this message does not have"
        case .truncated: "the JSON ends too early"
        case .trailingGarbage: "something follows the JSON"
        case .malformedString, .invalidUTF8: "a text that is not valid JSON or UTF-8"
        case .malformedNumber, .numberRange, .leadingZero: "a number that is malformed or out of range"
        case .malformedTimestamp: "a time that is not RFC 3339"
        case .malformedBool: "a truth value that is neither true nor false"
        case .malformedMap: "a map that is malformed"
        case .conflictingOneOf: "two answers where one is allowed"
        case .messageDepthLimit: "nested too deeply"
        default: "not proto3 JSON of this type"
        }
    }
}
