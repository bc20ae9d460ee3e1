import Foundation

// CloudEvents 1.0, Kafka protocol binding (§3.2 binary, §3.3 structured): binary mode both ways, structured mode read.

extension Event {
    /// The headers of binary mode, in this order. The value beside them is ``data`` as it is.
    public var headers: [(name: String, value: Bytes)] {
        var headers: [(name: String, value: Bytes)] = []
        headers.reserveCapacity(10)
        func add(_ name: String, _ value: String?) {
            if let value { headers.append((name, Bytes(value.utf8))) }
        }
        add("ce_specversion", "1.0")
        add("ce_id", id)
        add("ce_source", source)
        add("ce_type", type)
        add("ce_time", Timestamp.text(time))
        add("ce_subject", subject)
        add("ce_cause", cause)
        add("ce_correlation", correlation)
        add("content-type", content.rawValue)
        add("traceparent", traceparent)
        return headers
    }

    /// Reads a record's headers and value.
    ///
    /// - Parameter received: the record's own time, which stands in for a `time` that the sender left out.
    /// - Throws: ``Undecodable`` that names the header or member. A tombstone is not an event.
    public init(
        headers: [(name: String, value: Bytes)], value: Bytes?, received: Date
    ) throws(Undecodable) {
        guard let value else { throw Undecodable("value", "a tombstone is not an event") }
        var attributes = Attributes()
        var contentType: String?
        for header in headers {
            switch header.name {
            case "content-type": contentType = try Self.text(header)
            case "traceparent": attributes.traceparent = try Self.text(header)
            case let name where name.hasPrefix("ce_"): try attributes.set(name, Self.text(header))
            default: break
            }
        }
        let media = contentType?.prefix { $0 != ";" }.lowercased()
        if media == "application/cloudevents+json" {
            self = try Event(structured: value, received: received, traceparent: attributes.traceparent)
            return
        }
        guard let content = Content(rawValue: media ?? Content.json.rawValue) else {
            throw Undecodable(
                "content-type", "expected application/json, application/protobuf or application/cloudevents+json")
        }
        self = try attributes.event(content, value, received, prefix: "ce_")
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

    private static func text(_ header: (name: String, value: Bytes)) throws(Undecodable) -> String {
        guard let text = String(validating: header.value, as: UTF8.self) else {
            throw Undecodable(
                Attributes.known.contains(String(header.name.dropFirst(3))) ? header.name : "a header", "not UTF-8")
        }
        return text
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
    var subject: String?
    var cause: String?
    var correlation: String?
    var traceparent: String?

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
        let at = try time.map { (text) throws(Undecodable) in
            guard let date = Timestamp.date(text) else { throw Undecodable(prefix + "time", "not RFC 3339") }
            return date
        }
        return Event(
            id: try required(id, prefix + "id"), source: try required(source, prefix + "source"),
            type: try required(type, prefix + "type"), time: at ?? received, subject: subject, cause: cause,
            correlation: correlation, traceparent: traceparent, content: content, data: data)
    }

    private func required(_ value: String?, _ name: String) throws(Undecodable) -> String {
        guard let value, !value.isEmpty else { throw Undecodable(name, "missing") }
        guard value.utf8.count <= 256 else { throw Undecodable(name, "longer than 256 bytes") }
        return value
    }
}
