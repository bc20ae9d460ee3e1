import Foundation
import JWTKit

/// The algorithms by which a provider may sign. None of them works with a secret that both sides have.
enum SigningAlgorithm: String, Sendable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case edDSA = "EdDSA"

    var keyType: JWK.KeyType {
        switch self {
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: .rsa
        case .es256, .es384, .es512: .ecdsa
        case .edDSA: .octetKeyPair
        }
    }
}

/// The provider's public keys (RFC 7517). Those that are of no use for signatures, or of a kind that nobody knows, are left out.
struct KeySet: Sendable {
    private let keys: [JWK]

    /// Keys that are read at most.
    private static let mostKeys = 100

    private struct Document: Decodable {
        let keys: [Entry]
    }

    private struct Entry: Decodable {
        let key: JWK?

        private enum CodingKeys: String, CodingKey { case use }

        init(from decoder: any Decoder) throws {
            let use = try? decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .use)
            key = use == nil || use == "sig" ? try? JWK(from: decoder) : nil
        }
    }

    init(_ json: Data) throws(OpenIDFault) {
        guard let document = try? JSONDecoder().decode(Document.self, from: json),
            document.keys.count <= Self.mostKeys
        else { throw .provider(.keys, .malformed) }
        keys = document.keys.compactMap(\.key)
    }

    /// The key that a token's header names; where it names none, the only one that fits.
    func key(for algorithm: SigningAlgorithm, id: String?) -> JWK? {
        let fitting = keys.filter { key in
            key.keyType == algorithm.keyType && (key.algorithm?.rawValue ?? algorithm.rawValue) == algorithm.rawValue
                && (id == nil || key.keyIdentifier?.string == id)
        }
        guard id != nil || fitting.count == 1 else { return nil }
        return fitting.first
    }
}

/// An ID token as it came: three parts, of which the header has been read.
struct SignedToken: Sendable {
    private let text: String
    private let payload: Data
    let algorithm: SigningAlgorithm
    let keyID: String?

    /// Largest bytes of an ID token.
    private static let largest = 16 * 1_024

    private struct Header: Decodable {
        let alg: String
        let kid: String?
        /// Extensions that must be understood (RFC 7515 §4.1.11). None is.
        let crit: [String]?
    }

    init(_ text: String) throws(OpenIDFault) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.largest, parts.count == 3, let header = Base64URL.bytes(parts[0]),
            let payload = Base64URL.bytes(parts[1]), Base64URL.bytes(parts[2]) != nil,
            let header = try? JSONDecoder().decode(Header.self, from: header), header.crit == nil
        else { throw .token(.malformed) }
        guard header.alg.lowercased() != "none" else { throw .token(.unsigned) }
        guard let algorithm = SigningAlgorithm(rawValue: header.alg) else { throw .token(.algorithm) }
        (self.text, self.payload, self.algorithm, keyID) = (text, payload, algorithm, header.kid)
    }

    /// The signature is verified before anything of the payload is read.
    func claims(signedBy key: JWK) async throws(OpenIDFault) -> IDTokenClaims {
        var key = key
        // The header's algorithm, which fits the key; a public key, whatever else the set holds; the only one there is.
        (key.algorithm, key.privateExponent) = (JWK.Algorithm(rawValue: algorithm.rawValue), nil)
        key.keyIdentifier = "key"
        do {
            _ = try await JWTKeyCollection().add(jwk: key).verify(text, as: Unread.self)
        } catch { throw .token(.signature) }
        guard let claims = try? JSONDecoder().decode(IDTokenClaims.self, from: payload) else {
            throw .token(.malformed)
        }
        return claims
    }

    private struct Unread: JWTPayload {
        func verify(using algorithm: some JWTAlgorithm) {}
    }
}
