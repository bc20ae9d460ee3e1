import Foundation
import JWTKit
import OpenIDTestSupport
import Synchronization
import Testing

@testable import OpenID

typealias JSON = JWTHeaderField

@Suite("What a provider serves is bounded, checked, and fetched no more often than is needed")
struct ProviderTests {
    /// What the first page becomes with a provider that does something otherwise.
    private func begin(_ change: @escaping @Sendable (inout FakeProvider.Behaviour) -> Void) async throws {
        try await FakeProvider.run { provider in
            provider.change(change)
            let party = RelyingParty(try RelyingPartyTests.configuration(provider))
            let result = await Result { try await party.begin() }
            await party.close()
            _ = try result.get()
        }
    }

    @Test("a discovery document of another issuer is refused, also if it differs by a slash")
    func otherIssuer() async throws {
        for issuer in ["https://other.example.org", ""] {
            await #expect(throws: OpenIDFault.provider(.discovery, .otherIssuer)) {
                try await begin { $0.discovery = ["issuer": .string(issuer)] }
            }
        }
    }

    @Test(
        "an address that is not https and not on this machine is refused",
        arguments: [
            "http://op.example.org/x", "ftp://op.example.org", "javascript:alert(1)", "http://127.evil.example.org/",
            "https://user:password@op.example.org/", "/x",
        ])
    func notSecure(address: String) async throws {
        for name in ["token_endpoint", "authorization_endpoint", "jwks_uri", "userinfo_endpoint"] {
            await #expect(throws: OpenIDFault.provider(.discovery, .notSecure)) {
                try await begin { $0.discovery = [name: .string(address)] }
            }
        }
        #expect(throws: OpenIDFault.configuration(.issuer)) {
            try RelyingPartyConfiguration(
                issuer: address, clientID: "a", authentication: .none, redirectAddress: FakeProvider.redirect)
        }
        #expect(throws: OpenIDFault.configuration(.redirect)) {
            try RelyingPartyConfiguration(
                issuer: "https://op.example.org", clientID: "a", authentication: .none, redirectAddress: address)
        }
    }

    @Test("a provider without proof keys, and a document that lacks something, are refused")
    func lacking() async throws {
        await #expect(throws: OpenIDFault.provider(.discovery, .withoutProofKey)) {
            try await begin { $0.discovery = ["code_challenge_methods_supported": ["plain"]] }
        }
        await #expect(throws: OpenIDFault.provider(.discovery, .malformed)) {
            try await begin { $0.discovery = ["jwks_uri": nil] }
        }
        await #expect(throws: OpenIDFault.provider(.discovery, .status(302))) {
            try await begin { $0.statuses = [.discovery: 302] }
        }
    }

    @Test(
        "an answer that has no end, one that is too slow and one that fails are refused wherever they come from",
        arguments: [OpenIDFault.Endpoint.discovery, .keys, .token, .userInfo])
    func bounded(endpoint: OpenIDFault.Endpoint) async throws {
        let changes: [(ProviderProblem, @Sendable (inout FakeProvider.Behaviour) -> Void)] = [
            (.tooLarge, { $0.endless = endpoint }), (.tooSlow, { $0.slow = endpoint }),
            (.status(503), { $0.statuses = [endpoint: 503] }),
        ]
        for (problem, change) in changes {
            await #expect(throws: OpenIDFault.provider(endpoint, problem)) {
                try await RelyingPartyTests().signIn(
                    configure: { configuration in
                        configuration.claims = ["phone_number"]
                        if problem == .tooSlow { configuration.patience = .seconds(2) }
                    }, change: change)
            }
        }
    }

    @Test("a userinfo answer about somebody else is refused")
    func otherSubject() async throws {
        await #expect(throws: OpenIDFault.provider(.userInfo, .otherSubject)) {
            try await RelyingPartyTests().signIn(
                configure: { $0.claims = ["phone_number"] }, change: { $0.userInfo = ["sub": "person-2"] })
        }
    }

    @Test("a provider that cannot be reached is asked again after a pause, and not before")
    func unreachable() async throws {
        try await FakeProvider.run { provider in
            let clock = TestClock()
            let party = RelyingParty(try RelyingPartyTests.configuration(provider), now: { clock.now })
            provider.change { $0.statuses = [.discovery: 500] }
            for _ in 1...3 {
                await #expect(throws: OpenIDFault.provider(.discovery, .status(500))) { try await party.begin() }
            }
            provider.change { $0.statuses = [:] }
            #expect(provider.requests(.discovery) == 1)
            clock.advance(31)
            _ = try await party.begin()
            #expect(provider.requests(.discovery) == 2)
            await party.close()
        }
        var configuration = try RelyingPartyConfiguration(
            issuer: "http://127.0.0.1:1", clientID: "a", authentication: .none, redirectAddress: FakeProvider.redirect)
        configuration.patience = .seconds(1)
        let party = RelyingParty(configuration)
        await #expect(throws: OpenIDFault.provider(.discovery, .unreachable)) { try await party.begin() }
        await party.close()
    }

    @Test("many who begin at once ask the provider once")
    func once() async throws {
        try await FakeProvider.run { provider in
            let party = RelyingParty(try RelyingPartyTests.configuration(provider))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...50 { group.addTask { _ = try await party.begin() } }
                try await group.waitForAll()
            }
            #expect(provider.requests(.discovery) == 1)
            await party.close()
        }
    }

    @Test("a key that was published later is found, and unknown ones do not make the provider be asked at each token")
    func unknownKeys() async throws {
        try await FakeProvider.run { provider in
            let clock = TestClock()
            let party = RelyingParty(try RelyingPartyTests.configuration(provider), now: { clock.now })
            @Sendable func signIn() async throws {
                let request = try await party.begin()
                let answer = try AuthorizationAnswer(query: provider.approve(request.address))
                _ = try await party.finish(answer, of: request.pending)
            }
            try await signIn()
            provider.change { ($0.signature, $0.keyID) = (.es256(TestKeys.otherP256), "new") }
            clock.advance(31)
            for _ in 1...3 {
                await #expect(throws: OpenIDFault.token(.unknownKey)) { try await signIn() }
            }
            #expect(provider.requests(.keys) == 2)
            provider.change { $0.keys.append(TestKeys.key(TestKeys.otherP256, "new")) }
            clock.advance(31)
            try await signIn()
            #expect(provider.requests(.keys) == 3)
            // And one that was withdrawn does not outlive the hour.
            provider.change { $0.keys.removeLast() }
            clock.advance(3_601)
            provider.change { $0.claims = ["exp": .int(4_000_000_000)] }
            await #expect(throws: OpenIDFault.token(.unknownKey)) { try await signIn() }
            await party.close()
        }
    }

    @Test("nothing that is printed shows a token, a secret or a person")
    func silent() async throws {
        let identity = try await RelyingPartyTests().signIn()
        var texts = ["\(identity)", String(reflecting: identity)]
        dump(identity, to: &texts[0])
        let pending = PendingSignIn()
        texts += ["\(pending)", String(reflecting: pending)]
        let secrets = ["maja", "person-1", pending.state, pending.nonce, pending.verifier]
        for secret in secrets { #expect(!texts.contains { $0.contains(secret) }) }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
