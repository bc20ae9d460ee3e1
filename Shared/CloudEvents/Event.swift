public import Foundation

/// The bytes of a record's key or value.
public typealias Bytes = [UInt8]

/// An event with its envelope: CloudEvents 1.0 attributes, and a payload that is not decoded yet.
///
/// Attribute names are the specification's (`id`, `source`, `type`, `time`, `subject`). `cause` and `correlation` are
/// extensions: the id of the event that led to this one, and the id of the first event in the chain. `actor` is one, too:
/// the proof of who gives a command, which goes with the record.
public struct Event: Sendable, Hashable {
    public var id: String
    public var source: String
    public var type: String
    public var time: Date
    /// What the event is about, such as a case reference. Never personal data.
    public var subject: String?
    public var cause: String?
    public var correlation: String?
    /// W3C Trace Context, passed on unchanged.
    public var traceparent: String?
    /// Who acts, signed by whoever let them in: a compact JWS of at most ``actorLimit`` bytes.
    public var actor: String?
    /// Who has been found to act, in the words of the CloudEvents extension Auth Context. Only services write it.
    public var auth: AuthContext?
    /// When the installation first received it, where it has been passed on since. Only services write it.
    public var received: Date?
    /// The encoding of ``data``.
    public var content: Content
    /// The payload; empty while it is sealed.
    public var data: Bytes
    /// How the payload lies in the record, if it is sealed there.
    public var sealed: Sealed?

    public enum Content: String, Sendable, Hashable {
        case protobuf = "application/protobuf"
        /// Proto3 JSON. Accepted from senders outside the suite.
        case json = "application/json"
    }

    public init(
        id: String, source: String, type: String, time: Date, subject: String? = nil, cause: String? = nil,
        correlation: String? = nil, traceparent: String? = nil, actor: String? = nil, auth: AuthContext? = nil,
        content: Content = .protobuf, data: Bytes
    ) {
        (self.id, self.source, self.type, self.time) = (id, source, type, time)
        (self.subject, self.cause, self.correlation, self.traceparent) = (subject, cause, correlation, traceparent)
        (self.actor, self.auth) = (actor, auth)
        (self.content, self.data) = (content, data)
    }

    /// An event with a message of a known type.
    public init(
        id: String, source: String, time: Date, subject: String? = nil, cause: String? = nil,
        correlation: String? = nil, traceparent: String? = nil, auth: AuthContext? = nil,
        as content: Content = .protobuf, _ payload: some EventPayload
    ) throws(Undecodable) {
        self.init(
            id: id, source: source, type: Swift.type(of: payload).eventType, time: time, subject: subject, cause: cause,
            correlation: correlation, traceparent: traceparent, auth: auth, content: content,
            data: content == .json ? try payload.jsonBytes() : try payload.wireBytes())
    }

    /// A payload that only the holders of a key can read.
    public struct Sealed: Sendable, Hashable {
        /// The key's name.
        public var key: String
        /// The payload as it lies in the record.
        public var bytes: Bytes
        /// Whether ``Event/data`` is the payload in clear.
        public var isOpen: Bool

        public init(key: String, bytes: Bytes, isOpen: Bool) {
            (self.key, self.bytes, self.isOpen) = (key, bytes, isOpen)
        }
    }

    /// The payload as it lies in the record, sealed or in clear: the record's value.
    public var asSent: Bytes { sealed?.bytes ?? data }

    /// Decodes the payload.
    ///
    /// - Throws: ``Undecodable`` with the message's type or the wrong attribute, and for a payload that is sealed.
    public func decode<Payload: EventPayload>(_ type: Payload.Type) throws(Undecodable) -> Payload {
        if sealed?.isOpen == false { throw Undecodable("data", .sealed) }
        guard self.type == Payload.eventType else {
            throw Undecodable("ce_type", "expected \(Payload.eventType), got another type")
        }
        return switch content {
        case .protobuf: try Payload(wire: data)
        case .json: try Payload(json: data)
        }
    }
}
