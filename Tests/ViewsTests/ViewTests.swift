import CloudEvents
import Foundation
import GRDB
import Kafka
import Logging
import Metrics
import MetricsTestKit
import StreamsTestSupport
import Synchronization
import Testing

@testable import Views

@Suite("A view of topics", .timeLimit(.minutes(2)))
struct ViewTests {
    private struct Killed: Error {}

    @Test("rows and positions are one: what was killed between them is not there, and is applied once after it")
    func oneTransaction() async throws {
        try await inFolder { folder in
            let log = ListLog()
            for number in 1...3 { log.add("a", event("\(number)")) }
            let kills = Mutex(1)
            let killing = folder.configuration { configuration in
                configuration.beforeCommit = {
                    try kills.withLock {
                        $0 -= 1
                        if $0 >= 0 { throw Killed() }
                    }
                }
            }
            await #expect(throws: Killed.self) { try await follower(killing, log).run() }
            let file = try ViewFile(Words(), folder.configuration())
            #expect(try Words.counts(file.pool) == [:])
            #expect(try file.progress().positions == [:])
            _ = consume file
            try await following(folder.configuration(), log) { try await $0.shows(["a": 3]) }
        }
    }

    @Test("a view that was ended goes on where it stopped, and each record counts once")
    func resumes() async throws {
        try await inFolder { folder in
            let log = ListLog(partitions: 3)
            for round in 1...4 {
                for partition in 0..<Int32(3) { log.add("\(partition)", event("\(round)"), partition: partition) }
                let configuration = folder.configuration { $0.recordsPerBatch = 2 }
                try await following(configuration, log) { try await $0.shows(["0": round, "1": round, "2": round]) }
            }
            log.add("2", event("5"), partition: 2)
            try await following(folder.configuration(), log) { try await $0.shows(["0": 4, "1": 4, "2": 5]) }
        }
    }

    @Test("records that come again after a failure count once", arguments: [1, 2, 5, 100])
    func repeated(batch: Int) async throws {
        try await inFolder { folder in
            let log = ListLog(partitions: 2)
            for number in 0..<50 { log.add("\(number % 5)", event("\(number)"), partition: Int32(number % 2)) }
            for _ in 0..<2 { log.fail(with: KafkaError(simulated: "_TRANSPORT", isRetriable: true)) }
            let configuration = folder.configuration { $0.recordsPerBatch = batch }
            try await following(configuration, log) { follower in
                let counts = Dictionary(uniqueKeysWithValues: (0..<5).map { ("\($0)", 10) })
                try await follower.shows(counts)
                #expect(log.opened == 3)
            }
        }
    }

    @Test("nobody reads before the view has caught up, and afterwards it is not behind")
    func caughtUp() async throws {
        try await inFolder { folder in
            let log = ListLog()
            for number in 0..<1_000 { log.add("a", event("\(number)")) }
            let seen = Mutex<[Int]>([])
            let configuration = folder.configuration { $0.recordsPerBatch = 7 }
            let follower = Mutex<ViewFollower?>(nil)
            let watching = folder.configuration { changed in
                changed = configuration
                changed.beforeCommit = {
                    let now = follower.withLock(\.self)
                    if let count = try? now?.reader().read({ try Int.fetchOne($0, sql: "SELECT sum(count) FROM words") }
                    ) {
                        seen.withLock { $0.append(count) }
                    }
                }
            }
            try await following(watching, log) { running in
                follower.withLock { $0 = running }
                try await running.catchesUp()
                try await running.shows(["a": 1_000])
                log.add("a", event("last"))
                try await running.shows(["a": 1_001])
                try await eventually("no lag") { running.lag == 0 }
                #expect(Date().timeIntervalSince(running.freshAt) < 60)
            }
            #expect(seen.withLock { $0 }.allSatisfy { $0 >= 1_000 })
        }
    }

