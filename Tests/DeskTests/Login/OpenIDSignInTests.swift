import DeskSignIn
import Domain
import Foundation
import HTTPTypes
import JWTKit
import OpenID
import OpenIDTestSupport
import ServiceHost
import TestSupport
import Testing

@testable import desk

@Suite("Signing in with a provider: whom it names is found in the directory, and let in as the county demands")
struct OpenIDSignInTests {
    /// Runs a desk whose people sign in at a fake provider.
    private func test(
        claim: PersonClaim = .email, map: String = "loa3=3 loa2=2", maximumAge: Int? = 480 * 60,
        metrics: PrometheusMetrics = PrometheusMetrics(),
        change: @escaping @Sendable (inout FakeProvider.Behaviour) -> Void = { _ in },
        _ body: @escaping @Sendable (LoginTester, FakeProvider) async throws -> Void
    ) async throws {
        try await FakeProvider.run { provider in
            provider.change { $0.claims = ["email": "Teacher@Example.ORG"] }
            provider.change(change)
            let folder = TemporaryFolder()
            defer { folder.remove() }
            var configuration = try RelyingPartyConfiguration(
                issuer: provider.issuer, clientID: FakeProvider.clientID, authentication: .none,
                redirectAddress: LoginTester.address + LoginSettings.callbackPath)
            (configuration.claims, configuration.maximumAge) = ([claim.rawValue], maximumAge)
            let party = RelyingParty(configuration)
            let result: Result<Void, any Error>
            do {
                let levels = try #require(AssuranceMap(map))
                let method = Login.Method.openID(party, claim, levels)
                try await body(try LoginTester(folder, method: method, metrics: metrics), provider)
                result = .success(())
            } catch { result = .failure(error) }
            await party.close()
            try result.get()
        }
    }

    private func begin(_ tester: LoginTester, to path: String = "/who") async throws -> (
        address: String, cookie: String
    ) {
        let page = try await tester.ask("/sign-in?to=\(path)")
        #expect(page.status == 200)
        let refresh = try #require(page.headers[.refresh])
        #expect(refresh.hasPrefix("0; url=http://127.0.0.1:"))
        let cookie = try #require(page.cookie("__Host-desk-sign-in"))
        return (String(refresh.dropFirst("0; url=".count)), cookie)
    }

    private func end(_ tester: LoginTester, _ query: String, _ cookies: [String: String]) async throws
        -> LoginTester.Answer
    {
        try await tester.ask("/sign-in/callback?\(query)", cookies: cookies)
    }

    /// From the first page to the last.
    private func signIn(_ tester: LoginTester, _ provider: FakeProvider) async throws -> LoginTester.Answer {
        let begun = try await begin(tester)
        return try await end(tester, provider.approve(begun.address), ["__Host-desk-sign-in": begun.cookie])
    }

    @Test("whoever is found by their address comes to the page that they wanted, and the begun sign-in is forgotten")
    func whole() async throws {
        try await test { tester, provider in
            let answer = try await signIn(tester, provider)
            #expect(answer.status == 303 && answer.location == "/who" && answer.cookie("__Host-desk-sign-in") == "")
            let token = try #require(answer.token)
            #expect(try await tester.who(token).person == "teacher")
            let session = try #require(SessionToken(token))
            let found = try #require(try await tester.login.session(session))
            #expect(found.session.signedIn.assurance == .three && found.session.signedIn.county == "TST")
            #expect(abs(found.session.signedIn.at.timeIntervalSinceNow + 20) < 10)
            // Signed in already: no way to the provider.
            let again = try await tester.ask("/sign-in?to=/who", cookies: ["__Host-desk": token])
            #expect(again.location == "/who")
        }
    }

    @Test(
        "where no age is demanded, the provider's word counts from when it was given, whatever it says of the authentication",
        arguments: [nil, 0, -30 * 3_600] as [Int?])
    func anyAge(since: Int?) async throws {
        let said: JWTHeaderField = since.map { .int($0 == 0 ? 0 : Int(Date().timeIntervalSince1970) + $0) } ?? nil
        try await test(maximumAge: nil, change: { $0.claims["auth_time"] = said }) { tester, provider in
            let answer = try await signIn(tester, provider)
            let session = try #require(answer.token.flatMap(SessionToken.init))
            let found = try #require(try await tester.login.session(session))
            // The proof of who acts counts for 24 hours from then.
            #expect(abs(found.session.signedIn.at.timeIntervalSinceNow) < 60)
        }
        try await test(change: { $0.claims["auth_time"] = said }) { tester, provider in
            let answer = try await signIn(tester, provider)
            #expect(answer.status == 503 && answer.token == nil && answer.text.contains("fungerar inte"))
        }
    }

