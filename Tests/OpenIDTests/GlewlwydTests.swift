import Foundation
import OpenIDTestSupport
import Testing

@testable import OpenID

@Suite("A real OpenID provider signs people in")
struct GlewlwydTests {
    /// Of letters that mean the same escaped and not: Glewlwyd reads the header without RFC 6749 §2.3.1.
    private static let secret = "secret-of-the-desk"

    @Test("whoever enters name and password at Glewlwyd, and allows it, is signed in with what the directory needs")
    func signIn() async throws {
        guard let provider = try await Glewlwyd.start() else { return }
        do {
            try await provider.setUp(secret: Self.secret, redirect: FakeProvider.redirect)
            var configuration = try RelyingPartyConfiguration(
                issuer: provider.issuer, clientID: "desk", authentication: .basic(secret: Self.secret),
                redirectAddress: FakeProvider.redirect)
            configuration.claims = ["email"]
            let party = RelyingParty(configuration)
            let result = await Self.result {
                let request = try await party.begin()
                let query = try await provider.approve(request.address)
                let answer = try AuthorizationAnswer(query: query)
                let identity = try await party.finish(answer, of: request.pending)
                #expect(identity.text("email") == "teacher@example.org" && !identity.subject.isEmpty)
                // Glewlwyd 2.7.5 says 0, so that no age can be demanded of it.
                #expect(identity.authenticatedAt == nil && abs(identity.issuedAt.timeIntervalSinceNow) < 60)
                // The code counts once.
                await #expect(throws: OpenIDFault.provider(.token, .refused("invalid_code"))) {
                    try await party.finish(answer, of: request.pending)
                }
            }
            await party.close()
            try result.get()

            configuration = try RelyingPartyConfiguration(
                issuer: provider.issuer, clientID: "desk", authentication: .basic(secret: "wrong"),
                redirectAddress: FakeProvider.redirect)
            let other = RelyingParty(configuration)
            let refused = await Self.result {
                let request = try await other.begin()
                let query = try await provider.approve(request.address)
                _ = try await other.finish(try AuthorizationAnswer(query: query), of: request.pending)
            }
            await other.close()
            let fault = #expect(throws: OpenIDFault.self) { try refused.get() }
            guard case .provider(.token, _) = fault else {
                Issue.record("\(String(describing: fault))")
                return await provider.close()
            }
        } catch {
            await provider.close()
            throw error
        }
        await provider.close()
    }

    private static func result(_ body: () async throws -> Void) async -> Result<Void, any Error> {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}
