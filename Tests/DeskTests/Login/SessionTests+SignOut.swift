import Domain
import Foundation
import GRDB
import HTTPTypes
import OpenIDTestSupport
import TestSupport
import Testing

@testable import desk

extension SessionTests {
    @Test("signing out ends this session, signing out everywhere all of the person's and nobody else's")
    func signOut() async throws {
        try await test { tester, _ in
            let tokens = [try await tester.signIn(), try await tester.signIn(), try await tester.signIn()]
            let other = try await tester.signIn("nurse")
            func signOut(_ token: String, _ fields: [String: String]) async throws -> LoginTester.Answer {
                let formToken = try await tester.who(token).formToken
                return try await tester.ask(
                    "/sign-out", .post, cookies: ["__Host-desk": token],
                    form: fields.merging(["csrf": formToken]) { $1 })
            }
            let answer = try await signOut(tokens[0], [:])
            #expect(answer.location == "/sign-out" && answer.token == "")
            #expect(answer.headers[.clearSiteData] == "\"storage\"")
            #expect(try await tester.who(tokens[0]).status == 303)
            #expect(try await tester.who(tokens[1]).person == "teacher")
            _ = try await signOut(tokens[1], ["everywhere": "1"])
            for token in tokens { #expect(try await tester.who(token).status == 303) }
            #expect(try await tester.who(other).person == "nurse")
        }
    }

    @Test("the address of signing out ends nothing: whoever is signed in is asked, and can sign out here or everywhere")
    func askedToSignOut() async throws {
        try await test { tester, _ in
            let token = try await tester.signIn()
            let formToken = try await tester.who(token).formToken
            let page = try await tester.ask("/sign-out", cookies: ["__Host-desk": token])
            #expect(page.status == 200 && page.headers[.clearSiteData] == nil)
            #expect(page.text.contains(#"value="\#(formToken)""#) && page.text.contains(#"name="everywhere""#))
            #expect(try await tester.who(token).person == "teacher")
        }
    }

    @Test(
        "whoever signs out after the session has ended is signed out, and nothing that was written is left in the browser"
    )
    func signOutLate() async throws {
        try await test { tester, _ in
            let token = try await tester.signIn()
            let formToken = try await tester.who(token).formToken
            tester.clock.advance(30 * 60)
            let answer = try await tester.ask(
                "/sign-out", .post, cookies: ["__Host-desk": token], form: ["csrf": formToken])
            #expect(answer.status == 303 && answer.location == "/sign-out" && answer.token == "")
            #expect(answer.headers[.clearSiteData] == "\"storage\"")
        }
    }

    @Test(
        "a form that is sent after the session has ended leads back to its page by way of the sign-in, and not to the form",
        arguments: [
            (LoginTester.address + "/case/TST-1/mapping?done=x", "/sign-in?to=/case/TST-1/mapping%3Fdone%3Dx"),
            (LoginTester.address + "/", "/sign-in"), (LoginTester.address + "/sign-out", "/sign-in"), ("", "/sign-in"),
            ("https://evil.example.org//evil", "/sign-in"), ("javascript:alert(1)", "/sign-in"),
            (LoginTester.address + "/\"><script>", "/sign-in"),
        ])
    func expired(referer: String, link: String) async throws {
        try await test { tester, _ in
            let token = try await tester.signIn()
            let formToken = try await tester.who(token).formToken
            tester.clock.advance(30 * 60)
            let answer = try await tester.ask(
                "/case/TST-1/do/add_information", .post, cookies: ["__Host-desk": token], form: ["csrf": formToken],
                headers: ["Origin": LoginTester.address, "Referer": referer])
            #expect(answer.status == 401 && answer.location == nil)
            #expect(answer.text.contains(#"<a href="\#(link)">Logga in</a>"#))
            #expect(
                !answer.text.contains("data-person"), "text that was written is kept while nobody else has signed in")
        }
    }

    @Test("signing out while the token is due for replacement leaves no cookie")
    func signOutWhenDue() async throws {
        try await test { tester, _ in
            let token = try await tester.signIn()
            let formToken = try await tester.who(token).formToken
            tester.clock.advance(15 * 60)
            let answer = try await tester.ask(
                "/sign-out", .post, cookies: ["__Host-desk": token], form: ["csrf": formToken])
            #expect(answer.token == "" && answer.headers[values: .setCookie].count == 1)
        }
    }
}
