public import Foundation

// CloudEvents 1.0, Kafka protocol binding (§3.2 binary, §3.3 structured). Writes binary mode; reads both.

extension Event {
    /// The most bytes of an attribute that a sender chooses and that is passed on.
    public static let attributeLimit = 256

    /// The most bytes of ``actor`` and of what says who acts. Anything longer is read as empty.
    public static let actorLimit = 2_048

    /// The headers of binary mode, in this order. The record's value is ``asSent``.
    public var headers: [(name: String, value: Bytes)] {
        var headers: [(name: String, value: Bytes)] = []
        headers.reserveCapacity(14)
        forEachHeader { headers.append(("\($0)", Bytes($1.utf8))) }
        return headers
    }

    /// Visits the headers of binary mode in order, without building a list.
    public func forEachHeader(_ body: (_ name: StaticString, _ value: String) -> Void) {
        body("ce_specversion", "1.0")
        body("ce_id", id)
        body("ce_source", source)
        body("ce_type", type)
        body("ce_time", Timestamp.text(time))
        if let subject { body("ce_subject", subject) }
        if let cause { body("ce_cause", cause) }
        if let correlation { body("ce_correlation", correlation) }
        if let actor { body("ce_actor", actor) }
        if let auth {
            body("ce_authtype", auth.type)
            body("ce_authid", auth.id)
            body("ce_authclaims", auth.claims)
        }
        if let received { body("ce_received", Timestamp.text(received)) }
        body("content-type", content.rawValue)
        if let sealed {
            body("ce_sealed", sealed.key == subject ? Self.sealFormat : "\(Self.sealFormat) \(sealed.key)")
        }
        if let traceparent { body("traceparent", traceparent) }
    }

    /// The format of sealed payloads. ``Sealed/key`` follows it, where that is not the subject.
    fileprivate static let sealFormat = "1"

    /// Reads a record's headers and value.
    ///
    /// - Parameter received: the record's timestamp, used as `time` if the sender left it out.
    /// - Throws: ``Undecodable`` that names the header or member. A tombstone is not an event.
    public init(
        headers: some Sequence<(name: String, value: Bytes)>, value: Bytes?, received: Date
    ) throws(Undecodable) {
        try self.init(value: value, received: received) { visit in
            for header in headers {
                var name = header.name
                name.withUTF8 { name in
                    header.value.withUnsafeBytes { visit(UnsafeRawBufferPointer(name), $0) }
                }
            }
        }
    }

