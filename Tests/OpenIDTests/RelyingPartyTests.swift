import CryptoExtras
import Foundation
import JWTKit
import OpenIDTestSupport
import Synchronization
import Testing

@testable import OpenID

@Suite("A relying party signs in whom the provider names, and nobody else")
struct RelyingPartyTests {
    typealias Configure = @Sendable (inout RelyingPartyConfiguration) -> Void
    typealias Change = @Sendable (inout FakeProvider.Behaviour) -> Void

    static func configuration(
        _ provider: FakeProvider, _ authentication: RelyingPartyConfiguration.ClientAuthentication = .none,
        _ configure: Configure = { _ in }
    ) throws -> RelyingPartyConfiguration {
        var configuration = try RelyingPartyConfiguration(
            issuer: provider.issuer, clientID: FakeProvider.clientID, authentication: authentication,
            redirectAddress: FakeProvider.redirect)
        configure(&configuration)
        return configuration
    }

    /// From the first page to the identity, with a provider that does something otherwise.
    func signIn(
        _ authentication: RelyingPartyConfiguration.ClientAuthentication = .none,
        configure: @escaping Configure = { _ in },
        change: @escaping Change = { _ in }, now: @escaping @Sendable () -> Date = { Date() },
        after: @escaping @Sendable (FakeProvider) async throws -> Void = { _ in },
        query: @escaping @Sendable (String) -> String = { $0 }
    ) async throws -> Identity {
        let found = Mutex<Identity?>(nil)
        try await FakeProvider.run { provider in
            provider.change(change)
            let party = RelyingParty(try Self.configuration(provider, authentication, configure), now: now)
            do {
                let request = try await party.begin()
                let answer = try AuthorizationAnswer(query: query(provider.approve(request.address)))
                let identity = try await party.finish(answer, of: request.pending)
                found.withLock { $0 = identity }
                try await after(provider)
            } catch {
                await party.close()
                throw error
            }
            await party.close()
        }
        return try #require(found.withLock { $0 })
    }

    // MARK: What is right

    @Test("everything right gives who it is, how and when they were authenticated")
    func right() async throws {
        let identity = try await signIn()
        #expect(identity.subject == "person-1" && identity.text("email") == "maja@example.org")
        #expect(identity.isEmailVerified == true && identity.context == "loa3")
        #expect(abs(try #require(identity.authenticatedAt).timeIntervalSinceNow + 20) < 10)
        #expect(abs(identity.issuedAt.timeIntervalSinceNow) < 10)
    }

    @Test(
        "tokens signed by RS256, PS256, ES256 and EdDSA hold, and a key that is alone of its kind need not be named",
        arguments: [
            (TokenSignature.rs256, "rsa"), (.ps256, "rsa"), (.es256(TestKeys.p256), "es256"), (.edDSA, "eddsa"),
            (.rs256, nil),
        ] as [(TokenSignature, String?)])
    func algorithms(signature: TokenSignature, keyID: String?) async throws {
        let identity = try await signIn(change: { ($0.signature, $0.keyID) = (signature, keyID) })
        #expect(identity.subject == "person-1")
    }

    @Test("the browser is sent with a state, a nonce, a challenge, and what is demanded of the authentication")
    func request() async throws {
        try await FakeProvider.run { provider in
            let party = RelyingParty(
                try Self.configuration(provider) {
                    ($0.contexts, $0.maximumAge, $0.scopes) = (["loa3", "loa4"], 600, ["email"])
                })
            let (one, two) = (try await party.begin(), try await party.begin())
            await party.close()
            #expect(one.address.hasPrefix(provider.issuer + "/authorize?tenant=1&response_type=code&"))
            let fields = try #require(FormText.decode(String(one.address.split(separator: "?").last ?? "")))
            #expect(fields["client_id"] == FakeProvider.clientID && fields["redirect_uri"] == FakeProvider.redirect)
            #expect(fields["scope"] == "openid email" && fields["acr_values"] == "loa3 loa4")
            #expect(fields["max_age"] == "600" && fields["code_challenge_method"] == "S256")
            #expect(fields["code_challenge"] == TestKeys.hash(one.pending.verifier))
            let secrets = [one, two].flatMap { [$0.pending.state, $0.pending.nonce, $0.pending.verifier] }
            #expect(Set(secrets).count == 6 && secrets.allSatisfy { $0.count == 43 })
            #expect(provider.requests(.discovery) == 1)
        }
    }

