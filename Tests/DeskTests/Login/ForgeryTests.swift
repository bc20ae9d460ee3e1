import Foundation
import HTTPTypes
import OpenIDTestSupport
import TestSupport
import Testing

@testable import desk

@Suite("What changes something comes from the desk's own pages, and from the session that it changes")
struct ForgeryTests {
    private func test(_ body: (LoginTester, _ token: String, _ formToken: String) async throws -> Void) async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let tester = try LoginTester(folder)
        let token = try await tester.signIn()
        try await body(tester, token, try await tester.who(token).formToken)
    }

    @Test("a form with its session's token is taken")
    func taken() async throws {
        try await test { tester, token, formToken in
            let answer = try await tester.ask(
                "/who", .post, cookies: ["__Host-desk": token], form: ["csrf": formToken, "words": "å ä+ö"])
            #expect(answer.text == "wrote å ä+ö")
        }
    }

    @Test("a form is still taken when the session's token was replaced meanwhile")
    func afterRotation() async throws {
        try await test { tester, token, formToken in
            tester.clock.advance(16 * 60)
            let fresh = try #require(try await tester.who(token).token)
            tester.clock.advance(60)
            let answer = try await tester.ask(
                "/who", .post, cookies: ["__Host-desk": fresh], form: ["csrf": formToken, "words": "hej"])
            #expect(answer.status == 200)
        }
    }

    @Test("a form without a token, with another session's, or with a forged one, is refused")
    func formTokens() async throws {
        try await test { tester, token, formToken in
            let other = try await tester.who(try await tester.signIn("nurse")).formToken
            let again = try await tester.who(try await tester.signIn("teacher")).formToken
            let forged = ["", other, again, token, formToken + "A", String(formToken.dropLast()), "é"]
            for text in forged {
                let answer = try await tester.ask(
                    "/who", .post, cookies: ["__Host-desk": token], form: ["csrf": text, "words": "hej"])
                #expect(answer.status == 403)
            }
            let none = try await tester.ask("/who", .post, cookies: ["__Host-desk": token], form: ["words": "hej"])
            #expect(none.status == 403)
        }
    }

    @Test(
        "a form from elsewhere is refused, whatever token it has",
        arguments: [
            [:], ["Origin": "https://evil.example.org"], ["Origin": "http://desk.example.org"],
            ["Origin": "https://desk.example.org.evil.example.org"], ["Origin": "https://desk.example.org:444"],
            ["Origin": "null"], ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"],
            ["Sec-Fetch-Site": "none"], ["Sec-Fetch-Site": "cross-site", "Origin": LoginTester.address],
            ["Referer": LoginTester.address + "/who"],
        ])
    func otherOrigin(headers: [String: String]) async throws {
        try await test { tester, token, formToken in
            let answer = try await tester.ask(
                "/who", .post, cookies: ["__Host-desk": token], form: ["csrf": formToken], headers: headers)
            #expect(answer.status == 403)
            let signIn = try await tester.ask("/sign-in", .post, form: ["person": "nurse"], headers: headers)
            #expect(signIn.status == 403 && signIn.token == nil)
        }
    }

    @Test(
        "a form of the same site is taken",
        arguments: [
            ["Origin": LoginTester.address], ["Sec-Fetch-Site": "same-origin"],
            ["Sec-Fetch-Site": "same-origin", "Origin": "null"],
        ])
    func sameOrigin(headers: [String: String]) async throws {
        try await test { tester, token, formToken in
            let answer = try await tester.ask(
                "/who", .post, cookies: ["__Host-desk": token], form: ["csrf": formToken], headers: headers)
            #expect(answer.status == 200)
        }
    }

    @Test("every method but GET and HEAD is guarded", arguments: ["PUT", "DELETE", "PATCH", "OPTIONS", "QUERY"])
    func methods(method: String) async throws {
        try await test { tester, token, _ in
            let method = try #require(HTTPRequest.Method(method))
            let answer = try await tester.ask(
                "/who", method, cookies: ["__Host-desk": token], form: [:],
                headers: ["Origin": "https://evil.example.org"])
            #expect(answer.status == 403)
        }
    }

    @Test("another encoding is refused, and so is more than a form may hold")
    func bodies() async throws {
        try await test { tester, token, formToken in
            for type in ["text/plain", "multipart/form-data; boundary=a", "application/json"] {
                let answer = try await tester.ask(
                    "/who", .post, cookies: ["__Host-desk": token], form: ["csrf": formToken],
                    headers: ["Origin": LoginTester.address, "Content-Type": type])
                #expect(answer.status == 415)
            }
            let large = try await tester.ask(
                "/who", .post, cookies: ["__Host-desk": token],
                form: ["csrf": formToken, "words": String(repeating: "a", count: 600_000)])
            #expect(large.status == 413)
        }
    }

    @Test("whoever is signed out gets no redirect for a form or a script, and a page that says what to do")
    func signedOut() async throws {
        try await test { tester, _, _ in
            let form = try await tester.ask("/who", .post, form: ["words": "hej"])
            #expect(form.status == 401 && form.location == nil && form.text.contains("inte sparat"))
            let script = try await tester.ask("/who", headers: ["Sec-Fetch-Mode": "cors"])
            #expect(script.status == 401)
            #expect(try await tester.ask("/nothing").location == "/sign-in?to=/nothing")
        }
    }
}
