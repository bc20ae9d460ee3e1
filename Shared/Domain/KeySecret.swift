import Crypto

/// A secret under which codes are made, such as the keyed hash of a personal number: one per county installation, at least 32 bytes, from
/// configuration.
public struct KeySecret: Sendable {
    private let key: SymmetricKey
    /// Tells one secret from another: sixteen hexadecimal digits, from which nobody can compute it.
    package let id: String

    /// - Throws: ``Fault`` where the secret is too short to protect anybody.
    public init(_ text: String) throws(Fault) {
        guard text.utf8.count >= 32 else {
            throw Fault(.keySecretShort)
        }
        key = SymmetricKey(data: Array(text.utf8))
        id = HMAC<SHA256>.authenticationCode(for: Array("secret".utf8), using: key).prefix(8).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }

    /// HMAC-SHA256 (RFC 2104) of a text, in lower-case hexadecimal.
    package func code(_ text: String) -> String { code(Array(text.utf8)) }

    func code(_ bytes: [UInt8]) -> String {
        authentication(bytes).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }

    /// The beginning of the HMAC-SHA256 of a text, in lower-case letters and digits of five bits each.
    func letters(_ text: String, _ count: Int) -> String {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        let code = authentication(Array(text.utf8))
        return String(
            (0..<count).map { index in
                let bits = (0..<5).map { code[(5 * index + $0) / 8] >> (7 - UInt8((5 * index + $0) % 8)) & 1 }
                return alphabet[bits.reduce(0) { $0 << 1 | Int($1) }]
            })
    }

    fileprivate func authentication(_ bytes: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key))
    }
}

/// References that people read to each other, such as `SRM-4K7Q-M2XD-9T`: ten letters of Crockford's base 32 after the
/// county. They say nothing of what they stand for.
public enum Reference {
    /// How many bytes ``text(county:from:)`` needs.
    package static let byteCount = 7

    /// A reference made of 50 bits that somebody has drawn at random.
    ///
    /// - Parameter bytes: ``byteCount`` of them.
    package static func text(county: String, from bytes: [UInt8]) -> String {
        let bits = bytes.prefix(byteCount).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return text(county: county, String((0..<length).map { alphabet[Int(bits >> (45 - 5 * UInt64($0)) & 31)] }))
    }

    /// A reference as somebody has written it: in small letters, with spaces, without hyphens or the county; with `O` for `0`,
    /// and `I` or `L` for `1`.
    ///
    /// - Parameter county: whose code is meant where none is written.
    /// - Returns: as it was given out; nil for what is no reference. Ten digits alone are none: a personal number has as many.
    package static func written(_ text: String, county: String) -> String? {
        guard text.utf8.count <= longestWritten else { return nil }
        let written = text.uppercased().filter { !$0.isWhitespace && !"-–—\u{2010}\u{2011}".contains($0) }
        let letters = String(written.suffix(length).map { misread[$0] ?? $0 })
        let code = String(written.dropLast(length))
        guard letters.count == length, letters.allSatisfy(alphabet.contains),
            code.allSatisfy({ $0.isASCII && $0.isLetter }), !code.isEmpty || letters.contains(where: { !$0.isNumber })
        else { return nil }
        return self.text(county: code.isEmpty ? county : code, letters)
    }

    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    private static let misread: [Character: Character] = ["O": "0", "I": "1", "L": "1"]
    private static let length = 10
    /// Far more than anybody needs.
    private static let longestWritten = 100

    private static func text(county: String, _ letters: String) -> String {
        "\(county)-\(letters.prefix(4))-\(letters.dropFirst(4).prefix(4))-\(letters.suffix(2))"
    }

    /// - Parameter text: what the reference stands for. The same text always gives the same reference, which nobody can
    ///   compute without the secret.
    package static func text(county: String, of text: String, secret: KeySecret) -> String {
        self.text(county: county, from: secret.authentication(Array(text.utf8)))
    }

    /// Sixteen hexadecimal digits that stand for a text.
    public static func id(of text: String) -> String {
        SHA256.hash(data: Array(text.utf8)).prefix(8).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }
}

/// A guardian's identity in one child's case: the HMAC of the case's reference and of what the reporter knew about them.
/// The same guardian has another key in a sibling's case.
public struct GuardianKey: Sendable, Hashable, CustomStringConvertible {
    /// 16 hexadecimal digits.
    public let text: String

    /// - Parameters:
    ///   - identity: the digits of the personal number if known, else name and address.
    ///   - reference: the reference of the child's case.
    public init(_ identity: Personal<String>, of reference: String, secret: KeySecret) {
        text = String(secret.code("guardian \(reference) \(identity.reveal.lowercased())").prefix(16))
    }

    public var description: String { text }
}
