/// Bytes that are not what they should be: where, and what. Never repeats the bytes, which may be personal data.
public struct Undecodable: Error, Sendable, Hashable, CustomStringConvertible {
    /// The header or field, by name or path; empty for the whole.
    public let path: String
    /// What is wrong, in English.
    public let reason: String
    /// What is wrong, as one of the mistakes that outsiders make; nil for any other.
    public let mistake: Mistake?
    /// What else is wrong, so that a sender learns all at once.
    public let others: [Undecodable]

    public init(_ path: String, _ reason: String) {
        (self.path, self.reason) = (path, reason)
        (mistake, others) = (nil, [])
    }

    public init(_ path: String, _ mistake: Mistake, others: [Undecodable] = []) {
        (self.path, self.reason) = (path, mistake.english)
        (self.mistake, self.others) = (mistake, others)
    }

    /// This one, and what else is wrong.
    public var all: [Undecodable] { [self] + others }

    public var description: String {
        all.map { $0.path.isEmpty ? $0.reason : "\($0.path): \($0.reason)" }.joined(separator: "; ")
    }

    /// What newcomers do wrong. The word is stable, so that a reader can say it in another language.
    public enum Mistake: String, Sendable, CaseIterable {
        // The envelope
        case missing, version, time, long
        case notUTF8 = "not_utf8"
        case tombstone
        case mediaType = "media_type"
        case notObject = "not_object"
        case notBase64 = "not_base64"
        case sealFormat = "seal_format"
        // The payload
        case empty
        case notProtobuf = "not_protobuf"
        case notJSON = "not_json"
        case unknownField = "unknown_field"
        case text, number, flag, list, object
        case twoAnswers = "two_answers"
        case deep
        case placeholder
        case sealed, unsealed
        case keyUnknown = "key_unknown"
        case other

        var english: String {
            switch self {
            case .missing, .version, .time, .long, .notUTF8, .tombstone, .mediaType, .notObject, .notBase64: envelope
            case .sealFormat, .sealed, .unsealed, .keyUnknown: seal
            default: payload
            }
        }

        private var envelope: String {
            switch self {
            case .missing: "missing"
            case .version: "expected 1.0"
            case .time: "not a time as in RFC 3339, such as 2026-11-24T08:00:00Z"
            case .long: "longer than 256 bytes"
            case .notUTF8: "not UTF-8"
            case .tombstone: "a record without a value carries no event"
            case .mediaType: "expected application/json, application/protobuf or application/cloudevents+json"
            case .notObject: "not a JSON object"
            default: "not base64"
            }
        }

        private var seal: String {
            switch self {
            case .sealFormat: "expected 1, or 1 and the key's name"
            case .sealed: "sealed, and not by the key that it names"
            case .unsealed: "must be sealed here"
            default: "sealed under a key that does not exist, or that has been erased"
            }
        }

        private var payload: String {
            switch self {
            case .empty: "nothing was sent"
            case .notProtobuf: "not a protobuf message of this type"
            case .notJSON: "not valid JSON; look for a comma too many, a missing quotation mark or bracket"
            case .unknownField: "a field that this message does not have"
            case .text: "expected a text, in quotation marks"
            case .number: "expected a number that is in range"
            case .flag: "expected true or false"
            case .list: "expected a list, in square brackets"
            case .object: "expected an object, in braces"
            case .placeholder: "a placeholder of an example, to be filled in"
            default: shape
            }
        }

        private var shape: String {
            switch self {
            case .twoAnswers: "two answers where one is allowed"
            case .deep: "nested too deeply"
            default: "not what this field holds"
            }
        }
    }
}
