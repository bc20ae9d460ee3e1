import Domain
import Foundation
import Hummingbird
import Logging
import Synchronization
import TestSupport
import Testing

@testable import desk

@Suite("Over a socket: what no browser sends is answered or cut, and delays nobody")
struct SocketAttackTests {
    /// Runs the desk on a free port, with the people of the example.
    private func open(
        patience: Int64 = 60, _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let (tester, login) = (try DeskTester(), try LoginTester(folder).login)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        var quiet = Logger(label: "test")
        quiet.logLevel = .critical
        var server = DeskServer(
            host: "127.0.0.1", port: 0, desk: tester.desk, login: login, session: SessionGate(login: login),
            onListening: { port.yield($0) }, logger: quiet)
        server.patience = patience
        let running = server
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await running.run() }
            group.addTask {
                for await port in ports { return try await body(port) }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private static func isOpen(_ port: Int) async throws -> Bool {
        try await RawHTTP.send("GET", "/sign-in", port: port)?.status == 200
    }

    @Test(
        "a request that does not come to its end is cut in time, however it drips: its head, its body, or one that nobody reads"
    )
    func slow() async throws {
        try await open(patience: 1) { port in
            let form = "Host: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 900\r\n\r\n"
            let halves = [
                "GET /sign-in HTTP/1.1\r\nHost: x\r\nCookie: a", "POST /langu", "GET /sign-in HTTP/1.1\r\n\(form)a",
                "POST /language HTTP/1.1\r\nOrigin: \(LoginTester.address)\r\n\(form)language", "",
                "POST /case/TST-1/do/conclude HTTP/1.1\r\n\(form)a", "GET /assets/a/desk.css HTTP/1.1\r\n\(form)a",
            ]
            try await withThrowingTaskGroup(of: RawHTTP.Answer?.self) { group in
                for half in halves {
                    // Each returns when the desk has closed the connection.
                    for _ in 0..<5 { group.addTask { try await RawHTTP.send(raw: Array(half.utf8), port: port) } }
                }
                #expect(try await Self.isOpen(port))
                for try await answer in group { #expect([nil, 200, 401, 404].contains(answer?.status)) }
            }
            #expect(try await Self.isOpen(port))
        }
    }

    @Test("a body that drips does not keep its connection: the time counts from the request's head")
    func dripping() async throws {
        try await open(patience: 1) { port in
            try await DedicatedThread.run(name: "drip") {
                guard let descriptor = RawHTTP.connected(port: port) else { return }
                defer { close(descriptor) }
                var pause = timeval(tv_sec: 0, tv_usec: 100_000)
                setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &pause, socklen_t(MemoryLayout<timeval>.size))
                let head = Array(
                    "POST /language HTTP/1.1\r\nHost: x\r\nOrigin: \(LoginTester.address)\r\nContent-Length: 9000\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
                        .utf8)
                _ = head.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                var drops = 0
                var byte: UInt8 = 0x61
                // Each drop waits a tenth of a second for an answer; 300 are half a minute.
                while drops < 300, send(descriptor, &byte, 1, Int32(MSG_NOSIGNAL)) == 1 {
                    var answer: UInt8 = 0
                    if recv(descriptor, &answer, 1, 0) == 0 { break }
                    drops += 1
                }
                #expect(drops < 300)
            }
        }
    }

    @Test("heads that are too large, or no HTTP at all, are refused")
    func malformed() async throws {
        try await open { port in
            let many = (0..<2_000).map { "X-\($0): a\r\n" }.joined()
            let requests = [
                "GET /\(String(repeating: "a", count: 90_000)) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nCookie: \(String(repeating: "a", count: 90_000))\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\n\(many)\r\n", "GET / HTTP/9.9\r\n\r\n", "NONSENSE\r\n\r\n",
                "\u{0}\u{0}\u{0}\r\n\r\n", "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "GET /a\rb HTTP/1.1\r\nHost: x\r\n\r\n",
            ]
            for request in requests {
                let answer = try await RawHTTP.send(raw: Array(request.utf8), port: port)
                #expect([nil, 400, 431, 505].contains(answer?.status), "\(request.prefix(40)): \(answer?.status ?? 0)")
            }
            #expect(try await Self.isOpen(port))
        }
    }

    @Test("two lengths at once do not smuggle a second request in")
    func smuggled() async throws {
        try await open { port in
            let second = "GET /sign-in HTTP/1.1\r\nHost: x\r\n\r\n"
            let request =
                "POST /language HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\(second)"
            let answer = try await RawHTTP.send(raw: Array(request.utf8), port: port)
            #expect(answer.map { !$0.body.contains("HTTP/1.1 200") } ?? true)
        }
    }

    @Test("a body of any size is not taken in further than a form may be")
    func large() async throws {
        try await open { port in
            let origin = ["Origin": LoginTester.address, "Content-Type": "application/x-www-form-urlencoded"]
            let body = [UInt8](repeating: 0x61, count: 5_000_000)
            let answer = try await RawHTTP.send("POST", "/language", port: port, headers: origin, body: body)
            #expect([nil, 413].contains(answer?.status))
            let stranger = try await RawHTTP.send(
                "POST", "/case/TST-1/do/conclude", port: port, headers: origin, body: body)
            #expect([nil, 401].contains(stranger?.status))
            #expect(try await Self.isOpen(port))
        }
    }
}
