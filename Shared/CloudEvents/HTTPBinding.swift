public import Foundation

// CloudEvents 1.0, HTTP protocol binding (§3.1 binary, §3.2 structured), reading only. Batches are not supported.

extension Event {
    /// How an HTTP message carries an event.
    public enum HTTPMode: Sendable, Hashable {
        /// Attributes are header fields, and the body is the payload.
        case binary(Content)
        /// The body is the whole event as JSON.
        case structured

        /// Nil for a media type that is not supported.
        ///
        /// - Parameter contentType: the `Content-Type` header. Its parameters are ignored.
        public init?(contentType: String?) {
            let media = (contentType ?? "").prefix { $0 != ";" }.lowercased().trimmingCharacters(in: .whitespaces)
            if media == Self.structuredMedia {
                self = .structured
            } else if let content = Content(rawValue: media) {
                self = .binary(content)
            } else {
                return nil
            }
        }

        fileprivate var media: String {
            switch self {
            case .binary(let content): content.rawValue
            case .structured: Self.structuredMedia
            }
        }

        private static let structuredMedia = "application/cloudevents+json"
    }

    /// Reads an HTTP message.
    ///
    /// - Parameters:
    ///   - fields: the message's header fields, in any order. Letter case in names does not matter.
    ///   - received: used as `time` if the sender left it out.
    /// - Throws: ``Undecodable`` that names the header, spelt as in the Kafka binding, or the member.
    public init(
        _ mode: HTTPMode, fields: some Sequence<(name: String, value: String)>, body: Bytes, received: Date
    ) throws(Undecodable) {
        var headers: [(name: String, value: Bytes)] = [("content-type", Bytes(mode.media.utf8))]
        for field in fields {
            let name = field.name.lowercased()
            if name == "traceparent" {
                headers.append((name, Bytes(field.value.utf8)))
            } else if name.hasPrefix("ce-") {
                // §3.1.3.2: values are percent-encoded.
                let value = field.value.removingPercentEncoding ?? field.value
                headers.append(("ce_" + name.dropFirst(3), Bytes(value.utf8)))
            }
        }
        try self.init(headers: headers, value: body, received: received)
    }
}
