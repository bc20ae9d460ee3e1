import Foundation

/// What the provider says of itself in its discovery document (OpenID Connect Discovery 1.0, §3).
struct ProviderMetadata: Sendable {
    let issuer: String
    let authorizationEndpoint: SecureAddress
    let tokenEndpoint: SecureAddress
    let keysAddress: SecureAddress
    let userInfoEndpoint: SecureAddress?
    /// OpenID Connect RP-Initiated Logout 1.0.
    let endSessionEndpoint: SecureAddress?
    /// Whether each answer names its issuer (RFC 9207).
    let namesItself: Bool

    private struct Document: Decodable {
        let issuer: String
        let authorizationEndpoint: String
        let tokenEndpoint: String
        let jwksURI: String
        let userinfoEndpoint: String?
        let endSessionEndpoint: String?
        let codeChallengeMethods: [String]?
        let namesItself: Bool?

        enum CodingKeys: String, CodingKey {
            case issuer
            case authorizationEndpoint = "authorization_endpoint"
            case tokenEndpoint = "token_endpoint"
            case jwksURI = "jwks_uri"
            case userinfoEndpoint = "userinfo_endpoint"
            case endSessionEndpoint = "end_session_endpoint"
            case codeChallengeMethods = "code_challenge_methods_supported"
            case namesItself = "authorization_response_iss_parameter_supported"
        }
    }

    /// - Parameter expected: the issuer that was configured.
    init(_ json: Data, issuer expected: String) throws(OpenIDFault) {
        guard let document = try? JSONDecoder().decode(Document.self, from: json) else {
            throw .provider(.discovery, .malformed)
        }
        guard document.issuer == expected else { throw .provider(.discovery, .otherIssuer) }
        guard document.codeChallengeMethods?.contains("S256") ?? true else {
            throw .provider(.discovery, .withoutProofKey)
        }
        issuer = document.issuer
        authorizationEndpoint = try Self.secure(document.authorizationEndpoint)
        tokenEndpoint = try Self.secure(document.tokenEndpoint)
        keysAddress = try Self.secure(document.jwksURI)
        userInfoEndpoint = try Self.secureIfAny(document.userinfoEndpoint)
        endSessionEndpoint = try Self.secureIfAny(document.endSessionEndpoint)
        namesItself = document.namesItself ?? false
    }

    private static func secure(_ text: String) throws(OpenIDFault) -> SecureAddress {
        guard let address = SecureAddress(text) else { throw .provider(.discovery, .notSecure) }
        return address
    }

    private static func secureIfAny(_ text: String?) throws(OpenIDFault) -> SecureAddress? {
        guard let text, !text.isEmpty else { return nil }
        return try secure(text)
    }
}
