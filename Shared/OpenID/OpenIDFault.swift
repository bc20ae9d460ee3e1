/// Why somebody cannot be signed in. Its description says what to do, and never what a token holds.
public enum OpenIDFault: Error, Hashable, Sendable {
    /// What the relying party was given cannot be used.
    case configuration(ConfigurationProblem)
    /// What the provider serves cannot be used.
    case provider(Endpoint, ProviderProblem)
    /// What came back with the browser is no answer to what was asked.
    case answer(AnswerProblem)
    /// The ID token does not hold.
    case token(TokenProblem)

    /// What a provider serves, and what is asked of it.
    public enum Endpoint: String, Sendable {
        case discovery = "the discovery document"
        case keys = "the key set"
        case token = "the token endpoint"
        case userInfo = "the userinfo endpoint"
    }
}

public enum ConfigurationProblem: String, Sendable {
    case issuer = "the issuer must be an https address without query and fragment; http is allowed on loopback alone"
    case redirect = "the redirect address must be https; http is allowed on loopback alone"
    case client = "the client id, and the secret where there is one, must have from 1 to 1000 characters"
}

public enum ProviderProblem: Hashable, Sendable {
    case unreachable
    case tooSlow
    case tooLarge
    /// The HTTP status that came in place of 200.
    case status(Int)
    case malformed
    /// The document names another issuer than the one that was configured (OpenID Connect Discovery 1.0, §4.3).
    case otherIssuer
    /// An address that is neither https nor on loopback.
    case notSecure
    /// No proof key by SHA-256 (RFC 7636).
    case withoutProofKey
    /// An OAuth error code, such as `invalid_client` (RFC 6749 §5.2).
    case refused(String)
    /// The userinfo endpoint answers for somebody else (OpenID Connect Core 1.0, §5.3.2).
    case otherSubject
}

public enum AnswerProblem: Hashable, Sendable {
    case malformed
    /// It answers another request, or none (RFC 6749 §10.12).
    case otherState
    /// It comes from another provider (RFC 9207).
    case otherIssuer
    /// An OAuth error code, such as `access_denied` (RFC 6749 §4.1.2.1).
    case refused(String)
}

public enum TokenProblem: String, Sendable {
    case missing = "the token endpoint gave no ID token; ask for the scope openid, and allow it for this client"
    case malformed = "the ID token is no signed JWT of at most 16 kB"
    case unsigned = "the ID token is not signed; set a signing algorithm for this client at the provider"
    case algorithm = "the ID token is signed by an algorithm that is not accepted; set RS256, PS256, ES256 or EdDSA"
    case unknownKey = "the ID token is signed by a key that the provider's key set does not have"
    case signature = "the ID token's signature is not that of the provider's key"
    case issuer = "the ID token is from another issuer"
    case audience = "the ID token is for another client; compare the client id"
    case expired = "the ID token has expired; compare the clocks"
    case notYetValid = "the ID token is not valid yet; compare the clocks"
    case nonce = "the ID token belongs to another sign-in"
    case context = "the ID token does not say that the person was authenticated as demanded (acr)"
    case authenticationTime =
        "the ID token says that the person was authenticated too long ago, or in the future (auth_time); the provider must heed max_age"
    case noAuthenticationTime =
        "the ID token does not say when the person was authenticated (auth_time); let the provider say it, or demand no age"
}

extension OpenIDFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .configuration(let problem): problem.rawValue
        case .provider(let endpoint, let problem): "\(endpoint.rawValue) \(problem.description)"
        case .answer(let problem): problem.description
        case .token(let problem): problem.rawValue
        }
    }
}

extension ProviderProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreachable: "cannot be reached; look at the network, the name and the certificate"
        case .tooSlow: "does not answer in time"
        case .tooLarge: "answers with more than is read"
        case .status(let status): "answers with status \(status)"
        case .malformed: "answers with what is not the JSON that is expected"
        case .otherIssuer: "names another issuer; the configured one must be the same, to the last character"
        case .notSecure: "names an address that is not https"
        case .withoutProofKey: "offers no proof key by S256 (PKCE); allow it at the provider"
        case .refused(let code): "refuses with \(code); compare the client's id, secret and redirect address"
        case .otherSubject: "answers for another person"
        }
    }
}

extension AnswerProblem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformed: "the provider's answer lacks what is needed, or has it twice"
        case .otherState: "the provider's answer belongs to another sign-in, or to none; begin again"
        case .otherIssuer: "the answer comes from another provider"
        case .refused(let code): "the provider refuses with \(code)"
        }
    }
}
