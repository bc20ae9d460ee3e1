import DeskSignIn
import Domain
import Foundation
import GRDB
import HTTPTypes
import OpenIDTestSupport
import TestSupport
import Testing

@testable import desk

@Suite("A session lasts as long as it should, and belongs to whoever has its cookie")
struct SessionTests {
    func test(
        limits: SessionLimits = .init(), _ body: (LoginTester, TemporaryFolder) async throws -> Void
    ) async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try await body(try LoginTester(folder, limits: limits), folder)
    }

    @Test("whoever has signed in is known on each page, and nobody else")
    func known() async throws {
        try await test { tester, _ in
            let token = try await tester.signIn("teacher")
            #expect(try await tester.who(token).person == "teacher")
            #expect(try await tester.who(nil).location == "/sign-in?to=%2Fwho".replacing("%2F", with: "/"))
        }
    }

    @Test(
        "the cookie goes to this host alone, over a secure connection alone, to no script and with no form from elsewhere"
    )
    func cookie() async throws {
        try await test { tester, _ in
            let answer = try await tester.ask("/sign-in", .post, form: ["person": "teacher"])
            let cookie = try #require(answer.headers[values: .setCookie].first)
            let parts = cookie.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(parts[0].wholeMatch(of: /__Host-desk=[A-Za-z0-9_-]{43}/) != nil)
            #expect(Set(parts.dropFirst()) == ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"])
        }
    }

    @Test("a session ends half an hour after the last page, and eight hours after the sign-in whatever is done")
    func limits() async throws {
        try await test { tester, _ in
            var token = try await tester.signIn()
            for _ in 1...16 {
                tester.clock.advance(29 * 60)
                let answer = try await tester.who(token)
                #expect(answer.person == "teacher")
                token = answer.token ?? token
            }
            // 7 h 44 min.
            tester.clock.advance(15 * 60)
            #expect(try await tester.who(token).status == 200)
            tester.clock.advance(60)
            #expect(try await tester.who(token).status == 303)

            let idle = try await tester.signIn()
            tester.clock.advance(30 * 60)
            #expect(try await tester.who(idle).status == 303)
            tester.clock.advance(-60)
            #expect(try await tester.who(idle).status == 303, "it does not come back")
        }
    }

    @Test("what lasts longer than a page asks whether the session lasts, and does not make it last longer by that")
    func lasts() async throws {
        try await test { tester, _ in
            let token = try #require(SessionToken(try await tester.signIn()))
            let login = tester.login
            tester.clock.advance(29 * 60)
            #expect(try await login.lasts(token))
            tester.clock.advance(60)
            #expect(try await !login.lasts(token))
            let other = try #require(SessionToken(try await tester.signIn()))
            try await login.sessions.end(other)
            #expect(try await !login.lasts(other))
            #expect(try await !login.lasts(SessionToken()))
            let third = try #require(SessionToken(try await tester.signIn()))
            tester.directory.change { $0.people["teacher"] = nil }
            #expect(try await !login.lasts(third), "whoever has left the directory is not signed in any more")
        }
    }

    @Test("limits are those of the settings")
    func otherLimits() async throws {
        var limits = SessionLimits()
        (limits.idle, limits.absolute) = (60, 100)
        try await test(limits: limits) { tester, _ in
            let token = try await tester.signIn()
            tester.clock.advance(59)
            #expect(try await tester.who(token).status == 200)
            tester.clock.advance(41)
            #expect(try await tester.who(token).status == 303)
        }
    }

    @Test(
        "the token is replaced every quarter of an hour; the former one still counts for requests on their way, and no longer"
    )
    func rotation() async throws {
        try await test { tester, _ in
            let first = try await tester.signIn()
            tester.clock.advance(14 * 60)
            #expect(try await tester.who(first).token == nil)
            tester.clock.advance(60)
            let second = try #require(try await tester.who(first).token)
            #expect(second != first)
            tester.clock.advance(29)
            let late = try await tester.who(first)
            #expect(late.person == "teacher" && late.token == nil)
            #expect(try await tester.who(second).person == "teacher")
            tester.clock.advance(1)
            #expect(try await tester.who(first).status == 303)
            #expect(try await tester.who(second).person == "teacher")
        }
    }

    @Test("of many requests at once one gets the new token, and all are served")
    func parallel() async throws {
        try await test { tester, _ in
            let token = try await tester.signIn()
            tester.clock.advance(15 * 60)
            let answers = try await withThrowingTaskGroup(of: LoginTester.Answer.self) { group in
                for _ in 1...20 { group.addTask { try await tester.who(token) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.person == "teacher" })
            #expect(answers.compactMap(\.token).count == 1)
        }
    }

    @Test("a page that fails leaves the token as it is: the browser would never get the new one")
    func failing() async throws {
        try await test { tester, _ in
            let token = try await tester.signIn()
            tester.clock.advance(15 * 60)
            #expect(try await tester.ask("/fails", cookies: ["__Host-desk": token]).status == 404)
            tester.clock.advance(60)
            #expect(try await tester.who(token).person == "teacher")
        }
    }

    @Test("signing in gives a new token, and the one from before is worth nothing")
    func fixation() async throws {
        try await test { tester, _ in
            let former = try await tester.signIn("teacher")
            let answer = try await tester.ask(
                "/sign-in", .post, cookies: ["__Host-desk": former], form: ["person": "nurse"])
            let token = try #require(answer.token)
            #expect(try await tester.who(token).person == "nurse")
            #expect(try await tester.who(former).status == 303)
            // A token that somebody else has chosen is not taken up.
            let chosen = SessionToken().text
            let other = try await tester.ask(
                "/sign-in", .post, cookies: ["__Host-desk": chosen], form: ["person": "nurse"])
            #expect(other.token != chosen)
            #expect(try await tester.who(chosen).status == 303)
        }
    }

    @Test("forged tokens get nothing")
    func forged() async throws {
        try await test { tester, _ in
            let token = try await tester.signIn()
            let hash = try #require(SessionToken(token)).hash
            let forged = [
                "", " ", String(token.dropLast()), token + "A", String(token.reversed()), SessionToken().text,
                hash.base64URL, "%00", "' OR 1=1 --", String(repeating: "A", count: 43),
                String(repeating: "A", count: 100_000), token.uppercased(),
            ]
            for text in forged where text != token { #expect(try await tester.who(text).status == 303) }
        }
    }

    @Test("the file keeps no token, is its owner's alone, and signs nobody in when it is read")
    func file() async throws {
        try await test { tester, folder in
            let token = try await tester.signIn()
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(files == ["sessions.sqlite"])
            let path = folder.path + "/sessions.sqlite"
            let bytes = try Data(contentsOf: URL(filePath: path))
            #expect(bytes.range(of: Data("teacher".utf8)) != nil)
            #expect(bytes.range(of: Data(token.utf8)) == nil)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test("a restart signs nobody out, and open forms can still be sent")
    func restart() async throws {
        try await test { tester, folder in
            let token = try await tester.signIn()
            let formToken = try await tester.who(token).formToken
            let restarted = try LoginTester(folder)
            #expect(try await restarted.who(token).person == "teacher")
            let answer = try await restarted.ask(
                "/who", .post, cookies: ["__Host-desk": token], form: ["csrf": formToken, "words": "hej"])
            #expect(answer.text == "wrote hej")
        }
    }

    @Test("a damaged file is replaced, and everybody signs in again")
    func damaged() async throws {
        try await test { tester, folder in
            let token = try await tester.signIn()
            try Data(repeating: 7, count: 10_000).write(to: URL(filePath: folder.path + "/sessions.sqlite"))
            let restarted = try LoginTester(folder)
            #expect(try await restarted.who(token).status == 303)
            #expect(try await restarted.who(try await restarted.signIn()).person == "teacher")
        }
    }

    @Test("a person has ten sessions at most: a further sign-in ends the oldest")
    func most() async throws {
        try await test { tester, _ in
            var tokens: [String] = []
            for _ in 1...12 {
                tester.clock.advance(1)
                tokens.append(try await tester.signIn())
            }
            let statuses = try await tokens.asyncMap { try await tester.who($0).status }
            #expect(statuses == [303, 303] + Array(repeating: 200, count: 10))
        }
    }

    @Test("sessions that are over are swept from the file by the next sign-in")
    func swept() async throws {
        try await test { tester, folder in
            _ = try await tester.signIn("nurse")
            tester.clock.advance(30 * 60)
            _ = try await tester.signIn("teacher")
            let database = try DatabaseQueue(path: folder.path + "/sessions.sqlite")
            let left = try await database.read { db in
                (
                    try String.fetchAll(db, sql: "SELECT person FROM session"),
                    try Int.fetchOne(db, sql: "SELECT count(*) FROM token")
                )
            }
            #expect(left.0 == ["teacher"] && left.1 == 1)
        }
    }

    @Test("whoever leaves the directory, or was authenticated less surely than is demanded now, is signed out at once")
    func directory() async throws {
        try await test { tester, _ in
            let (teacher, nurse) = (try await tester.signIn("teacher"), try await tester.signIn("nurse"))
            tester.directory.change { $0.people["teacher"] = nil }
            #expect(try await tester.who(teacher).status == 303)
            #expect(try await tester.who(nurse).status == 200)
            tester.directory.change { $0.settings.minimumAssurance = .two }
            #expect(try await tester.who(nurse).status == 303)
            tester.directory.change { $0.settings.minimumAssurance = nil }
            #expect(try await tester.who(nurse).status == 303, "the session is gone")
        }
    }

    @Test("the language that was chosen stays, before and after one signs in; Swedish is first")
    func language() async throws {
        try await test { tester, _ in
            #expect(try await tester.ask("/sign-out").text.contains("Du är utloggad"))
            let answer = try await tester.ask(
                "/language", .post, form: ["language": "en", "back": "//evil.example.org"])
            #expect(answer.location == "/" && answer.cookie("__Host-desk-language") == "en")
            let cookies = ["__Host-desk-language": "en", "__Host-desk": try await tester.signIn()]
            #expect(try await tester.ask("/sign-out", cookies: cookies).text.contains("You are signed in"))
            #expect(try await tester.ask("/who", cookies: cookies).text.hasSuffix(" en"))
            let signIn = try await tester.ask("/sign-in?to=/case/TST-1%3Fa%3Db").text
            #expect(signIn.contains(#"name="back" value="/case/TST-1?a=b""#), "where a mail's link led to is not lost")
            #expect(try await tester.ask("/language", .post, form: ["language": "de"]).status == 400)
            let elsewhere = try await tester.ask(
                "/language", .post, form: ["language": "en"], headers: ["Origin": "https://evil.example.org"])
            #expect(elsewhere.status == 403)
        }
    }
}

extension Sequence {
    fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
        var result: [T] = []
        for element in self { result.append(try await transform(element)) }
        return result
    }
}
