import Crypto
import Domain
import Foundation

/// Somebody who has signed in, until they sign out or a limit ends it.
struct Session: Sendable, Hashable {
    /// Stays the same while the token in the cookie changes. It never leaves the desk.
    let id: String
    let signedIn: SignedIn
}

/// What the cookie holds: 256 random bits. The desk keeps their hash alone, so that its file signs nobody in.
struct SessionToken: Sendable, Hashable {
    let text: String

    /// A new one, from the system's generator.
    init() {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }
        text = Data(bytes).base64URL
    }

    /// Nil for what cannot be one.
    init?(_ text: String) {
        guard text.utf8.count == 43, text.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil else { return nil }
        self.text = text
    }

    var hash: Data { Data(SHA256.hash(data: Data(text.utf8))) }
}

extension SessionToken: CustomStringConvertible, CustomReflectable {
    var description: String { "a session's token" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// A key of the desk's own, from which those for one purpose are derived.
struct LoginSecret: Sendable {
    private let key: SymmetricKey

    init(_ bytes: some ContiguousBytes) { key = SymmetricKey(data: bytes) }

    /// - Parameter purpose: keys for different purposes tell nothing of each other (HKDF, RFC 5869).
    func key(for purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Data(purpose.utf8), outputByteCount: 32)
    }

    /// What a session's forms carry. It stays the same while the session lasts, so that a form that has been open for long can
    /// still be sent.
    func formToken(of session: Session) -> String {
        Data(HMAC<SHA256>.authenticationCode(for: Data(session.id.utf8), using: key(for: "form"))).base64URL
    }

    func isFormToken(_ text: String, of session: Session) -> Bool {
        guard let code = Data(base64URL: text) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(
            code, authenticating: Data(session.id.utf8), using: key(for: "form"))
    }
}

extension Data {
    /// RFC 4648 §5, without padding.
    var base64URL: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    init?(base64URL text: String) {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        self.init(base64Encoded: standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4))
    }
}
