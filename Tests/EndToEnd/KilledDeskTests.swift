import CloudEvents
import Codec
import Foundation
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import tillsammans

@Suite("A desk that is killed while many send forms loses none that it has confirmed, and doubles none")
struct KilledDeskTests {
    @Test("kill -9 three times; whoever got no answer sends the same form again")
    func killed() async throws {
        try await RunningSuite.with { suite in
            try await suite.startDesk()
            let ledger = FormLedger()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try await Self.work(at: suite, ledger) } }
                group.addTask {
                    defer { ledger.close() }
                    for _ in 0..<3 {
                        let count = ledger.confirmed.count
                        try await eventually("24 more forms", within: .seconds(120)) {
                            ledger.confirmed.count >= count + 24
                        }
                        try await suite.kill9("desk")
                        try await suite.startDesk()
                    }
                }
                try await group.waitForAll()
            }
            // Else it was not killed while forms were on their way.
            #expect(ledger.unanswered >= 3)
            try await Self.check(ledger.confirmed, suite)
        }
    }

    /// Each confirmed form has one fact, and each command has one.
    private static func check(_ confirmed: Set<String>, _ suite: RunningSuite) async throws {
        try await eventually("the facts of all forms") {
            try await confirmed.isSubset(of: Self.facts(of: suite).map(\.words))
        }
        let found = try await Self.facts(of: suite)
        #expect(found.map(\.words).sorted() == confirmed.sorted())
        #expect(Set(found.map(\.cause)).count == found.count)
    }

    /// What the forms became: each form's own words, and the command that they came with.
    private static func facts(of suite: RunningSuite) async throws -> [(words: String, cause: String?)] {
        let concerns = try await suite.consequences(.concerns, ConcernRegistered.self)
        let added = try await suite.consequences(.mappings, InformationAdded.self)
        return concerns.map { ($0.payload.observation, $0.cause) }
            + added.map { ($0.payload.information.text, $0.cause) }
    }

    /// Reports concerns and writes down what is known of each, until the desk has been killed often enough.
    private static func work(at suite: RunningSuite, _ ledger: FormLedger) async throws {
        let clerk = try await DeskClerk.signedIn(as: "nykoping-rektor", at: suite, ledger)
        while !ledger.isClosed {
            let reference = try await clerk.report()
            for _ in 0..<3 { try await clerk.add(to: reference) }
        }
    }
}

/// What the desk has said of the forms that were sent. Each form has words of its own.
final class FormLedger: Sendable {
    private let state = Mutex((confirmed: Set<String>(), unanswered: 0, isClosed: false))

    var confirmed: Set<String> { state.withLock { $0.confirmed } }
    /// Sendings that had no answer.
    var unanswered: Int { state.withLock { $0.unanswered } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    func confirm(_ words: String) { state.withLock { _ = $0.confirmed.insert(words) } }
    func countUnanswered() { state.withLock { $0.unanswered += 1 } }
    /// No new forms are begun.
    func close() { state.withLock { $0.isClosed = true } }
}

/// Somebody who sends each form until the desk has confirmed it, through restarts of the desk, in one session.
struct DeskClerk {
    private let suite: RunningSuite
    private let ledger: FormLedger
    private let cookie: String
    private let csrf: String

    static func signedIn(as person: String, at suite: RunningSuite, _ ledger: FormLedger) async throws -> DeskClerk {
        let answer = try await awaited("signing in") {
            try await send("POST", "/sign-in", ["person": person, "to": "/concern/new"], at: suite) {
                $0.status == 303
            }
        }
        let token = try #require(answer.headers.firstMatch(of: /__Host-desk=([^;\r]+)/)).1
        let cookie = "__Host-desk=\(token)"
        let page = try await awaited("a page") {
            try await send("GET", "/concern/new", at: suite, cookie: cookie) { $0.status == 200 }
        }
        let csrf = try #require(page.body.firstMatch(of: /name="csrf" value="([^"]+)"/)).1
        return DeskClerk(suite: suite, ledger: ledger, cookie: cookie, csrf: String(csrf))
    }

    /// Reports a concern for a child of its own, and returns the case's reference.
    func report() async throws -> String {
        let words = "Oro \(UUID().uuidString)"
        let today = String(Timestamp.text(Date().addingTimeInterval(-86_400)).prefix(10))
        let path = try await confirm(
            "/concern/new", words,
            [
                "step": "send", "areas": "safety", "observation": words, "observed_on": today,
                "observed_time": "09:00", "harm_suspected": "no", "municipality": "0480", "stage": "school",
                "unit": "nykoping-skola", "personal_number": WorkedExample.fictionalNumber(),
            ])
        let page = try await awaited("the receipt") {
            try await Self.send("GET", path, at: suite, cookie: cookie) { $0.body.contains(/SRM-\w{4}-\w{4}-\w{2}/) }
        }
        return String(try #require(page.body.firstMatch(of: /SRM-\w{4}-\w{4}-\w{2}/)).0)
    }

    func add(to reference: String) async throws {
        let words = "Uppgift \(UUID().uuidString)"
        _ = try await confirm(
            "/case/\(reference)/do/add_information", words,
            [
                "add_information-source": "guardian", "add_information-kind": "need", "add_information-areas": "home",
                "add_information-text": words,
            ])
    }

    /// Sends a form, the same each time, until the desk has confirmed it.
    ///
    /// - Returns: the path of the page that follows.
    private func confirm(_ path: String, _ words: String, _ fields: [String: String]) async throws -> String {
        let form = fields.merging(["id": UUID().uuidString, "csrf": csrf]) { $1 }
        let answer = try await awaited("the desk's word on a form", within: .seconds(120)) {
            try await Self.send("POST", path, form, at: suite, cookie: cookie) { answer in
                // 503: its view is not whole yet. 404: the case of a concern that was registered a moment ago is not in it yet.
                if ![303, 404, 503].contains(answer.status) {
                    throw UnexpectedAnswer(description: "\(path) was answered by \(answer.status): \(answer.body)")
                }
                return answer.status == 303
            } unanswered: {
                ledger.countUnanswered()
            }
        }
        ledger.confirm(words)
        let place = try #require(answer.headers.firstMatch(of: /(?i)\r\nlocation: ([^\r]+)/)).1
        #expect(place.hasPrefix(path == "/concern/new" ? "/concern/sent/" : "/case/"))
        return String(place)
    }

    private struct UnexpectedAnswer: Error, CustomStringConvertible { let description: String }

    /// An answer that will do; nil where there is none yet.
    private static func send(
        _ method: String, _ path: String, _ fields: [String: String]? = nil, at suite: RunningSuite,
        cookie: String? = nil, _ willDo: (RawHTTP.Answer) throws -> Bool, unanswered: () -> Void = {}
    ) async throws -> RawHTTP.Answer? {
        guard let port = await suite.deskPort else { return nil }
        var headers = ["Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"]
        headers["Cookie"] = cookie
        var components = URLComponents()
        components.queryItems = fields?.map { URLQueryItem(name: $0.key, value: $0.value) }
        let answer = try await RawHTTP.send(
            method, path, port: port, headers: headers,
            body: components.percentEncodedQuery.map { Array($0.replacing("+", with: "%2B").utf8) })
        guard let answer else {
            unanswered()
            return nil
        }
        return try willDo(answer) ? answer : nil
    }
}
