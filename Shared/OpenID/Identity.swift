public import Foundation

/// Who somebody is, as the provider says.
public struct Identity: Sendable {
    public let issuer: String
    /// The provider's own name for the person (`sub`): never given to another.
    public let subject: String
    /// The authentication context (`acr`), if the provider says it.
    public let context: String?
    /// When the person was authenticated (`auth_time`). Nil where the provider does not say it, which it may leave out unless
    /// ``RelyingPartyConfiguration/maximumAge`` is demanded.
    public let authenticatedAt: Date?
    /// When the provider vouched for the person (`iat`).
    public let issuedAt: Date
    /// False where the provider says that nobody has proven that the e-mail address is the person's.
    public let isEmailVerified: Bool?
    private let texts: [String: String]

    /// A claim that is a text, such as `email` or `preferred_username`.
    public func text(_ claim: String) -> String? { texts[claim] }

    init(_ token: IDTokenClaims, _ userInfo: UserInfoClaims?) {
        (issuer, subject, context) = (token.issuer, token.subject, token.context)
        authenticatedAt = token.authenticatedAt.map { Date(timeIntervalSince1970: $0) }
        issuedAt = Date(timeIntervalSince1970: token.issuedAt)
        // What the ID token says is signed, so it comes first. A verification is of the address that stands beside it.
        texts = token.claims.texts.merging(userInfo?.claims.texts ?? [:]) { first, _ in first }
        let hasEmail = token.claims.texts["email"] != nil
        isEmailVerified = hasEmail ? token.claims.isEmailVerified : userInfo?.claims.isEmailVerified
    }
}

extension Identity: CustomStringConvertible, CustomReflectable {
    public var description: String { "an identity from \(issuer)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
