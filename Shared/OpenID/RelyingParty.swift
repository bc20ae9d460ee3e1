import AsyncHTTPClient
public import Foundation
import NIOHTTP1

/// Signs people in with an OpenID provider: the authorization code flow of OpenID Connect Core 1.0, with a proof key.
///
///     let party = RelyingParty(configuration)
///     let request = try await party.begin()                      // send the browser to request.address, keep request.pending
///     let answer = try AuthorizationAnswer(query: query)         // the browser is back
///     let identity = try await party.finish(answer, of: pending)
public struct RelyingParty: Sendable {
    private let configuration: RelyingPartyConfiguration
    private let client: ProviderClient
    private let metadata: Fetched<ProviderMetadata>
    private let keys: Fetched<KeySet>
    private let now: @Sendable () -> Date

    public init(_ configuration: RelyingPartyConfiguration, now: @escaping @Sendable () -> Date = { Date() }) {
        let client = ProviderClient(patience: configuration.patience)
        (self.configuration, self.client, self.now) = (configuration, client, now)
        let metadata = Fetched(lifetime: configuration.lifetime, pause: configuration.pause, now: now) {
            () async throws(OpenIDFault) -> ProviderMetadata in
            guard let address = SecureAddress(configuration.discoveryAddress) else { throw .configuration(.issuer) }
            return try ProviderMetadata(try await client.get(address, .discovery), issuer: configuration.issuer)
        }
        self.metadata = metadata
        keys = Fetched(lifetime: configuration.lifetime, pause: configuration.pause, now: now) {
            () async throws(OpenIDFault) -> KeySet in
            try KeySet(try await client.get(try await metadata.value().keysAddress, .keys))
        }
    }

    /// Seconds since the authentication that are demanded (``RelyingPartyConfiguration/maximumAge``).
    public var maximumAge: Int? { configuration.maximumAge }

    /// Ends the connections. Call it once, last.
    public func close() async { await client.close() }

    /// - Throws: ``OpenIDFault/provider(_:_:)``
    public func begin() async throws(OpenIDFault) -> SignInRequest {
        SignInRequest(configuration, try await metadata.value())
    }

    /// Exchanges the answer's code for an ID token, and verifies it.
    ///
    /// - Parameter pending: what ``begin()`` gave for this browser. It counts once: forget it before this is called.
    public func finish(
        _ answer: AuthorizationAnswer, of pending: PendingSignIn
    ) async throws(OpenIDFault) -> Identity {
        guard answer.state.isSame(as: pending.state) else { throw .answer(.otherState) }
        let metadata = try await metadata.value()
        guard answer.issuer.map({ $0 == metadata.issuer }) ?? !metadata.namesItself else {
            throw .answer(.otherIssuer)
        }
        switch answer.outcome {
        case .refused(let code): throw .answer(.refused(code))
        case .code(let code):
            let tokens = try await exchange(code, pending, metadata)
            let claims = try await verified(tokens.idToken)
            try claims.check(configuration, issuer: metadata.issuer, nonce: pending.nonce, now: now())
            return Identity(claims, try await userInfo(for: claims, tokens, metadata))
        }
    }

    /// Where the browser ends the session at the provider, too (OpenID Connect RP-Initiated Logout 1.0). Nil where the provider
    /// offers no such place, or cannot be asked.
    ///
    /// - Parameter address: where it sends the browser then. It must be registered at the provider.
    public func signOutAddress(returningTo address: String) async -> String? {
        guard let endpoint = try? await metadata.value().endSessionEndpoint else { return nil }
        return FormText.address(
            endpoint.text,
            adding: [
                (name: "client_id", value: configuration.clientID), (name: "post_logout_redirect_uri", value: address),
            ])
    }

    // MARK: The token

    private struct Tokens: Decodable {
        let idToken: String
        let accessToken: String?

        enum CodingKeys: String, CodingKey {
            case idToken = "id_token"
            case accessToken = "access_token"
        }
    }

    private struct Refusal: Decodable {
        let error: String?
    }

    /// RFC 6749 §4.1.3.
    private func exchange(
        _ code: String, _ pending: PendingSignIn, _ metadata: ProviderMetadata
    ) async throws(OpenIDFault) -> Tokens {
        var request = HTTPClientRequest(url: metadata.tokenEndpoint.text)
        request.method = .POST
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        var fields = [
            (name: "grant_type", value: "authorization_code"), (name: "code", value: code),
            (name: "redirect_uri", value: configuration.redirectAddress),
            (name: "code_verifier", value: pending.verifier),
        ]
        switch configuration.authentication {
        case .basic(let secret):
            // Escaped before they are joined (RFC 6749 §2.3.1).
            let pair = "\(FormText.escape(configuration.clientID)):\(FormText.escape(secret))"
            request.headers.add(name: "authorization", value: "Basic \(Data(pair.utf8).base64EncodedString())")
        case .post(let secret):
            fields += [(name: "client_id", value: configuration.clientID), (name: "client_secret", value: secret)]
        case .none: fields.append((name: "client_id", value: configuration.clientID))
        }
        request.body = .bytes(Data(FormText.encode(fields).utf8))
        let answer = try await client.send(request, .token)
        guard answer.status == 200 else {
            guard let refusal = try? JSONDecoder().decode(Refusal.self, from: answer.body), refusal.error != nil else {
                throw .provider(.token, .status(answer.status))
            }
            throw .provider(.token, .refused(OAuthError.code(refusal.error)))
        }
        guard let tokens = try? JSONDecoder().decode(Tokens.self, from: answer.body) else {
            let isJSON = (try? JSONDecoder().decode(Refusal.self, from: answer.body)) != nil
            throw isJSON ? .token(.missing) : .provider(.token, .malformed)
        }
        return tokens
    }

    /// By the key that the token names. One that is not known yet is looked for once more.
    private func verified(_ text: String) async throws(OpenIDFault) -> IDTokenClaims {
        let token = try SignedToken(text)
        var key = try await keys.value().key(for: token.algorithm, id: token.keyID)
        if key == nil { key = try await keys.renewed().key(for: token.algorithm, id: token.keyID) }
        guard let key else { throw .token(.unknownKey) }
        return try await token.claims(signedBy: key)
    }

    /// Providers may give the person's claims there alone (OpenID Connect Core 1.0, §5.4). Nil where nothing is missing.
    private func userInfo(
        for token: IDTokenClaims, _ tokens: Tokens, _ metadata: ProviderMetadata
    ) async throws(OpenIDFault) -> UserInfoClaims? {
        guard configuration.claims.contains(where: { token.claims.texts[$0] == nil }),
            let endpoint = metadata.userInfoEndpoint, let access = tokens.accessToken
        else { return nil }
        // It goes into a header.
        guard access.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .provider(.token, .malformed) }
        let json = try await client.get(endpoint, .userInfo, bearer: access)
        guard let claims = try? JSONDecoder().decode(UserInfoClaims.self, from: json) else {
            throw .provider(.userInfo, .malformed)
        }
        guard claims.subject == token.subject else { throw .provider(.userInfo, .otherSubject) }
        return claims
    }
}
