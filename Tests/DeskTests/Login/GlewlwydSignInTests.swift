import CloudEvents
import Codec
import DeskSignIn
import Domain
import Foundation
import GRDB
import HTTPTypes
import OpenID
import OpenIDTestSupport
import ServiceHost
import ServiceKit
import StreamsTestSupport
import TestSupport
import Testing

@testable import desk

@Suite("At the desk itself, people sign in with a real OpenID provider")
struct GlewlwydSignInTests {
    private static let secret = "secret-of-the-desk"

    /// The desk's own settings for Glewlwyd.
    private static func method(_ provider: Glewlwyd, _ more: [String: String] = [:]) throws -> Login.Method {
        let environment = [
            "DESK_ADDRESS": LoginTester.address, "OIDC_ISSUER": provider.issuer, "OIDC_CLIENT_ID": "desk",
            "OIDC_CLIENT_SECRET": secret, "OIDC_SCOPES": "",
        ].merging(more) { $1 }
        let settings = try Settings(Setting.common + Setting.desk + Setting.login, SettingsSource(environment))
        return Login.Method(try LoginSettings(settings, host: "127.0.0.1", port: 8090).method)
    }

    /// Runs a desk whose people sign in at Glewlwyd; without it nothing is run, and the reason is printed.
    private func test(
        _ settings: [String: String],
        _ body: (LoginTester, Glewlwyd, DeskTester, PrometheusMetrics) async throws -> Void
    ) async throws {
        guard let provider = try await Glewlwyd.start() else { return }
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let result: Result<Void, any Error>
        do {
            try await provider.setUp(
                people: ["rut": "head.school@example.org", "stranger": "stranger@example.org"], secret: Self.secret,
                redirect: LoginTester.address + LoginSettings.callbackPath)
            let (pages, metrics) = (try DeskTester(now: Date()), PrometheusMetrics())
            let method = try Self.method(provider, settings)
            let tester = try LoginTester(folder, method: method, desk: pages.desk, metrics: metrics)
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(tester, provider, pages, metrics)) } catch {
                outcome = .failure(error)
            }
            if case .openID(let party, _, _) = method { await party.close() }
            result = outcome
        } catch { result = .failure(error) }
        await provider.close()
        try result.get()
    }

    /// From a page that somebody wants to see, by way of the provider's pages, to the desk's answer.
    private func signIn(
        _ tester: LoginTester, _ provider: Glewlwyd, as person: String, to path: String
    ) async throws -> LoginTester.Answer {
        let closed = try await tester.ask(path)
        #expect(closed.status == 303)
        let page = try await tester.ask(try #require(closed.location))
        let address = try #require(page.headers[.refresh]).dropFirst("0; url=".count)
        let query = try await provider.approve(String(address), as: person)
        let cookie = try #require(page.cookie("__Host-desk-sign-in"))
        return try await tester.ask("/sign-in/callback?\(query)", cookies: ["__Host-desk-sign-in": cookie])
    }

    @Test("by the link of a mail: to the provider, back to the very case, found by e-mail, and what they do counts")
    func whole() async throws {
        try await test(["OIDC_MAX_AGE_MINUTES": "any"]) { tester, provider, pages, metrics in
            try pages.suite.send(SuiteInMemory.report, id: "r1", key: "r1", to: .concernReports)
            let receipt = try await pages.suite.view.reader().read { try $0.receipt(of: "r1", from: "test") }
            let path = "/case/\(try #require(receipt).registered.caseReference)/people"

            let answer = try await signIn(tester, provider, as: "rut", to: path)
            #expect(answer.status == 303 && answer.location == path)
            let session = ["__Host-desk": try #require(answer.token)]
            let work = try await tester.ask("/work", cookies: session)
            #expect(work.status == 200 && work.text.contains("Chef Exempelson, Enhet school"))
            let form = try #require(
                FilledForm(try await tester.ask(path, cookies: session).text, to: "/do/take_on"))
            let done = try await tester.ask(
                form.action, .post, cookies: session,
                form: Dictionary(uniqueKeysWithValues: form.fields.map { ($0.name, $0.value) }))
            #expect(
                done.location == "\(path)?done=take_on", "the proof of who acts holds, though nobody says auth_time")
            #expect(metrics.text.contains(#"desk_sign_ins_total{result="signed_in"} 1"#))
        }
    }

    @Test("whoever is not in the directory, or not surely enough themselves, gets a plain page and no session")
    func refused() async throws {
        try await test(["OIDC_MAX_AGE_MINUTES": "any"]) { tester, provider, _, metrics in
            let stranger = try await signIn(tester, provider, as: "stranger", to: "/work")
            #expect(stranger.status == 403 && stranger.token == nil)
            #expect(stranger.text.contains(Catalogue.text(SignInRefusal.unknown.text, .swedish)))
            #expect(!stranger.text.contains("stranger"), "nobody's address is shown")
            tester.directory.change { $0.settings.minimumAssurance = .two }
            let unsure = try await signIn(tester, provider, as: "rut", to: "/work")
            #expect(unsure.status == 403 && unsure.token == nil && unsure.text.contains("säkrare"))
            for result in ["unknown", "assurance"] {
                #expect(metrics.text.contains("desk_sign_ins_total{result=\"\(result)\"} 1"))
            }
        }
    }

    @Test("where an age is demanded, a provider that does not say when somebody was authenticated signs nobody in")
    func age() async throws {
        try await test([:]) { tester, provider, _, metrics in
            let answer = try await signIn(tester, provider, as: "rut", to: "/work")
            #expect(answer.status == 503 && answer.token == nil)
            #expect(answer.text.contains(Catalogue.text("desk.sign_in.provider", .swedish)))
            #expect(metrics.text.contains(#"desk_sign_ins_total{result="provider"} 1"#))
        }
    }
}