    /// Receives one header's name and value, without a copy.
    public typealias Visit = (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void

    /// Reads a record's headers without a copy, and keeps its value.
    ///
    /// - Parameter fields: visits each header in order.
    /// - Throws: as ``init(headers:value:received:)``.
    public init(
        value: Bytes?, received: Date, fields: (_ visit: Visit) -> Void
    ) throws(Undecodable) {
        guard let value else { throw Undecodable("", .tombstone) }
        var attributes = Attributes()
        var media: Media?
        var failure: Undecodable?
        fields { name, value in
            do throws(Undecodable) {
                switch name.count {
                case 12 where name.isText("content-type"): media = try Media(value)
                case 11 where name.isText("traceparent"): attributes.traceparent = try Self.text(name, value)
                case 4... where name.isText("ce_", upTo: 3): try attributes.set(name, value)
                default: break
                }
            } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
        // Where no header says what the record is, it may say it itself.
        switch media ?? (attributes.isEmpty && Self.isStructured(value) ? .structured : .event(.json)) {
        case .structured:
            self = try Event(structured: value, received: received, traceparent: attributes.traceparent)
        case .event(let content):
            self = try attributes.event(content, value, received, prefix: "ce_")
        case .other:
            throw Undecodable("content-type", .mediaType)
        }
    }

    /// The id, source and content type that a record claims, if it cannot be read as an event. Nil for an id or source
    /// that is longer than an attribute may be.
    public static func claims(
        headers: some Sequence<(name: String, value: Bytes)>, value: Bytes?
    ) -> (id: String?, source: String?, content: Content) {
        let fields = Dictionary(headers.map { ($0.name, String(validating: $0.value, as: UTF8.self)) }) { $1 }
        let media = fields["content-type"].flatMap(\.self)?.prefix { $0 != ";" }.lowercased()
        let isEvent = media == nil || media == "application/cloudevents+json"
        let object = (isEvent ? value : nil).flatMap { try? JSONSerialization.jsonObject(with: Data($0)) }
        let members = object as? [String: Any]
        func claim(_ name: String) -> String? {
            let text = fields["ce_\(name)"].flatMap(\.self) ?? members?[name] as? String
            return text.flatMap { $0.utf8.count > attributeLimit ? nil : $0 }
        }
        return (
            claim("id"), claim("source"),
            media.flatMap(Content.init(rawValue:)) ?? .json
        )
    }

    private static func isStructured(_ value: Bytes) -> Bool {
        guard value.first == UInt8(ascii: "{") else { return false }
        let object = try? JSONSerialization.jsonObject(with: Data(value)) as? [String: Any]
        return object?["specversion"] != nil
    }

    /// What a content type means for an event.
    private enum Media {
        case event(Content), structured, other

        init(_ value: UnsafeRawBufferPointer) throws(Undecodable) {
            if value.isText("application/protobuf") {
                self = .event(.protobuf)
                return
            }
            guard let text = String(validating: value.bindMemory(to: UInt8.self), as: UTF8.self) else {
                throw Undecodable("content-type", .notUTF8)
            }
            let media = text.prefix { $0 != ";" }.lowercased()
            if media == "application/cloudevents+json" {
                self = .structured
            } else {
                self = Content(rawValue: media).map { .event($0) } ?? .other
            }
        }
    }

    /// Structured mode (CloudEvents JSON event format, §3): `data` is a JSON object, `data_base64` is protobuf.
    private init(structured bytes: Bytes, received: Date, traceparent: String?) throws(Undecodable) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
            throw Undecodable("", bytes.isEmpty ? .empty : .notObject)
        }
        var attributes = Attributes()
        attributes.traceparent = traceparent
        var content = Content.json
        var data: Bytes?
        for (name, member) in object {
            switch name {
            case "data":
                guard JSONSerialization.isValidJSONObject(member),
                    let inner = try? JSONSerialization.data(withJSONObject: member, options: [.sortedKeys])
                else { throw Undecodable("data", .object) }
                data = Bytes(inner)
            case "data_base64":
                guard let text = member as? String, let inner = Data(base64Encoded: text) else {
                    throw Undecodable("data_base64", .notBase64)
                }
                data = Bytes(inner)
                content = .protobuf
            case "datacontenttype":
                continue
            default:
                guard let text = member as? String else {
                    if member is NSNull { continue }
                    throw Undecodable(Attributes.known.contains(name) ? name : "", .text)
                }
                attributes.set("ce_" + name, text)
            }
        }
        self = try attributes.event(
            content, data ?? [], received, prefix: "", also: data == nil ? [Undecodable("data", .missing)] : [])
    }

    fileprivate static func text(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(Undecodable) -> String {
        guard let text = String(validating: value.bindMemory(to: UInt8.self), as: UTF8.self) else {
            let name = String(decoding: name, as: UTF8.self)
            throw Undecodable(Attributes.known.contains(String(name.dropFirst(3))) ? name : "", .notUTF8)
        }
        return text
    }
}

extension UnsafeRawBufferPointer {
    /// - Parameter limit: if given, only the beginning is compared. Otherwise the lengths must be equal, too.
    fileprivate func isText(_ text: StaticString, upTo limit: Int? = nil) -> Bool {
        guard let baseAddress, limit != nil || count == text.utf8CodeUnitCount else { return false }
        return memcmp(baseAddress, text.utf8Start, text.utf8CodeUnitCount) == 0
    }
}

/// The context attributes during reading.
private struct Attributes {
    static let known: Set<String> = [
        "specversion", "id", "source", "type", "time", "subject", "cause", "correlation", "sealed", "traceparent",
        "actor", "authtype", "authid", "authclaims", "received",
    ]

    var version: String?
    var id: String?
    var source: String?
    var type: String?
    var time: String?
    var at: Date?
    var subject: String?
    var cause: String?
    var correlation: String?
    var sealed: String?
    var traceparent: String?
    var actor: String?
    var auth: (type: String?, id: String?, claims: String?)
    var received: Date?

    var isEmpty: Bool { version == nil && id == nil && source == nil && type == nil }

