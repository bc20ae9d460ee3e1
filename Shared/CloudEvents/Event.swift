public import Foundation

/// Bytes as they lie in a record.
public typealias Bytes = [UInt8]

/// A fact or a command with its envelope: CloudEvents 1.0 attributes, and a payload that is still bytes.
///
/// Attribute names are the specification's (`id`, `source`, `type`, `time`, `subject`); `cause` and `correlation` are
/// extensions: the id of the event that led to this one, and the id of the first in the chain.
public struct Event: Sendable, Hashable {
    public var id: String
    public var source: String
    public var type: String
    public var time: Date
    /// The case reference, where there is one. Never personal data.
    public var subject: String?
    public var cause: String?
    public var correlation: String?
    /// W3C Trace Context, carried through unchanged.
    public var traceparent: String?
    /// How ``data`` is written.
    public var content: Content
    public var data: Bytes

    public enum Content: String, Sendable, Hashable {
        case protobuf = "application/protobuf"
        /// Proto3 JSON; accepted where outsiders write.
        case json = "application/json"
    }

    public init(
        id: String, source: String, type: String, time: Date, subject: String? = nil, cause: String? = nil,
        correlation: String? = nil, traceparent: String? = nil, content: Content = .protobuf, data: Bytes
    ) {
        (self.id, self.source, self.type, self.time) = (id, source, type, time)
        (self.subject, self.cause, self.correlation, self.traceparent) = (subject, cause, correlation, traceparent)
        (self.content, self.data) = (content, data)
    }

    /// An event around a message of a known type.
    public init(
        id: String, source: String, time: Date, subject: String? = nil, cause: String? = nil,
        correlation: String? = nil, traceparent: String? = nil, as content: Content = .protobuf,
        _ payload: some EventPayload
    ) throws(Undecodable) {
        self.init(
            id: id, source: source, type: Swift.type(of: payload).eventType, time: time, subject: subject, cause: cause,
            correlation: correlation, traceparent: traceparent, content: content,
            data: content == .json ? try payload.jsonBytes() : try payload.wireBytes())
    }

    /// The payload as a message.
    ///
    /// - Throws: ``Undecodable`` with the type and, for JSON, the place.
    public func decode<Payload: EventPayload>(_ type: Payload.Type) throws(Undecodable) -> Payload {
        guard self.type == Payload.eventType else {
            throw Undecodable("ce_type", "expected \(Payload.eventType), got another type")
        }
        return switch content {
        case .protobuf: try Payload(wire: data)
        case .json: try Payload(json: data)
        }
    }
}
