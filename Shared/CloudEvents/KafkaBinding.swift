public import Foundation

// CloudEvents 1.0, Kafka protocol binding (§3.2 binary, §3.3 structured): binary mode both ways, structured mode read.

extension Event {
    /// The most bytes of an attribute that a sender chooses and that is passed on.
    public static let attributeLimit = 256

    /// The headers of binary mode, in this order. The value beside them is ``data`` as it is.
    public var headers: [(name: String, value: Bytes)] {
        var headers: [(name: String, value: Bytes)] = []
        headers.reserveCapacity(10)
        forEachHeader { headers.append(("\($0)", Bytes($1.utf8))) }
        return headers
    }

    /// Visits the headers of binary mode in their order, without making a list of them.
    public func forEachHeader(_ body: (_ name: StaticString, _ value: String) -> Void) {
        body("ce_specversion", "1.0")
        body("ce_id", id)
        body("ce_source", source)
        body("ce_type", type)
        body("ce_time", Timestamp.text(time))
        if let subject { body("ce_subject", subject) }
        if let cause { body("ce_cause", cause) }
        if let correlation { body("ce_correlation", correlation) }
        body("content-type", content.rawValue)
        if let traceparent { body("traceparent", traceparent) }
    }

    /// Reads a record's headers and value.
    ///
    /// - Parameter received: the record's own time, which stands in for a `time` that the sender left out.
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

    /// Is given one header where it lies: name and value.
    public typealias Visit = (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void

    /// Reads a record's headers where they lie, and takes over its value.
    ///
    /// - Parameter fields: visits each header in order.
    /// - Throws: as ``init(headers:value:received:)``.
    public init(
        value: Bytes?, received: Date, fields: (_ visit: Visit) -> Void
    ) throws(Undecodable) {
        guard let value else { throw Undecodable("value", "a tombstone is not an event") }
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
        switch media ?? .event(.json) {
        case .structured:
            self = try Event(structured: value, received: received, traceparent: attributes.traceparent)
        case .event(let content):
            self = try attributes.event(content, value, received, prefix: "ce_")
        case .other:
            throw Undecodable(
                "content-type", "expected application/json, application/protobuf or application/cloudevents+json")
        }
    }

    /// What a content type means for us.
    private enum Media {
        case event(Content), structured, other

        init(_ value: UnsafeRawBufferPointer) throws(Undecodable) {
            if value.isText("application/protobuf") {
                self = .event(.protobuf)
                return
            }
            guard let text = String(validating: value.bindMemory(to: UInt8.self), as: UTF8.self) else {
                throw Undecodable("content-type", "not UTF-8")
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
            throw Undecodable("value", "not a JSON object")
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
                else { throw Undecodable("data", "expected a JSON object") }
                data = Bytes(inner)
            case "data_base64":
                guard let text = member as? String, let inner = Data(base64Encoded: text) else {
                    throw Undecodable("data_base64", "not base64")
                }
                data = Bytes(inner)
                content = .protobuf
            case "datacontenttype":
                continue
            default:
                guard let text = member as? String else {
                    if member is NSNull { continue }
                    throw Undecodable(Attributes.known.contains(name) ? name : "an attribute", "expected a text")
                }
                attributes.set("ce_" + name, text)
            }
        }
        guard let data else { throw Undecodable("data", "missing") }
        self = try attributes.event(content, data, received, prefix: "")
    }

    fileprivate static func text(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(Undecodable) -> String {
        guard let text = String(validating: value.bindMemory(to: UInt8.self), as: UTF8.self) else {
            let name = String(decoding: name, as: UTF8.self)
            throw Undecodable(
                Attributes.known.contains(String(name.dropFirst(3))) ? name : "a header", "not UTF-8")
        }
        return text
    }
}

extension UnsafeRawBufferPointer {
    /// - Parameter limit: compares so many bytes only; all if nil.
    fileprivate func isText(_ text: StaticString, upTo limit: Int? = nil) -> Bool {
        guard let baseAddress, limit != nil || count == text.utf8CodeUnitCount else { return false }
        return memcmp(baseAddress, text.utf8Start, text.utf8CodeUnitCount) == 0
    }
}

/// The context attributes while they are being collected.
private struct Attributes {
    static let known: Set<String> = [
        "specversion", "id", "source", "type", "time", "subject", "cause", "correlation", "traceparent",
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
    var traceparent: String?

    /// Takes over one of the attributes that we know; an extension that we do not know is somebody else's.
    ///
    /// - Parameter name: as in binary mode.
    mutating func set(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(Undecodable) {
        switch name.count {
        case 5 where name.isText("ce_id"): id = try Event.text(name, value)
        case 9 where name.isText("ce_source"): source = try Event.text(name, value)
        case 7 where name.isText("ce_type"): type = try Event.text(name, value)
        case 7 where name.isText("ce_time"):
            // Our own spelling is read without a text.
            at = Timestamp.ours(value)
            time = at == nil ? try Event.text(name, value) : nil
        case 14 where name.isText("ce_specversion"):
            version = value.isText("1.0") ? "1.0" : try Event.text(name, value)
        case 10 where name.isText("ce_subject"): subject = try Event.text(name, value)
        case 8 where name.isText("ce_cause"): cause = try Event.text(name, value)
        case 14 where name.isText("ce_correlation"): correlation = try Event.text(name, value)
        default: break
        }
    }

    /// - Parameter name: as in binary mode; the names are short enough to be compared without a loop.
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
        case "ce_traceparent": traceparent = value
        default: break  // an extension that we do not know is somebody else's
        }
    }

    func event(
        _ content: Event.Content, _ data: Bytes, _ received: Date, prefix: String
    ) throws(Undecodable) -> Event {
        guard version == "1.0" else { throw Undecodable(prefix + "specversion", "expected 1.0") }
        var at = at
        if let time {
            at = Timestamp.date(time)
            guard at != nil else { throw Undecodable(prefix + "time", "not RFC 3339") }
        }
        return Event(
            id: try required(id, prefix + "id"), source: try required(source, prefix + "source"),
            type: try required(type, prefix + "type"), time: at ?? received,
            subject: try within(subject, prefix + "subject"), cause: cause, correlation: correlation,
            traceparent: try within(traceparent, "traceparent"), content: content, data: data)
    }

    private func required(_ value: String?, _ name: String) throws(Undecodable) -> String {
        guard let value, !value.isEmpty else { throw Undecodable(name, "missing") }
        return try within(value, name) ?? ""
    }

    private func within(_ value: String?, _ name: String) throws(Undecodable) -> String? {
        guard value?.utf8.count ?? 0 <= Event.attributeLimit else {
            throw Undecodable(name, "longer than \(Event.attributeLimit) bytes")
        }
        return value
    }
}