    @Test("the client proves who it is as configured: with an escaped header, in the body, or not at all")
    func authentication() async throws {
        _ = try await signIn(
            .basic(secret: FakeProvider.secret),
            after: { provider in
                let pair = Data("the%20desk:s%2Be%2Fc%3Ar%26e%20t".utf8).base64EncodedString()
                let request = try #require(provider.lastTokenRequest)
                #expect(request.authorization == "Basic \(pair)" && request.fields["client_secret"] == nil)
            })
        _ = try await signIn(
            .post(secret: FakeProvider.secret),
            after: { provider in
                let request = try #require(provider.lastTokenRequest)
                #expect(request.authorization == nil && request.fields["client_secret"] == FakeProvider.secret)
            })
        _ = try await signIn(
            .none,
            after: { provider in
                let request = try #require(provider.lastTokenRequest)
                #expect(request.authorization == nil && request.fields["client_secret"] == nil)
                #expect(request.fields["client_id"] == FakeProvider.clientID)
            })
    }

    @Test("a claim that the ID token lacks comes from the userinfo endpoint, with its verification")
    func userInfo() async throws {
        let identity = try await signIn(
            configure: { $0.claims = ["email"] },
            change: {
                $0.claims = ["email": nil, "email_verified": true]
                $0.userInfo = ["email": "maja@example.org", "email_verified": "false"]
            })
        #expect(identity.text("email") == "maja@example.org" && identity.isEmailVerified == false)
        _ = try await signIn(configure: { $0.claims = ["email"] }, after: { #expect($0.requests(.userInfo) == 0) })
    }

    @Test("the provider's sign-out is offered where it has one")
    func signOut() async throws {
        try await FakeProvider.run { provider in
            let party = RelyingParty(try Self.configuration(provider))
            let address = await party.signOutAddress(returningTo: "https://desk.example.org/")
            #expect(
                address == provider.issuer
                    + "/end?client_id=the%20desk&post_logout_redirect_uri=https%3A%2F%2Fdesk.example.org%2F")
            await party.close()
            provider.change { $0.discovery = ["end_session_endpoint": nil] }
            let other = RelyingParty(try Self.configuration(provider))
            #expect(await other.signOutAddress(returningTo: "https://desk.example.org/") == nil)
            await other.close()
        }
    }

    // MARK: Tokens that do not hold

    /// When the tests begin; this one can come many minutes later.
    private static let now = Int(Date().timeIntervalSince1970)

    @Test(
        "a token whose claims are wrong is refused with the claim's name",
        arguments: [
            (["iss": "https://other.example.org"], TokenProblem.issuer), (["aud": "another"], .audience),
            (["aud": ["the desk", "another"]], .audience), (["aud": ["the desk"], "azp": "another"], .audience),
            (["aud": []], .audience), (["nonce": "another"], .nonce), (["nonce": nil], .nonce),
            (["exp": .int(now - 61)], .expired), (["nbf": .int(now + 86_400)], .notYetValid),
            (["iat": .int(now + 86_400)], .notYetValid), (["exp": nil], .malformed), (["sub": nil], .malformed),
            (["sub": ""], .malformed), (["exp": "tomorrow"], .malformed), (["iat": nil], .malformed),
            (["auth_time": .int(now + 86_400)], .authenticationTime),
        ] as [([String: JSON], TokenProblem)])
    func claims(claims: [String: JSON], problem: TokenProblem) async throws {
        await #expect(throws: OpenIDFault.token(problem)) { try await signIn(change: { $0.claims = claims }) }
    }

    @Test("a token for several audiences holds where it was issued to this client")
    func severalAudiences() async throws {
        _ = try await signIn(change: { $0.claims = ["aud": ["another", "the desk"], "azp": "the desk"] })
    }

    @Test("clocks may be a minute apart, and no more")
    func skew() async throws {
        _ = try await signIn(now: { Date(timeIntervalSinceNow: 300 + 50) })
        await #expect(throws: OpenIDFault.token(.expired)) {
            try await signIn(now: { Date(timeIntervalSinceNow: 300 + 70) })
        }
        _ = try await signIn(now: { Date(timeIntervalSinceNow: -50) })
        await #expect(throws: OpenIDFault.token(.notYetValid)) {
            try await signIn(now: { Date(timeIntervalSinceNow: -70) })
        }
    }

    @Test("an authentication that is not the one demanded, or too old, or of an unknown age, is refused")
    func demanded() async throws {
        await #expect(throws: OpenIDFault.token(.context)) {
            try await signIn(configure: { $0.contexts = ["loa4"] })
        }
        await #expect(throws: OpenIDFault.token(.context)) {
            try await signIn(configure: { $0.contexts = ["loa3"] }, change: { $0.claims = ["acr": nil] })
        }
        _ = try await signIn(configure: { ($0.contexts, $0.maximumAge) = (["loa4", "loa3"], 600) })
        await #expect(throws: OpenIDFault.token(.authenticationTime)) {
            try await signIn(
                configure: { $0.maximumAge = 600 }, change: { $0.claims = ["auth_time": .int(Self.now - 700)] })
        }
        for unsaid in [nil, 0] as [JWTHeaderField] {
            await #expect(throws: OpenIDFault.token(.noAuthenticationTime)) {
                try await signIn(configure: { $0.maximumAge = 600 }, change: { $0.claims = ["auth_time": unsaid] })
            }
            let identity = try await signIn(change: { $0.claims = ["auth_time": unsaid] })
            #expect(identity.authenticatedAt == nil, "where no age is demanded, the provider need not say it")
        }
    }

    @Test("an unsigned token is refused, in any spelling")
    func unsigned() async throws {
        await #expect(throws: OpenIDFault.token(.unsigned)) { try await signIn(change: { $0.signature = .none }) }
        let spelled = try TokenSignature.none.sign([:], keyID: nil, header: ["alg": "NoNe"])
        await #expect(throws: OpenIDFault.token(.unsigned)) { try await signIn(change: { $0.idToken = spelled }) }
    }

    @Test("a token signed with the public key as if it were a secret is refused")
    func publicKeyAsSecret() async throws {
        let forms = [Data(TestKeys.rsa.publicKey.pemRepresentation.utf8), TestKeys.rsa.publicKey.derRepresentation]
        for secret in forms {
            await #expect(throws: OpenIDFault.token(.algorithm)) {
                try await signIn(change: { ($0.signature, $0.keyID) = (.hs256(secret: secret), "rsa") })
            }
        }
    }

    @Test("a token signed by another key under the provider's name for its own is refused")
    func otherKey() async throws {
        await #expect(throws: OpenIDFault.token(.signature)) {
            try await signIn(change: { $0.signature = .es256(TestKeys.otherP256) })
        }
    }

    @Test("a key does not serve for an algorithm that it was not published for")
    func otherAlgorithm() async throws {
        await #expect(throws: OpenIDFault.token(.unknownKey)) { try await signIn(change: { $0.signature = .rs256 }) }
    }

    @Test(
        "what is no signed token is refused",
        arguments: ["a.b.c", "e30.e30", "e30.e30.e30.e30", String(repeating: "a", count: 20_000), "..", "é.é.é"])
    func malformed(text: String) async throws {
        await #expect(throws: OpenIDFault.token(.malformed)) { try await signIn(change: { $0.idToken = text }) }
    }

    @Test("a token with an extension that must be understood is refused")
    func critical() async throws {
        let text = try TokenSignature.es256(TestKeys.p256).sign([:], keyID: "es256", header: ["crit": ["b64"]])
        await #expect(throws: OpenIDFault.token(.malformed)) { try await signIn(change: { $0.idToken = text }) }
    }

    @Test("an answer without an ID token is refused")
    func missing() async throws {
        await #expect(throws: OpenIDFault.token(.missing)) { try await signIn(change: { $0.idToken = "" }) }
    }

    // MARK: Answers that belong to nobody

    @Test("an answer with another state, of another issuer or without one, is refused before its code is used")
    func otherAnswer() async throws {
        await #expect(throws: OpenIDFault.answer(.otherState)) {
            try await signIn(query: { $0.replacing(/state=[^&]*/, with: "state=other") })
        }
        for query in ["iss=https%3A%2F%2Fother.example.org", ""] {
            await #expect(throws: OpenIDFault.answer(.otherIssuer)) {
                try await signIn(query: { $0.replacing(/iss=[^&]*/, with: query) })
            }
        }
        _ = try await signIn(
            change: { $0.discovery = ["authorization_response_iss_parameter_supported": nil] },
            query: { $0.replacing(/iss=[^&]*/, with: "") })
    }

    @Test("a refusal of the provider's is passed on by its code alone")
    func refusals() async throws {
        await #expect(throws: OpenIDFault.answer(.refused("access_denied"))) {
            try await signIn(query: {
                $0.replacing(/code=[^&]*/, with: "error=access_denied&error_description=secret")
            })
        }
        await #expect(throws: OpenIDFault.answer(.refused("an unknown error"))) {
            try await signIn(query: { $0.replacing(/code=[^&]*/, with: "error=%3Cscript%3E") })
        }
        await #expect(throws: OpenIDFault.provider(.token, .refused("invalid_grant"))) {
            try await signIn(query: { $0.replacing(/code=[^&]*/, with: "code=guessed") })
        }
    }

    @Test(
        "a query that lacks something, or has it twice, is none",
        arguments: [
            "", "code=1", "state=1", "state=1&code=", "state=1&code=1&error=x", "state=1&state=1&code=1", "state=%",
        ])
    func queries(query: String) {
        #expect(throws: OpenIDFault.answer(.malformed)) { try AuthorizationAnswer(query: query) }
        #expect(throws: OpenIDFault.answer(.malformed)) {
            try AuthorizationAnswer(query: "state=1&code=" + String(repeating: "1", count: 9_000))
        }
    }
}
