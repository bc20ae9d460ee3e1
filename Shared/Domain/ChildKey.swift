import Crypto

/// A secret under which codes are made, such as children's keys: one per county installation, at least 32 bytes, from
/// configuration.
public struct KeySecret: Sendable {
    private let key: SymmetricKey

    /// - Throws: ``Fault`` where the secret is too short to protect anybody.
    public init(_ text: String) throws(Fault) {
        guard text.utf8.count >= 32 else {
            throw Fault(.keySecretShort)
        }
        key = SymmetricKey(data: Array(text.utf8))
    }

    /// HMAC-SHA256 (RFC 2104) of a text, in lower-case hexadecimal.
    func code(_ text: String) -> String { code(Array(text.utf8)) }

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

    private func authentication(_ bytes: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key))
    }
}

/// A child's identity on every topic and in every log: the HMAC-SHA256 of the personal number. The same child always
/// has the same key. The key alone reveals nothing.
public struct ChildKey: Sendable, Hashable, CustomStringConvertible {
    /// 64 hexadecimal digits.
    public let text: String

    public init(_ number: PersonalNumber, secret: KeySecret) {
        text = secret.code(number.digits.reveal)
    }

    /// A key from the wire; nil if the text does not have a key's form.
    public init?(_ text: String) {
        guard text.utf8.count == 64, text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        self.text = text
    }

    public var description: String { text }

    /// The reference that people use for this child's case, for example `SRM-4K7Q-M2XD-9T`.
    ///
    /// It is made from the key, since a child has one open mapping at a time (rule 6). Whoever has the key can compute
    /// it, also before a service has opened the case. Ten letters of Crockford's base 32 are 50 bits.
    public func caseReference(county: String) -> String {
        Reference.text(county: county, of: "case \(text)")
    }
}

/// References that people read to each other: ten letters of Crockford's base 32 (50 bits of SHA-256) after the county.
public enum Reference {
    /// - Parameter text: what the reference stands for; the same text always gives the same reference.
    public static func text(county: String, of text: String) -> String {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        let bits = SHA256.hash(data: Array(text.utf8)).prefix(7).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let letters = String((0..<10).map { alphabet[Int(bits >> (50 - 5 * UInt64($0)) & 31)] })
        return "\(county)-\(letters.prefix(4))-\(letters.dropFirst(4).prefix(4))-\(letters.suffix(2))"
    }

    /// Sixteen hexadecimal digits that stand for a text.
    public static func id(of text: String) -> String {
        SHA256.hash(data: Array(text.utf8)).prefix(8).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }
}

/// A guardian's identity: the HMAC of what the reporter knew about them. It reveals nothing.
public struct GuardianKey: Sendable, Hashable, CustomStringConvertible {
    /// 16 hexadecimal digits.
    public let text: String

    /// - Parameter identity: the digits of the personal number if known, else name and address.
    public init(_ identity: Personal<String>, secret: KeySecret) {
        text = String(secret.code("guardian " + identity.reveal.lowercased()).prefix(16))
    }

    public var description: String { text }
}