    @Test("each way in which signing in ends is counted under its own word, and there are no other words")
    func counted() async throws {
        let metrics = PrometheusMetrics()
        let name = "desk_sign_ins_total"
        try await test(metrics: metrics) { tester, provider in
            #expect(
                metrics.text.matches(of: #/(?m)^desk_sign_ins_total\{.*\} 0$/#).count == SignInResult.allCases.count)
            _ = try await signIn(tester, provider)
            provider.change { $0.claims = ["email": "stranger@example.org"] }
            _ = try await signIn(tester, provider)
            provider.change { $0.claims = ["email": "teacher@example.org", "email_verified": false] }
            _ = try await signIn(tester, provider)
            tester.directory.change { $0.settings.minimumAssurance = .four }
            provider.change { $0.claims = ["email": "teacher@example.org"] }
            _ = try await signIn(tester, provider)
            _ = try await tester.ask("/sign-in/callback?code=x&state=\(String(repeating: "y", count: 999))")
            let begun = try await begin(tester)
            let state = String(provider.approve(begun.address).split(separator: "&")[1])
            _ = try await end(
                tester, "error=access_denied&\(state)&iss=\(provider.issuer)", ["__Host-desk-sign-in": begun.cookie])
            provider.change { $0.signature = .none }
            _ = try await signIn(tester, provider)
            tester.directory.change { county in
                county.people["other"] = county.people["teacher"].map { person in
                    var person = person
                    person.id = "other"
                    return person
                }
            }
            provider.change { $0.signature = .es256(TestKeys.p256) }
            _ = try await signIn(tester, provider)
            for result in SignInResult.allCases {
                #expect(metrics.text.contains("\(name){result=\"\(result.rawValue)\"} 1\n"), "\(result)")
            }
            #expect(metrics.text.matches(of: #/(?m)^desk_sign_ins_total/#).count == SignInResult.allCases.count)
        }
    }

    @Test("the directory's id can be the provider's subject, or the preferred user name")
    func ids() async throws {
        try await test(claim: .subject, change: { $0.claims = ["sub": "nurse"] }) { tester, provider in
            let token = try await signIn(tester, provider).token
            #expect(try await tester.who(token).person == "nurse")
        }
        try await test(claim: .preferredUsername, change: { $0.userInfo = ["preferred_username": "nurse"] }) {
            tester, provider in
            let token = try await signIn(tester, provider).token
            #expect(try await tester.who(token).person == "nurse")
        }
    }

    @Test("nobody who is not in the directory, is not alone with their address, or has not proven it, is let in")
    func refused() async throws {
        let changes: [(SignInRefusal, [String: JWTHeaderField])] = [
            (.unknown, ["email": "stranger@example.org"]), (.unknown, ["email": nil]),
            (.unknown, ["email": "teacher@example.org.evil.example.org"]),
            (.unverified, ["email": "teacher@example.org", "email_verified": false]),
            (.several, ["email": "nils@example.org"]),
        ]
        try await test { tester, provider in
            tester.directory.change { county in
                county.people["other"] = county.people["nurse"].map { person in
                    var person = person
                    person.id = "other"
                    return person
                }
            }
            for (refusal, claims) in changes {
                provider.change { $0.claims = claims }
                let answer = try await signIn(tester, provider)
                #expect(answer.status == 403 && answer.token == nil)
                #expect(answer.text.contains(Catalogue.text(refusal.text, .swedish)))
                #expect(!answer.text.contains("example.org"), "nobody's address is shown")
            }
        }
    }

    @Test("the county's least level of assurance is demanded; what the provider does not say is the lowest")
    func assurance() async throws {
        try await test { tester, provider in
            tester.directory.change { $0.settings.minimumAssurance = .three }
            #expect(try await signIn(tester, provider).status == 303)
            for context in ["loa2", "loa4", nil] as [JWTHeaderField] {
                provider.change { $0.claims["acr"] = context }
                let answer = try await signIn(tester, provider)
                #expect(answer.status == 403 && answer.token == nil)
                #expect(answer.text.contains("säkrare"))
            }
            tester.directory.change { $0.settings.minimumAssurance = .two }
            provider.change { $0.claims["acr"] = "loa2" }
            #expect(try await signIn(tester, provider).status == 303)
        }
    }

    @Test("what one browser has begun, no other completes; and nothing begins that nobody has asked for")
    func swapped() async throws {
        try await test { tester, provider in
            let (one, two) = (try await begin(tester), try await begin(tester))
            let query = provider.approve(one.address)
            let forged = [
                [:], ["__Host-desk-sign-in": two.cookie], ["__Host-desk-sign-in": one.cookie + "A"],
                ["__Host-desk-sign-in": String(one.cookie.dropLast(4))], ["__Host-desk-sign-in": "{}"],
            ]
            for cookies in forged {
                let answer = try await end(tester, query, cookies)
                #expect(answer.status == 400 && answer.token == nil)
            }
            #expect(provider.lastTokenRequest == nil, "no code was used")
            #expect(try await end(tester, query, ["__Host-desk-sign-in": one.cookie]).status == 303)
        }
    }

    @Test("a sign-in must be completed within a quarter of an hour")
    func late() async throws {
        try await test { tester, provider in
            let begun = try await begin(tester)
            tester.clock.advance(15 * 60)
            let answer = try await end(tester, provider.approve(begun.address), ["__Host-desk-sign-in": begun.cookie])
            #expect(answer.status == 400)
        }
    }

    @Test("of two windows that sign in at once, the later one finds that it is signed in")
    func twoWindows() async throws {
        try await test { tester, provider in
            let (one, two) = (try await begin(tester), try await begin(tester))
            let done = try await end(tester, provider.approve(two.address), ["__Host-desk-sign-in": two.cookie])
            let token = try #require(done.token)
            let late = try await end(tester, provider.approve(one.address), ["__Host-desk": token])
            #expect(late.location == "/" && late.token == nil)
        }
    }

    @Test("what goes wrong at the provider is told in words, without what it was")
    func provider() async throws {
        try await test { tester, provider in
            let begun = try await begin(tester)
            let state = String(provider.approve(begun.address).split(separator: "&")[1])
            let cancelled = try await end(
                tester, "error=access_denied&\(state)&iss=\(provider.issuer)", ["__Host-desk-sign-in": begun.cookie])
            #expect(cancelled.status == 403 && cancelled.text.contains("avbröts"))
            provider.change { $0.signature = .none }
            let unsigned = try await signIn(tester, provider)
            #expect(unsigned.status == 503 && unsigned.text.contains("fungerar inte") && unsigned.token == nil)
        }
        try await test(change: { $0.statuses = [.discovery: 500] }) { tester, _ in
            let answer = try await tester.ask("/sign-in")
            #expect(answer.status == 503 && answer.text.contains("fungerar inte"))
        }
    }

    @Test("there is no sign-in without proof beside the provider's, and signing out names the provider's page")
    func ways() async throws {
        try await test { tester, provider in
            let answer = try await tester.ask("/sign-in", .post, form: ["person": "teacher"])
            #expect(answer.status == 401 && answer.token == nil)
            let page = try await tester.ask("/sign-out")
            #expect(page.text.contains("\(provider.issuer)/end?client_id="))
        }
    }

    @Test("contexts are mapped to levels, and nothing else is a map")
    func map() throws {
        let map = try #require(AssuranceMap("http://id.elegnamnden.se/loa/1.0/loa3=3 a=b=4"))
        #expect(map.assurance("http://id.elegnamnden.se/loa/1.0/loa3") == .three && map.assurance("a=b") == .four)
        #expect(map.assurance("a") == .one && map.assurance(nil) == .one)
        for text in ["a", "a=", "=3", "a=5", "a=0", "a=service", "a=3 a=2"] { #expect(AssuranceMap(text) == nil) }
    }
}
