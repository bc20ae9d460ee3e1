import Foundation

/// The claims of a person that are texts, and whether the e-mail address is proven.
struct PersonClaims: Decodable, Sendable {
    let texts: [String: String]
    let isEmailVerified: Bool?

    /// Claims that are read at most.
    private static let mostClaims = 200

    struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ text: String) { stringValue = text }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        var texts: [String: String] = [:]
        for name in container.allKeys.prefix(Self.mostClaims) {
            texts[name.stringValue] = try? container.decode(String.self, forKey: name)
        }
        self.texts = texts
        // Some providers write it as a text.
        isEmailVerified =
            (try? container.decode(Bool.self, forKey: Name("email_verified")))
            ?? texts["email_verified"].map { $0 == "true" }
    }
}

/// What the userinfo endpoint says (OpenID Connect Core 1.0, §5.3.2).
struct UserInfoClaims: Decodable, Sendable {
    let subject: String
    let claims: PersonClaims

    init(from decoder: any Decoder) throws {
        claims = try PersonClaims(from: decoder)
        subject = try decoder.container(keyedBy: PersonClaims.Name.self).decode(String.self, forKey: .init("sub"))
    }
}

/// What an ID token says (OpenID Connect Core 1.0, §2). Its signature has been verified before it is read.
struct IDTokenClaims: Decodable, Sendable {
    let issuer: String
    let subject: String
    let audience: [String]
    let authorizedParty: String?
    /// Seconds since 1970, as all times here.
    let expires: Double
    let issuedAt: Double
    let notBefore: Double?
    let nonce: String?
    let context: String?
    /// Nil where the provider does not say it. Some write 0 then.
    let authenticatedAt: Double?
    let claims: PersonClaims

    private enum CodingKeys: String, CodingKey {
        case issuer = "iss"
        case subject = "sub"
        case audience = "aud"
        case authorizedParty = "azp"
        case expires = "exp"
        case issuedAt = "iat"
        case notBefore = "nbf"
        case nonce
        case context = "acr"
        case authenticatedAt = "auth_time"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        issuer = try container.decode(String.self, forKey: .issuer)
        subject = try container.decode(String.self, forKey: .subject)
        audience =
            try (try? container.decode(String.self, forKey: .audience)).map { [$0] }
            ?? container.decode([String].self, forKey: .audience)
        authorizedParty = try container.decodeIfPresent(String.self, forKey: .authorizedParty)
        expires = try container.decode(Double.self, forKey: .expires)
        issuedAt = try container.decode(Double.self, forKey: .issuedAt)
        notBefore = try container.decodeIfPresent(Double.self, forKey: .notBefore)
        nonce = try container.decodeIfPresent(String.self, forKey: .nonce)
        context = try container.decodeIfPresent(String.self, forKey: .context)
        authenticatedAt = try container.decodeIfPresent(Double.self, forKey: .authenticatedAt).flatMap {
            $0 > 0 ? $0 : nil
        }
        claims = try PersonClaims(from: decoder)
        guard (1...255).contains(subject.utf8.count) else { throw OpenIDFault.token(.malformed) }
    }

    /// OpenID Connect Core 1.0, §3.1.3.7.
    ///
    /// - Parameter issuer: the provider's, as its discovery document says.
    func check(
        _ configuration: RelyingPartyConfiguration, issuer: String, nonce expected: String, now: Date
    ) throws(OpenIDFault) {
        let (now, skew) = (now.timeIntervalSince1970, configuration.clockSkew)
        guard self.issuer == issuer else { throw .token(.issuer) }
        guard audience.contains(configuration.clientID),
            authorizedParty.map({ $0 == configuration.clientID }) ?? (audience.count == 1)
        else { throw .token(.audience) }
        guard expires > now - skew else { throw .token(.expired) }
        guard issuedAt <= now + skew, (notBefore ?? issuedAt) <= now + skew else { throw .token(.notYetValid) }
        guard let nonce, nonce.isSame(as: expected) else { throw .token(.nonce) }
        guard configuration.contexts.isEmpty || context.map(configuration.contexts.contains) ?? false else {
            throw .token(.context)
        }
        guard (authenticatedAt ?? now) <= now + skew else { throw .token(.authenticationTime) }
        if let age = configuration.maximumAge {
            guard let authenticatedAt else { throw .token(.noAuthenticationTime) }
            guard now - authenticatedAt <= Double(age) + skew else { throw .token(.authenticationTime) }
        }
    }
}
