import Domain
import Foundation
import HTTPTypes
import OpenIDTestSupport
import TestSupport
import Testing

@testable import desk

@Suite("A stranger who tries to break the desk's open pages gets nothing")
struct OpenPagesAttackTests {
    private func test(_ body: (LoginTester) async throws -> Void) async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try await body(try LoginTester(folder))
    }

    @Test("cookies that are forged, swapped, huge or many sign nobody in, and take nobody's sign-in from them")
    func cookies() async throws {
        try await test { tester in
            let token = try await tester.signIn("teacher")
            let sealed = String(repeating: "A", count: 43)
            let forged = [
                "", sealed, token.lowercased(), String(token.reversed()), token + "A", token + "\u{0}", "\"\(token)\"",
                "\(token),\(token)", "../\(token)", "%00", String(repeating: token, count: 1_000), "' OR 1=1 --",
            ]
            for value in forged where value != token {
                #expect(try await tester.who(value).status == 303, "\(value.prefix(60))")
            }
            // A cookie of one kind is none of another.
            for name in ["__Host-desk-sign-in", "__Host-desk-language", "desk", "__Secure-desk", "__host-desk"] {
                #expect(try await tester.ask("/who", cookies: [name: token]).status == 303, "\(name)")
            }
            var many = ["__Host-desk": token]
            for number in 0..<500 { many["c\(number)"] = "x" }
            #expect(try await tester.ask("/who", cookies: many).person == "teacher")
            #expect(
                try await tester.ask("/who", cookies: ["__Host-desk": token, "__Host-desk-language": "xx"]).status
                    == 200)
        }
    }

    @Test(
        "a session's form token is worth nothing with another session, even of the same person, nor after it has ended")
    func swapped() async throws {
        try await test { tester in
            let (one, other) = (try await tester.signIn("teacher"), try await tester.signIn("nurse"))
            let formToken = try await tester.who(one).formToken
            let swapped = try await tester.ask(
                "/who", .post, cookies: ["__Host-desk": other], form: ["csrf": formToken])
            #expect(swapped.status == 403)
            _ = try await tester.ask("/sign-out", .post, cookies: ["__Host-desk": one], form: ["csrf": formToken])
            let late = try await tester.ask("/who", .post, cookies: ["__Host-desk": one], form: ["csrf": formToken])
            #expect(late.status == 401)
        }
    }

    @Test(
        "headers of a proxy, and another host, change no address and nobody's origin",
        arguments: [
            "Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-For", "Forwarded", "X-Original-URL",
            "X-Rewrite-URL", "X-HTTP-Method-Override",
        ])
    func proxies(name: String) async throws {
        try await test { tester in
            let evil = "evil.example.org"
            for path in ["/work", "/sign-in", "/sign-out", "/sign-in?to=/work"] {
                let answer = try await tester.ask(path, headers: [name: evil])
                #expect(!answer.text.contains(evil) && !(answer.location ?? "").contains(evil))
                #expect(try await tester.ask(path).location == answer.location)
            }
            let form = try await tester.ask(
                "/sign-in", .post, form: ["person": "teacher"], headers: ["Origin": "https://" + evil, name: evil])
            #expect(form.status == 403 && form.token == nil)
        }
    }

    @Test(
        "whatever the path or query is, the answer is the sign-in or a plain page, and leads nowhere else",
        arguments: [
            "//evil.example.org", "///evil.example.org/%2e%2e", "/..", "/../../etc/passwd", "/..%2f..%2fetc/passwd",
            "/%2e%2e/%2e%2e/", "/assets/..%2f..%2fdesk.css", "/assets//desk.css", "/case/%00", "/case/%0d%0aX: y",
            "/case/TST%2F..%2Fwork", "/case/..;/work", "/%", "/%zz", "/%ff%fe", "/\\evil.example.org",
            "/sign-in/..//evil",
            "http://evil.example.org/work", "/work?%zz", "/work?a=%ff", "/?\u{7f}",
            "/" + String(repeating: "a", count: 60_000),
            "/" + String(repeating: "a/", count: 20_000), "/work?" + String(repeating: "a&", count: 30_000),
            "/sign-in?q=%zz", "/sign-in?q=%ff", "/sign-in?q=\"<>", "/sign-in?q=^`{|}", "/sign-in?to=%zz&q=%",
            "/sign-in?" + String(repeating: "q=a&", count: 15_000), "/sign-in?to=%00", "/sign-in#//evil",
        ])
    func paths(path: String) async throws {
        try await test { tester in
            let token = try await tester.signIn()
            for cookies in [[:], ["__Host-desk": token]] {
                for method in [HTTPRequest.Method.get, .head] {
                    let answer = try await tester.ask(path, method, cookies: cookies)
                    #expect([200, 303, 400, 404].contains(answer.status), "\(answer.status)")
                    let location = answer.location ?? "/"
                    #expect(location == "/" || location.hasPrefix("/sign-in"))
                    #expect(!location.contains("//") && !location.utf8.contains { $0 < 0x21 })
                    #expect(!answer.text.contains(#"href="//"#) && !answer.text.contains("value=\"//"))
                    #expect(!answer.text.contains(#"<a href="http"#) && !answer.text.contains("<a href=\"/\\"))
                    #expect(answer.text.utf8.count < 100_000, "an answer is not as long as what was asked")
                    #expect(answer.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
                }
            }
        }
    }

    @Test(
        "a body that is no form is refused with words, wherever it is sent",
        arguments: [
            ("a=%zz", 400), ("a=%", 400), ("a=%ff", 400), ("a=%c3%28", 400), ("a=%ed%a0%80", 400), ("å=1", 400),
            ("a=\u{0}", 400), ("a b", 400), (String(repeating: "a&", count: 501), 400),
            (String(repeating: "language=sv&", count: 600), 400), (String(repeating: "a", count: 16_385), 413),
        ])
    func bodies(body: String, status: Int) async throws {
        try await test { tester in
            let token = try await tester.signIn()
            for path in ["/language", "/sign-in"] {
                let answer = try await tester.ask(path, .post, raw: body)
                #expect(answer.status == status && answer.token == nil)
                #expect(answer.text.contains("<h1>") && !answer.text.contains("Något gick fel"))
            }
            let form = try await tester.ask("/who", .post, cookies: ["__Host-desk": token], raw: body)
            #expect(form.status == (status == 413 ? 403 : status))
        }
    }

    @Test("what is written between %00 and %1f reaches nobody's header or log line, and comes back as text")
    func controls() async throws {
        try await test { tester in
            let token = try await tester.signIn()
            let formToken = try await tester.who(token).formToken
            let form = ["csrf": formToken, "words": "a\r\nSet-Cookie: x=y\u{0}\u{1b}[31m"]
            let answer = try await tester.ask("/who", .post, cookies: ["__Host-desk": token], form: form)
            #expect(answer.status == 200 && answer.headers[.setCookie] == nil)
            let language = try await tester.ask(
                "/language", .post, form: ["language": "sv\r\nX: y", "back": "/a\r\nX: y"])
            #expect(language.status == 400)
            let back = try await tester.ask("/language", .post, form: ["language": "sv", "back": "/a\r\nX: y"])
            #expect(back.location == "/" && back.headers[values: .setCookie].count == 1)
        }
    }

    @Test("methods that a page does not have are not found, and are refused without the page's own origin")
    func methods() async throws {
        try await test { tester in
            let token = try await tester.signIn()
            let formToken = try await tester.who(token).formToken
            for name in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "X"] {
                let method = try #require(HTTPRequest.Method(name))
                for path in ["/sign-in", "/sign-out", "/language", "/who", "/assets/a/desk.css"] {
                    let stranger = try await tester.ask(path, method, headers: [:])
                    #expect(stranger.status == 401 && stranger.token == nil)
                    let foreign = try await tester.ask(path, method, cookies: ["__Host-desk": token], headers: [:])
                    #expect(foreign.status == 403)
                    let own = try await tester.ask(
                        path, method, cookies: ["__Host-desk": token], form: ["csrf": formToken])
                    #expect(own.status == 404)
                }
            }
        }
    }

    @Test("HEAD tells what GET tells, without the page")
    func head() async throws {
        try await test { tester in
            let token = try await tester.signIn()
            for path in ["/sign-in", "/sign-out", "/who"] {
                let head = try await tester.ask(path, .head, cookies: ["__Host-desk": token])
                #expect(head.status == 200 && head.text.isEmpty)
            }
            #expect(try await tester.ask("/who", .head).status == 303)
        }
    }

    @Test("templates are filled with what people write, and never made of it")
    func templates() async throws {
        try await test { tester in
            for text in ["{{csrf}}", "{{{title}}}", "{{#text}}desk.sign_out{{/text}}", "{{>layout}}", "{{=<% %>=}}"] {
                let query = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
                let page = try await tester.ask("/sign-in?q=\(query)").text
                let shown = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
                #expect(page.contains("value=\"\(shown)\""))
            }
        }
    }
}
