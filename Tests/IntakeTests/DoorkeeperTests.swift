import Foundation
import Logging
import ServiceHost
import Synchronization
import TestSupport
import Testing

@testable import intake

@Suite("The doorkeeper: nobody shuts the door for others, and who tries tokens is slowed down and seen")
struct DoorkeeperTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.all.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }

    private static func logger(_ lines: Lines) -> Logger { Logger(label: "test") { _ in Handler(lines: lines) } }

    @Test("64 idle connections of one address leave the door open for others, and a further one of it is closed")
    func idle() async throws {
        let metrics = PrometheusMetrics()
        let doorkeeper = Doorkeeper(Logger(label: "test"), metrics: metrics)
        // On a busy machine the last ones are taken long after the first, which are still to be there.
        var limits = Door.Limits()
        limits.patience = 120
        try await DoorTests().open(limits: limits, doorkeeper: doorkeeper) { port, sent in
            let idle = (0..<256).compactMap { _ in RawHTTP.connected(port: port) }
            defer { for descriptor in idle { close(descriptor) } }
            try await eventually("the further ones to be refused") {
                metrics.text.contains("intake_refused_connections_total 192")
            }
            let answer = try await RawHTTP.send(
                "POST", "/v1/concerns", port: port, headers: DoorTests.binary, body: DoorTests.json(),
                from: RawHTTP.loopback + 1)
            #expect(answer?.status == 202 && sent.count == 1)
        }
    }

    @Test("300 wrong tokens are counted, logged once without a token, and answered 429; a right one is let in")
    func wrongTokens() async throws {
        let (metrics, lines) = (PrometheusMetrics(), Lines())
        // However long the machine takes, they come at one moment.
        let doorkeeper = Doorkeeper(Self.logger(lines), metrics: metrics) { Date(timeIntervalSince1970: 1_795_420_800) }
        try await DoorTests().open(doorkeeper: doorkeeper) { port, sent in
            @Sendable func post(_ token: String) async throws -> RawHTTP.Answer? {
                var headers = DoorTests.binary
                headers["Authorization"] = "Bearer \(token)"
                return try await RawHTTP.send(
                    "POST", "/v1/concerns", port: port, headers: headers, body: DoorTests.json())
            }
            var statuses: [Int: Int] = [:]
            for number in 0..<300 {
                let answer = try #require(try await post("secret-\(number)"))
                statuses[answer.status, default: 0] += 1
                if answer.status == 429 {
                    #expect(answer.headers.contains("Retry-After: ") && answer.errors == ["http.too_many "])
                }
            }
            #expect(statuses == [401: 5, 429: 295])
            #expect(metrics.text.contains("intake_wrong_tokens_total 300"))
            #expect(try await post(DoorTests.token)?.status == 202 && sent.count == 1)
            let logged = lines.all.withLock(\.self)
            #expect(logged.count == 1 && logged[0].contains("127.0.0.1"))
            #expect(!logged.contains { $0.contains("secret") })
        }
    }

    @Test("the wait doubles up to a minute, each address waits for itself, and who keeps quiet begins anew")
    func backOff() {
        let clock = Mutex(Date(timeIntervalSince1970: 1_795_420_800))
        let doorkeeper = Doorkeeper(Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) { clock.withLock(\.self) }
        func wait() -> Int? { doorkeeper.wrongToken(from: "10.0.0.1").wait }
        for _ in 0..<5 { #expect(wait() == nil) }
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            #expect(wait() == seconds)
            #expect(doorkeeper.wrongToken(from: "10.0.0.\(seconds + 1)").wait == nil)
            clock.withLock { $0 += Double(seconds) }
            #expect(wait() == nil)
        }
        clock.withLock { $0 += 3_600 }
        for _ in 0..<5 { #expect(wait() == nil) }
        #expect(wait() == 1)
    }

    @Test("what one token may do at a time is bounded, and another token does not wait for it")
    func perToken() async throws {
        var limits = Doorkeeper.Limits()
        limits.requestsPerToken = 1
        let doorkeeper = Doorkeeper(Logger(label: "test"), limits)
        try await doorkeeper.serve("urn:school") { () async throws(Problem) in
            await #expect(throws: Problem.self) {
                try await doorkeeper.serve("urn:school") { () async throws(Problem) in }
            }
            try await doorkeeper.serve("urn:clinic") { () async throws(Problem) in }
        }
        try await doorkeeper.serve("urn:school") { () async throws(Problem) in }
    }
}
