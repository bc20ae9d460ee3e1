package import CloudEvents
import Crypto
package import Domain
import Foundation

/// A JSON Web Signature in its compact form (RFC 7515 §7.1) with Ed25519 (RFC 8037): header, claims and signature in
/// base64url, with dots between them.
///
/// Stricter than the RFC where that costs nothing: the header holds `alg`, `kid` and `typ` and nothing else, so there is
/// no `crit` to understand and no key to fetch, and each text has one spelling.
package struct CompactJWS: Sendable {
    /// The id of the key that has signed, as its header says.
    package let keyId: String
    /// What was signed, unread.
    package let claims: Bytes
    private let signed: Bytes
    private let signature: Bytes

    private static let algorithm = "EdDSA"
    private static let signatureBytes = 64

    /// Nil for anything else. What it returns is not verified yet.
    ///
    /// - Parameter type: what the header's `typ` must be.
    package init?(_ text: String, type: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.bytes(parts[0]), let claims = Base64URL.bytes(parts[1]),
            let signature = Base64URL.bytes(parts[2]), signature.count == Self.signatureBytes,
            let members = try? JSONSerialization.jsonObject(with: Data(header)) as? [String: String],
            members.count == 3, members["alg"] == Self.algorithm, members["typ"] == type, let keyId = members["kid"]
        else { return nil }
        (self.keyId, self.claims, self.signature) = (keyId, claims, signature)
        signed = Bytes("\(parts[0]).\(parts[1])".utf8)
    }

    /// Whether the owner of a key has signed it.
    package func isSigned(by key: County.Door.Key) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key.bytes) else { return false }
        return key.isValidSignature(signature, for: signed)
    }

    static func sign(
        _ claims: Bytes, type: String, keyId: String, _ key: Curve25519.Signing.PrivateKey
    ) throws -> String {
        let header = ["alg": algorithm, "kid": keyId, "typ": type]
        let members = try JSONSerialization.data(
            withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
        let signed = "\(Base64URL.text(members)).\(Base64URL.text(claims))"
        return try "\(signed).\(Base64URL.text(key.signature(for: Data(signed.utf8))))"
    }
}

/// RFC 4648 §5, without padding.
package enum Base64URL {
    /// Nil for anything but the one spelling that these bytes have.
    package static func bytes(_ text: some StringProtocol) -> Bytes? {
        let padded = String(text).replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - padded.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: padded + padding), Self.text(data) == text else { return nil }
        return Bytes(data)
    }

    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