    @Test("without an answer the view is not fresh, and says how far behind it is")
    func stale() async throws {
        try await inFolder { folder in
            let log = ListLog()
            log.add("a", event("1"))
            let time = Mutex(Date(timeIntervalSince1970: 1_000))
            let configuration = folder.configuration { $0.now = { time.withLock(\.self) } }
            try await following(configuration, log) { follower in
                try await follower.catchesUp()
                time.withLock { $0 += 60 }
                try await eventually("a later look") { follower.freshAt == Date(timeIntervalSince1970: 1_060) }
            }
        }
    }

    @Test("a topic that never stands still is followed, and the view is fresh")
    func busy() async throws {
        try await inFolder { folder in
            let log = ListLog()
            log.add("a", event("1"))
            let time = Mutex(Date(timeIntervalSince1970: 1_000))
            let configuration = folder.configuration {
                $0.now = { time.withLock(\.self) }
                // Before each look there is something new.
                $0.beforeCommit = { log.add("a", event("2")) }
            }
            try await following(configuration, log) { follower in
                try await follower.catchesUp()
                time.withLock { $0 += 60 }
                try await eventually("a later look") { follower.freshAt == Date(timeIntervalSince1970: 1_060) }
            }
        }
    }

    @Test("a tombstone erases the row, and leaves none of its bytes in any file")
    func tombstone() async throws {
        try await inFolder { folder in
            let log = ListLog()
            let secret = Bytes("a secret that is to be erased".utf8)
            log.add("a", event("1", secret))
            log.add("b", event("2"))
            try await following(folder.configuration { $0.tendingInterval = .seconds(600) }, log) { follower in
                try await follower.shows(["a": 1, "b": 1])
                #expect(try bytes(in: folder.path).contains { $0.firstRange(of: secret) != nil })
                log.add("a", nil)
                try await follower.shows(["b": 1])
                try await eventually("no byte of it") {
                    try bytes(in: folder.path).allSatisfy { $0.firstRange(of: secret) == nil }
                }
            }
            #expect(try bytes(in: folder.path).allSatisfy { $0.firstRange(of: secret) == nil })
        }
    }

    @Test(
        "what is no event, and what the view refuses, is passed over and leaves nothing; the rest of its batch counts")
    func passedOver() async throws {
        try await inFolder { folder in
            let log = ListLog()
            log.add("a", event("1"))
            log.add("b", headers: [(name: "ce_id", value: [0xFF])], value: [1])
            log.add("c", event("2", type: Words.refusedType))
            log.add("d", headers: [], value: Bytes("{".utf8))
            log.add("a", event("3"))
            try await following(folder.configuration(), log) { follower in
                try await follower.shows(["a": 2])
                try await eventually("no lag") { follower.lag == 0 }
            }
            // They are behind the position: the next start does not see them again.
            let file = try ViewFile(Words(), folder.configuration())
            #expect(try file.progress().positions.values.map(\.next) == [5])
        }
    }

