package import Crypto
package import CryptoExtras
package import Foundation
package import JWTKit
import OpenID

/// Keys that are made for one run of the tests.
package enum TestKeys {
    package static let p256 = P256.Signing.PrivateKey()
    package static let otherP256 = P256.Signing.PrivateKey()
    package static let ed25519 = Curve25519.Signing.PrivateKey()
    package static let rsa: _RSA.Signing.PrivateKey = {
        do { return try _RSA.Signing.PrivateKey(keySize: .bits2048) } catch { preconditionFailure("\(error)") }
    }()

    /// As a provider publishes them: for any algorithm of their kind, beside keys for other uses and of unknown kinds.
    package static let published: [JWTHeaderField] = [
        ["kty": "OKP", "crv": "X448", "kid": "unknown curve", "x": "AA"],
        ["kty": "oct", "kid": "es256", "k": "AA"],
        ["kty": "RSA", "kid": "es256", "use": "enc", "n": "AA", "e": "AQAB"],
        key(p256, "es256"),
        [
            "kty": "OKP", "crv": "Ed25519", "kid": "eddsa", "use": "sig", "alg": "EdDSA",
            "x": .string(Base64URL.text(ed25519.publicKey.rawRepresentation)),
        ],
        rsaKey,
    ]

    package static func key(_ key: P256.Signing.PrivateKey, _ id: String) -> JWTHeaderField {
        let point = key.publicKey.rawRepresentation
        return [
            "kty": "EC", "crv": "P-256", "kid": .string(id), "use": "sig", "alg": "ES256",
            "x": .string(Base64URL.text(point.prefix(32))), "y": .string(Base64URL.text(point.suffix(32))),
        ]
    }

    private static let rsaKey: JWTHeaderField = {
        let primitives = try? rsa.publicKey.getKeyPrimitives()
        return [
            "kty": "RSA", "kid": "rsa", "use": "sig", "n": .string(Base64URL.text(primitives?.modulus ?? Data())),
            "e": .string(Base64URL.text(primitives?.publicExponent ?? Data())),
        ]
    }()

    /// SHA-256 in base64url.
    package static func hash(_ text: String) -> String { Base64URL.text(SHA256.hash(data: Data(text.utf8))) }
}

/// How an ID token is signed. Written without the library that verifies it.
package enum TokenSignature: Sendable {
    case es256(P256.Signing.PrivateKey)
    case rs256
    case ps256
    case edDSA
    /// With a secret that both know.
    case hs256(secret: Data)
    case none

    private var algorithm: String {
        switch self {
        case .es256: "ES256"
        case .rs256: "RS256"
        case .ps256: "PS256"
        case .edDSA: "EdDSA"
        case .hs256: "HS256"
        case .none: "none"
        }
    }

    package func sign(_ claims: [String: JWTHeaderField], keyID: String?, header: [String: JWTHeaderField] = [:]) throws
        -> String
    {
        var fields: [String: JWTHeaderField] = ["alg": .string(algorithm), "typ": "JWT"]
        fields["kid"] = keyID.map { .string($0) }
        let parts = try [fields.merging(header) { $1 }, claims].map { Base64URL.text(try JSONEncoder().encode($0)) }
        let text = parts.joined(separator: ".")
        return "\(text).\(Base64URL.text(try signature(Data(text.utf8))))"
    }

    private func signature(_ text: Data) throws -> Data {
        switch self {
        case .es256(let key): try key.signature(for: text).rawRepresentation
        case .rs256:
            try TestKeys.rsa.signature(for: SHA256.hash(data: text), padding: .insecurePKCS1v1_5).rawRepresentation
        case .ps256: try TestKeys.rsa.signature(for: SHA256.hash(data: text), padding: .PSS).rawRepresentation
        case .edDSA: try TestKeys.ed25519.signature(for: text)
        case .hs256(let secret): Data(HMAC<SHA256>.authenticationCode(for: text, using: SymmetricKey(data: secret)))
        case .none: Data()
        }
    }
}
