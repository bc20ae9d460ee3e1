import CloudEvents
import Foundation
import GRDB
import Kafka
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

    @Test(
        "another schema, revision or list of topics builds the view anew", arguments: ["schema", "revision", "topics"])
    func otherVersion(change: String) async throws {
        try await inFolder { folder in
            let log = ListLog()
            for number in 1...3 { log.add("a", event("\(number)")) }
            try await following(folder.configuration(), log) { try await $0.shows(["a": 3]) }
            var other = Words()
            switch change {
            case "schema": other.hasNotes = true
            case "revision": other.revision = 2
            default: other.topics.append("more")
            }
            #expect(try ViewFile.version(of: other) != ViewFile.version(of: Words()))
            // What an old row had is gone: the rows are made from the log alone.
            log.removeAll()
            for number in 1...4 { log.add("b", event("\(number)")) }
            try await following(folder.configuration(), log, other) { follower in
                try await follower.shows(["b": 4])
                #expect(
                    try await follower.reader().read { try $0.columns(in: "words").count } == (other.hasNotes ? 4 : 3))
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

    @Test("another topic of the same name, a log cut off behind the position or another cluster builds the view anew")
    func otherLog() async throws {
        try await inFolder { folder in
            let log = ListLog()
            func start(_ counts: [String: Int]) async throws {
                try await following(folder.configuration(), log) { try await $0.shows(counts) }
            }
            for number in 1...3 { log.add("a", event("\(number)")) }
            try await start(["a": 3])
            // Made again, and shorter.
            log.removeAll()
            log.add("b", event("1"))
            try await start(["b": 1])
            // Made again, and longer.
            log.removeAll()
            for number in 1...9 { log.add("c", event("\(number)"), timestamp: 1) }
            try await start(["c": 9])
            // Retention has deleted what was read, which is no loss …
            log.retain(from: 9)
            log.add("c", event("10"))
            try await start(["c": 10])
            // … and what was not read, which is one.
            for number in 11...12 { log.add("c", event("\(number)")) }
            log.retain(from: 11)
            try await start(["c": 1])
            log.move(to: "another")
            log.retain(from: 0)
            log.removeAll()
            for _ in 0..<12 { log.add("d", event("1")) }
            try await start(["d": 12])
        }
    }

    @Test("a view that was away for too long is built anew, since it may have missed tombstones")
    func absence() async throws {
        try await inFolder { folder in
            let log = ListLog()
            let time = Mutex(Date(timeIntervalSince1970: 1_000_000))
            let configuration = folder.configuration { $0.now = { time.withLock(\.self) } }
            log.add("erased", event("1"))
            log.add("kept", event("2"))
            try await following(configuration, log) { try await $0.shows(["erased": 1, "kept": 1]) }
            // The tombstone has come and gone; the topic begins after the record that it erased.
            time.withLock { $0 += 11 * 3_600 }
            try await following(configuration, log) { try await $0.shows(["erased": 1, "kept": 1]) }
            log.removeAll()
            log.add("kept", event("2"))
            log.add("kept", event("2"))
            time.withLock { $0 += 13 * 3_600 }
            try await following(configuration, log) { try await $0.shows(["kept": 2]) }
        }
    }

    @Test("a damaged file is built anew", arguments: [0, 100, 5_000])
    func damaged(at offset: Int) async throws {
        try await inFolder { folder in
            let log = ListLog()
            for number in 1...200 { log.add("\(number)", event("\(number)", Bytes(repeating: 7, count: 300))) }
            let counts = Dictionary(uniqueKeysWithValues: (1...200).map { ("\($0)", 1) })
            try await following(folder.configuration(), log) { try await $0.shows(counts) }
            let handle = try #require(FileHandle(forWritingAtPath: folder.database))
            try handle.seek(toOffset: UInt64(offset))
            try handle.write(contentsOf: Data(repeating: 0xAB, count: 3_000))
            try handle.close()
            log.add("200", event("again"))
            try await following(folder.configuration(), log) { follower in
                try await follower.shows(counts.merging(["200": 2]) { $1 })
            }
        }
    }

    @Test("a view that is built anew while it is read leaves readers of the former rows alone")
    func rebuiltWhileRead() async throws {
        try await inFolder { folder in
            let log = ListLog()
            log.add("a", event("1"))
            try await following(folder.configuration(), log) { follower in
                try await follower.shows(["a": 1])
                var former: (any DatabaseReader)? = try follower.reader()
                log.removeAll()
                log.add("b", event("2"), timestamp: 1)
                log.fail(with: KafkaError(simulated: "OFFSET_OUT_OF_RANGE"))
                try await follower.shows(["b": 1])
                #expect(try former.map(Words.counts) == ["a": 1])
                former = nil
                log.add("b", event("3"))
                try await follower.shows(["b": 2])
            }
            try await following(folder.configuration(), log) { try await $0.shows(["b": 2]) }
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
            #expect(left == ["words.lock", "words.sqlite"])
        }
    }

    @Test("a follower ends at once when told to, also before there is a topic")
    func ends() async throws {
        try await inFolder { folder in
            let configuration = folder.configuration { $0.kafka = ["bootstrap.servers": "127.0.0.1:1"] }
            let began = ContinuousClock.now
            try await following(configuration) { follower in
                #expect(throws: ViewNotReady.self) { try follower.reader() }
            }
            #expect(ContinuousClock.now - began < .seconds(30))
        }
    }

    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }
}

/// What lies in each file of a folder.
private func bytes(in folder: String) throws -> [Data] {
    try FileManager.default.contentsOfDirectory(atPath: folder).map { name in
        // A file beside the database may just have gone.
        (try? Data(contentsOf: URL(filePath: "\(folder)/\(name)"))) ?? Data()
    }
}