    /// Sets one attribute. Unknown extensions are ignored.
    ///
    /// - Parameter name: as in binary mode.
    mutating func set(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(Undecodable) {
        switch name.count {
        case 5 where name.isText("ce_id"): id = try Event.text(name, value)
        case 9 where name.isText("ce_source"): source = try Event.text(name, value)
        case 9 where name.isText("ce_sealed"): sealed = try Event.text(name, value)
        case 7 where name.isText("ce_type"): type = try Event.text(name, value)
        case 7 where name.isText("ce_time"):
            // Our own spelling of a time is parsed without a string.
            at = Timestamp.ours(value)
            time = at == nil ? try Event.text(name, value) : nil
        case 14 where name.isText("ce_specversion"):
            version = value.isText("1.0") ? "1.0" : try Event.text(name, value)
        case 10 where name.isText("ce_subject"): subject = try Event.text(name, value)
        case 8 where name.isText("ce_cause"): cause = try Event.text(name, value)
        case 14 where name.isText("ce_correlation"): correlation = try Event.text(name, value)
        case 8...: setByServices(name, value)
        default: break
        }
    }

    /// What says who acts, and since when the event is known. What cannot be that proves nothing, and keeps nobody from
    /// reading the event.
    private mutating func setByServices(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        switch name.count {
        case 8 where name.isText("ce_actor"): actor = Self.proof(value)
        case 11 where name.isText("ce_authtype"): auth.type = Self.proof(value)
        case 9 where name.isText("ce_authid"): auth.id = Self.proof(value)
        case 13 where name.isText("ce_authclaims"): auth.claims = Self.proof(value)
        case 11 where name.isText("ce_received"): received = Timestamp.ours(value)
        default: break
        }
    }

    /// Empty for what is too long, and for what is no text.
    private static func proof(_ value: UnsafeRawBufferPointer) -> String {
        guard value.count <= Event.actorLimit else { return "" }
        return String(validating: value.bindMemory(to: UInt8.self), as: UTF8.self) ?? ""
    }

    /// - Parameter name: as in binary mode. The names are short enough to be compared without a loop.
    mutating func set(_ name: String, _ value: String) {
        switch name {
        case "ce_id": id = value
        case "ce_source": source = value
        case "ce_type": type = value
        case "ce_time": time = value
        case "ce_specversion": version = value
        case "ce_subject": subject = value
        case "ce_cause": cause = value
        case "ce_correlation": correlation = value
        case "ce_sealed": sealed = value
        case "ce_traceparent": traceparent = value
        case "ce_actor": actor = value.utf8.count <= Event.actorLimit ? value : ""
        // Who has been found to act, and since when, is written by services alone, in binary mode.
        default: break  // unknown extensions are ignored
        }
    }

    /// - Parameters:
    ///   - prefix: stands before the attributes' names where the sender has written them.
    ///   - also: what has been found already.
    /// - Throws: everything that is wrong, at once.
    func event(
        _ content: Event.Content, _ data: Bytes, _ received: Date, prefix: String, also: [Undecodable] = []
    ) throws(Undecodable) -> Event {
        var wrong: [Undecodable] = []
        if version != "1.0" { wrong.append(Undecodable(prefix + "specversion", version == nil ? .missing : .version)) }
        for (name, value) in [("id", id), ("source", source), ("type", type)] {
            let value = value ?? ""
            if value.isEmpty { wrong.append(Undecodable(prefix + name, .missing)) }
            if value.utf8.count > Event.attributeLimit { wrong.append(Undecodable(prefix + name, .long)) }
        }
        for (name, value) in [(prefix + "subject", subject), ("traceparent", traceparent)]
        where value?.utf8.count ?? 0 > Event.attributeLimit {
            wrong.append(Undecodable(name, .long))
        }
        var at = at
        if let time {
            at = Timestamp.date(time)
            if at == nil { wrong.append(Undecodable(prefix + "time", .time)) }
        }
        let key = sealed.flatMap(keyName)
        if sealed != nil, key == nil { wrong.append(Undecodable(prefix + "sealed", .sealFormat)) }
        wrong += also
        guard wrong.isEmpty, let id, let source, let type else {
            let first = wrong.first ?? Undecodable(prefix + "id", .missing)
            throw Undecodable(first.path, first.mistake ?? .missing, others: Array(wrong.dropFirst()))
        }
        var event = Event(
            id: id, source: source, type: type, time: at ?? received, subject: subject, cause: cause,
            correlation: correlation, traceparent: traceparent, actor: actor, auth: authContext, content: content,
            data: data)
        event.received = self.received
        if let key { (event.sealed, event.data) = (.init(key: key, bytes: data, isOpen: false), []) }
        return event
    }

    /// Nil where a part is missing.
    private var authContext: AuthContext? {
        guard let type = auth.type, let id = auth.id, let claims = auth.claims, !type.isEmpty else { return nil }
        return AuthContext(type: type, id: id, claims: claims)
    }

    /// The name of the key under which the payload is sealed: what follows the format, else the subject.
    private func keyName(_ sealed: String) -> String? {
        let parts = sealed.split(separator: " ", omittingEmptySubsequences: false)
        guard parts[0] == Event.sealFormat, parts.count <= 2, sealed.utf8.count <= Event.attributeLimit else {
            return nil
        }
        let name = parts.count == 2 ? String(parts[1]) : subject ?? ""
        return name.isEmpty ? nil : name
    }
}
