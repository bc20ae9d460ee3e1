import Crypto
import Foundation

/// A sign-in that has begun: where the browser is sent, and what must be kept until it comes back.
public struct SignInRequest: Sendable {
    /// The provider's page.
    public let address: String
    public let pending: PendingSignIn

    /// The authorization code flow (OpenID Connect Core 1.0, §3.1.2.1) with a proof key (RFC 7636).
    init(_ configuration: RelyingPartyConfiguration, _ metadata: ProviderMetadata) {
        pending = PendingSignIn()
        var fields = [
            (name: "response_type", value: "code"), (name: "client_id", value: configuration.clientID),
            (name: "redirect_uri", value: configuration.redirectAddress),
            (name: "scope", value: (["openid"] + configuration.scopes).joined(separator: " ")),
            (name: "state", value: pending.state), (name: "nonce", value: pending.nonce),
            (name: "code_challenge", value: pending.challenge), (name: "code_challenge_method", value: "S256"),
        ]
        if !configuration.contexts.isEmpty {
            fields.append((name: "acr_values", value: configuration.contexts.joined(separator: " ")))
        }
        if let age = configuration.maximumAge { fields.append((name: "max_age", value: "\(age)")) }
        address = FormText.address(metadata.authorizationEndpoint.text, adding: fields)
    }
}

/// What ties the provider's answer to one browser and one sign-in.
///
/// Keep it where only that browser can bring it back, and for one answer: in a session, or in a sealed cookie. Whoever reads
/// it can finish the sign-in of somebody else.
public struct PendingSignIn: Codable, Hashable, Sendable {
    /// Comes back with the browser.
    let state: String
    /// Comes back in the ID token.
    let nonce: String
    /// Goes to the token endpoint, its hash to the browser.
    let verifier: String

    init() { (state, nonce, verifier) = (Base64URL.random(), Base64URL.random(), Base64URL.random()) }

    var challenge: String { Base64URL.text(SHA256.hash(data: Data(verifier.utf8))) }
}

extension PendingSignIn: CustomStringConvertible, CustomReflectable {
    public var description: String { "a pending sign-in" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What the browser brings back from the provider.
public struct AuthorizationAnswer: Sendable {
    let state: String
    let issuer: String?
    let outcome: Outcome

    enum Outcome: Sendable {
        case code(String)
        case refused(String)
    }

    /// Largest bytes of a query.
    private static let largestQuery = 8_192

    /// - Parameter query: of the redirect address, without the question mark.
    /// - Throws: ``AnswerProblem/malformed``
    public init(query: String) throws(OpenIDFault) {
        guard query.utf8.count <= Self.largestQuery, let fields = FormText.decode(query), let state = fields["state"]
        else { throw .answer(.malformed) }
        (self.state, issuer) = (state, fields["iss"])
        switch (fields["code"], fields["error"]) {
        case (let code?, nil) where !code.isEmpty: outcome = .code(code)
        case (nil, let error?): outcome = .refused(OAuthError.code(error))
        default: throw .answer(.malformed)
        }
    }
}

/// Error codes of OAuth 2.0.
enum OAuthError {
    /// The code if it looks like one: it is shown and logged.
    static func code(_ text: String?) -> String {
        guard let text, (1...64).contains(text.utf8.count), text.wholeMatch(of: /[a-z_]+/) != nil else {
            return "an unknown error"
        }
        return text
    }
}
