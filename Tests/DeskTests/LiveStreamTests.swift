import AsyncHTTPClient
import Codec
import Domain
import Foundation
import GRDB
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import StreamsTestSupport
import TestSupport
import Testing

@testable import desk

@Suite("Over a socket: an open stream ends with what opened it")
struct LiveStreamTests {
    /// A desk on a free port, whose people sign in, and one case.
    private struct Desk: Sendable {
        let port: Int
        let reference: String
        let login: LoginTester
        let lifecycle: ServiceGroup
        let client: HTTPClient

        private func request(_ path: String, _ token: String) -> HTTPClientRequest {
            var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
            request.headers.add(name: "cookie", value: "__Host-desk=\(token)")
            return request
        }

        /// Opens a stream, and waits for the first event.
        func follow(_ token: String) async throws -> HTTPClientResponse.Body.AsyncIterator {
            let answer = try await client.execute(
                request("/case/\(reference)/changes", token), timeout: .seconds(60))
            #expect(answer.status == .ok && answer.headers.first(name: "content-type") == "text/event-stream")
            var lines = answer.body.makeAsyncIterator()
            while let line = try await lines.next() {
                if String(buffer: line).contains("event: change") { return lines }
            }
            Issue.record("the stream ended before its first event")
            return lines
        }

        func status(_ token: String) async throws -> Int {
            let answer = try await client.execute(
                request("/case/\(reference)/changes", token), timeout: .seconds(60))
            return Int(answer.status.code)
        }

        /// Waits for the end of a stream.
        func ended(_ lines: HTTPClientResponse.Body.AsyncIterator) async throws {
            var lines = lines
            while try await lines.next() != nil {}
        }

        func signOut(_ token: String) async throws {
            var request = request("/sign-out", token)
            let session = try #require(SessionToken(token))
            let found = try #require(try await login.login.sessions.session(of: session))
            request.method = .POST
            request.headers.add(name: "sec-fetch-site", value: "same-origin")
            request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
            request.body = .bytes(Array("csrf=\(login.login.sessions.secret.formToken(of: found))".utf8))
            _ = try await client.execute(request, timeout: .seconds(60))
        }
    }

    private func test(heartbeat: Duration, _ body: @escaping @Sendable (Desk) async throws -> Void) async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let (tester, login) = (try DeskTester(), try LoginTester(folder))
        try tester.suite.send(SuiteInMemory.report, id: "r1", key: "r1", to: .concernReports)
        let receipt = try await tester.suite.view.reader().read { try $0.receipt(of: "r1", from: "test") }
        let reference = try #require(receipt).registered.caseReference
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        var quiet = Logger(label: "test")
        quiet.logLevel = .critical
        var server = DeskServer(
            host: "127.0.0.1", port: 0, desk: tester.desk, login: login.login,
            session: SessionGate(login: login.login), onListening: { port.yield($0) }, logger: quiet)
        server.heartbeat = heartbeat
        let lifecycle = ServiceGroup(services: [server], logger: quiet)
        // Each stream is a connection.
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: .init(
                redirectConfiguration: .disallow,
                connectionPool: .init(idleTimeout: .seconds(60), concurrentHTTP1ConnectionsPerHostSoftLimit: 32)))
        let result = await withTaskGroup(of: Void.self, returning: Result<Void, any Error>.self) { group in
            group.addTask { try? await lifecycle.run() }
            var result: Result<Void, any Error> = .success(())
            let open = await ports.first { _ in true }
            do {
                let desk = Desk(
                    port: try #require(open), reference: reference, login: login, lifecycle: lifecycle, client: client)
                try await body(desk)
            } catch { result = .failure(error) }
            // Whatever a test has left open ends with its client.
            try? await client.shutdown()
            await lifecycle.triggerGracefulShutdown()
            return result
        }
        try result.get()
    }

    @Test(
        "when the desk stops, all streams end at once, and nothing waits for their heartbeat", .timeLimit(.minutes(2)))
    func stopped() async throws {
        try await test(heartbeat: .seconds(3_600)) { desk in
            let token = try await desk.login.signIn("head-school")
            var streams: [HTTPClientResponse.Body.AsyncIterator] = []
            for _ in 0..<3 { streams.append(try await desk.follow(token)) }
            let start = ContinuousClock.now
            await desk.lifecycle.triggerGracefulShutdown()
            for stream in streams { try await desk.ended(stream) }
            #expect(ContinuousClock.now - start < .seconds(20))
        }
    }

    @Test("who signs out, leaves the directory, or is not known surely enough any more, follows nothing")
    func signedOut() async throws {
        try await test(heartbeat: .milliseconds(20)) { desk in
            let (one, other) = (try await desk.login.signIn("head-school"), try await desk.login.signIn("head-school"))
            let (mine, others) = (try await desk.follow(one), try await desk.follow(other))
            try await desk.signOut(one)
            try await desk.ended(mine)
            #expect(try await desk.status(one) == 303)
            // The other session of the same person goes on, until the county demands more than it has.
            desk.login.directory.change { $0.settings.minimumAssurance = .four }
            try await desk.ended(others)
            desk.login.directory.change { $0.settings.minimumAssurance = nil }
            let third = try await desk.login.signIn("head-school")
            let last = try await desk.follow(third)
            desk.login.directory.change { $0.people["head-school"] = nil }
            try await desk.ended(last)
        }
    }

    @Test("a person has a dozen streams in all their sessions, and a further one when one has ended")
    func bounded() async throws {
        try await test(heartbeat: .milliseconds(20)) { desk in
            let (one, other) = (try await desk.login.signIn("head-school"), try await desk.login.signIn("head-school"))
            var streams: [HTTPClientResponse.Body.AsyncIterator] = []
            for number in 0..<12 { streams.append(try await desk.follow(number < 6 ? one : other)) }
            for token in [one, other] { #expect(try await desk.status(token) == 429) }
            try await desk.signOut(one)
            for stream in streams.prefix(6) { try await desk.ended(stream) }
            try await eventually("a place for another stream") { try await desk.status(other) == 200 }
        }
    }
}
