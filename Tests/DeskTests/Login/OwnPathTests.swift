import Foundation
import HTTPTypes
import OpenIDTestSupport
import TestSupport
import Testing

@testable import desk

@Suite("After a sign-in one comes to a page of the desk, and nowhere else")
struct OwnPathTests {
    @Test(
        "own paths pass unchanged",
        arguments: [
            "/", "/work", "/case/TST-2026-ABCDE", "/case/TST-2026-ABCDE/consents?step=1",
            "/work/find?q=%C3%A5+b&to=//x",
            "/case/", "/signing", "/work?a=b/../c",
        ])
    func own(path: String) { #expect(OwnPath(path)?.text == path) }

    @Test(
        "what a browser could take for another place is none",
        arguments: [
            "", "work", "//evil.example.org", "///evil.example.org", "/\\evil.example.org", "\\\\evil.example.org",
            "https://evil.example.org", "https:evil.example.org", "javascript:alert(1)", "/%2F/evil.example.org",
            "/%2Fevil.example.org", "/%5Cevil.example.org", "/.//evil.example.org", "/..//evil.example.org",
            "/a/../..//evil.example.org", "/%2e%2e//evil.example.org", "/a//b", "/.", "/..", "/a/..",
            "/\tevil", "/ evil", "/a\r\nSet-Cookie: a=b", "/%0d%0aSet-Cookie:a=b", "/work?a=%0d%0aSet-Cookie:a=b",
            "/a#//evil", "/å", "/%", "/%zz", "/work?%", "/work?a=%5C", "/sign-in", "/sign-in?to=/", "/sign-out",
            "/sign%2Din", "/assets/x", "/a\"b", "/<script>", "http:/evil", "/\u{2028}",
        ])
    func other(path: String) { #expect(OwnPath(path) == nil) }

    @Test("a path is not longer than a thousand bytes")
    func long() {
        #expect(OwnPath("/" + String(repeating: "a", count: 999)) != nil)
        #expect(OwnPath("/" + String(repeating: "a", count: 1_000)) == nil)
    }

    @Test("signing in leads to the page that was asked for, and to the first one where that is none of the desk's")
    func signIn() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let tester = try LoginTester(folder)
        #expect(try await tester.ask("/case/TST-1?a=b%20c").location == "/sign-in?to=/case/TST-1%3Fa%3Db%2520c")
        let page = try await tester.ask("/sign-in?to=/case/TST-1%3Fa%3Db%2520c")
        #expect(page.text.contains(#"name="to" value="/case/TST-1?a=b%20c""#))
        for path in ["/case/TST-1?a=b%20c", "//evil.example.org", "/\\evil", "https://evil.example.org", "/\r\nX: y"] {
            let answer = try await tester.ask("/sign-in", .post, form: ["person": "teacher", "to": path])
            #expect(answer.location == (path.hasPrefix("/case") ? path : "/"))
        }
        for path in ["//evil.example.org", "/%5Cevil", "https:", "/%250d%250aX:y", "%0d%0aX:y"] {
            let page = try await tester.ask("/sign-in?to=\(path)")
            #expect(page.text.contains(#"name="to" value="/""#) && page.location == nil)
        }
    }
}