    @Test("a second process is refused, and a later one is not")
    func locked() async throws {
        try await inFolder { folder in
            let log = ListLog()
            try await following(folder.configuration(), log) { follower in
                try await follower.catchesUp()
                let error = await #expect(throws: ViewUnusable.self) {
                    try await ViewsTests.follower(folder.configuration(), log).run()
                }
                #expect(error?.description.contains("open elsewhere") == true)
            }
            try await following(folder.configuration(), log) { try await $0.catchesUp() }
        }
    }

    @Test("all files are their owner's alone, and nothing is left beside them")
    func files() async throws {
        try await inFolder { folder in
            let log = ListLog()
            log.add("a", event("1"))
            try await following(folder.configuration(), log) { follower in
                try await follower.catchesUp()
                for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                    #expect(try mode("\(folder.path)/\(name)") == 0o600, "\(name)")
                }
                #expect(try mode(folder.path) == 0o700)
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(left == ["words-1.sqlite", "words.lock"])
        }
    }

    @Test("a partition that is added is read, too")
    func addedPartition() async throws {
        try await inFolder { folder in
            let log = ListLog()
            log.add("a", event("1"))
            try await following(folder.configuration(), log) { follower in
                try await follower.shows(["a": 1])
                log.add("b", event("2"), partition: 1)
                try await follower.shows(["a": 1, "b": 1])
            }
        }
    }

    @Test("a follower that finds no broker ends within ten seconds of being told to")
    func ends() async throws {
        try await inFolder { folder in
            let tries = Mutex(0)
            let follower = ViewFollower(
                Words(), folder.configuration(),
                source: {
                    tries.withLock { $0 += 1 }
                    return try TopicReader(
                        ["words"], from: .chosen($0), ["bootstrap.servers": "127.0.0.1:1"],
                        timeout: ViewFollower.answerTimeout)
                }, logger: Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() })
            let running = Task { try await follower.run() }
            try await eventually("a first look for brokers") { tries.withLock { $0 } > 0 }
            #expect(throws: ViewNotReady.self) { try follower.reader() }
            running.cancel()
            let began = ContinuousClock.now
            try await running.value
            #expect(ContinuousClock.now - began < .seconds(10))
        }
    }

    @Test("a full disk is waited for, and nothing is lost or counted twice")
    func fullDisk() async throws {
        try await inFolder { folder in
            let log = ListLog()
            for number in 1...5 { log.add("a", event("\(number)")) }
            let failures = Mutex(2)
            let configuration = folder.configuration { configuration in
                configuration.recordsPerBatch = 2
                configuration.beforeCommit = {
                    try failures.withLock {
                        $0 -= 1
                        if $0 >= 0 { throw DatabaseError(resultCode: .SQLITE_FULL) }
                    }
                }
            }
            try await following(configuration, log) { try await $0.shows(["a": 5]) }
            #expect(log.opened == 3)
        }
    }

    @Test("a fault in the view's SQL ends the follower, and passes no record over")
    func faultySQL() async throws {
        try await inFolder { folder in
            let log = ListLog()
            log.add("a", event("1", type: Words.faultyType))
            await #expect(throws: DatabaseError.self) { try await follower(folder.configuration(), log).run() }
            let file = try ViewFile(Words(), folder.configuration())
            #expect(try file.progress().positions == [:])
        }
    }

    @Test("metrics show the lag, the records and what was passed over; no log line shows what a record holds")
    func observed() async throws {
        try await inFolder { folder in
            let log = ListLog()
            for number in 1...3 { log.add("a", event("\(number)")) }
            log.add("b", event("4", type: Words.refusedType, Bytes("a child's matter".utf8)))
            let (metrics, lines) = (TestMetrics(), Lines())
            let observed = withMetricsFactory(metrics) {
                follower(folder.configuration(), log, logger: Logger(label: "kept") { _ in lines })
            }
            try await following(observed) { try await $0.shows(["a": 3]) }
            let dimensions = [("view", "words")]
            #expect(try metrics.expectCounter("view_records_total", dimensions).totalValue == 4)
            #expect(try metrics.expectCounter("view_skipped_records_total", dimensions).totalValue == 1)
            let lag = try metrics.expectGauge("view_lag_records", dimensions).values
            #expect(lag.first == 4 && lag.last == 0)
            let text = lines.all.joined(separator: "\n")
            #expect(text.contains("words/0 at 3") && text.contains("Refused"))
            #expect(!text.contains("matter"))
        }
    }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }
}

/// Keeps what is logged.
private struct Lines: LogHandler {
    private final class Kept: Sendable { let lines = Mutex<[String]>([]) }

    private let kept = Kept()
    var metadata = Logger.Metadata()
    var logLevel = Logger.Level.trace

    var all: [String] { kept.lines.withLock(\.self) }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        kept.lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
    }
}

/// What lies in each file of a folder.
private func bytes(in folder: String) throws -> [Data] {
    try FileManager.default.contentsOfDirectory(atPath: folder).map { name in
        // A file beside the database may just have gone.
        (try? Data(contentsOf: URL(filePath: "\(folder)/\(name)"))) ?? Data()
    }
}
