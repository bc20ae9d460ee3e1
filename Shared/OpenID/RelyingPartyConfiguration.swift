public import Foundation

/// Which provider signs people in, and as whose client.
public struct RelyingPartyConfiguration: Sendable {
    /// How the client proves at the token endpoint who it is (OpenID Connect Core 1.0, §9).
    public enum ClientAuthentication: Sendable {
        /// `client_secret_basic`
        case basic(secret: String)
        /// `client_secret_post`
        case post(secret: String)
        /// A public client, proven by its proof key alone.
        case none
    }

    /// The provider's name for itself, to the last character.
    public let issuer: String
    public let clientID: String
    public let authentication: ClientAuthentication
    /// Where the provider sends the browser back to.
    public let redirectAddress: String
    /// Asked for beside `openid`.
    public var scopes: [String] = []
    /// Claims that ``Identity`` must have. Those that the ID token lacks are asked of the userinfo endpoint.
    public var claims: [String] = []
    /// The authentication contexts that count, best first: asked for with `acr_values`, and demanded. Empty: any.
    public var contexts: [String] = []
    /// Seconds since the person was last authenticated: asked for with `max_age`, and demanded. Nil: any, also of a provider that
    /// does not say it.
    public var maximumAge: Int?
    /// How far the provider's clock may be from ours.
    public var clockSkew: TimeInterval = 60
    /// The longest that one answer of the provider may take, from the connection to its last byte.
    public var patience: Duration = .seconds(5)
    /// Seconds for which the discovery document and the keys are kept.
    public var lifetime: TimeInterval = 3_600
    /// Seconds between two fetches of the keys for a token that names an unknown one, and between two tries after a failure.
    public var pause: TimeInterval = 30

    /// - Throws: ``OpenIDFault/configuration(_:)``
    public init(
        issuer: String, clientID: String, authentication: ClientAuthentication, redirectAddress: String
    ) throws(OpenIDFault) {
        guard let address = SecureAddress(issuer), !address.hasQueryOrFragment else {
            throw .configuration(.issuer)
        }
        guard SecureAddress(redirectAddress) != nil else { throw .configuration(.redirect) }
        let words: [String] =
            switch authentication {
            case .basic(let secret), .post(let secret): [clientID, secret]
            case .none: [clientID]
            }
        guard words.allSatisfy({ (1...1_000).contains($0.count) }) else { throw .configuration(.client) }
        (self.issuer, self.clientID) = (issuer, clientID)
        (self.authentication, self.redirectAddress) = (authentication, redirectAddress)
    }

    /// Where the provider describes itself (OpenID Connect Discovery 1.0, §4).
    var discoveryAddress: String {
        (issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer) + "/.well-known/openid-configuration"
    }
}

/// An address that nobody on the way can read or change: https, or on this machine.
struct SecureAddress: Sendable {
    let text: String
    let hasQueryOrFragment: Bool

    /// Nil for anything else.
    init?(_ text: String) {
        guard text.utf8.count <= 2_000, let url = URLComponents(string: text), let host = url.host, !host.isEmpty,
            url.user == nil, url.password == nil,
            url.scheme == "https" || url.scheme == "http" && Self.isLoopback(host)
        else { return nil }
        self.text = text
        hasQueryOrFragment = url.query != nil || url.fragment != nil
    }

    /// 127.0.0.0/8, ::1 and localhost. A name that only begins with `127.` is none.
    private static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isIPv4 = parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
        return isIPv4 && parts[0] == "127" || ["localhost", "::1", "[::1]"].contains(host.lowercased())
    }
}
