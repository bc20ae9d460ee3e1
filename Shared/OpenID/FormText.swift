import Foundation

/// Names and values as `application/x-www-form-urlencoded`, in bodies and queries.
package enum FormText {
    package static func encode(_ fields: [(name: String, value: String)]) -> String {
        fields.map { "\(escape($0.name))=\(escape($0.value))" }.joined(separator: "&")
    }

    /// Everything but the unreserved characters of RFC 3986 is escaped.
    static func escape(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            default:
                "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }

    /// Nil where something is not escaped as it must be, or stands there twice.
    package static func decode(_ text: String) -> [String: String]? {
        var fields: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = unescape(parts[0]), let value = unescape(parts.count == 2 ? parts[1] : ""),
                fields.updateValue(value, forKey: name) == nil
            else { return nil }
        }
        return fields
    }

    private static func unescape(_ text: Substring) -> String? {
        String(text).replacing("+", with: " ").removingPercentEncoding
    }

    /// A query added to an address that may have one already (RFC 6749 §3.1).
    static func address(_ address: String, adding fields: [(name: String, value: String)]) -> String {
        "\(address)\(address.contains("?") ? "&" : "?")\(encode(fields))"
    }
}

/// RFC 4648 §5, without padding.
package enum Base64URL {
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Nil for anything else.
    static func bytes(_ text: some StringProtocol) -> Data? {
        guard !text.contains(where: { "+/=".contains($0) }) else { return nil }
        let standard = String(text).replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4))
    }

    /// 256 bits from the system's generator.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return text((0..<32).map { _ in UInt8.random(in: 0 ... .max, using: &generator) })
    }
}

extension String {
    /// In a time that does not depend on where they differ.
    func isSame(as other: String) -> Bool {
        let (one, two) = (Array(utf8), Array(other.utf8))
        return one.count == two.count && zip(one, two).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
