import Foundation
import GRDB
import Kafka
import StreamsTestSupport
import Synchronization
import Testing

@testable import Views

@Suite("A view that is built anew", .timeLimit(.minutes(2)))
struct RebuiltViewTests {
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
            let handle = try #require(FileHandle(forWritingAtPath: try folder.database))
            try handle.seek(toOffset: UInt64(offset))
            try handle.write(contentsOf: Data(repeating: 0xAB, count: 3_000))
            try handle.close()
            log.add("200", event("again"))
            try await following(folder.configuration(), log) { follower in
                try await follower.shows(counts.merging(["200": 2]) { $1 })
            }
        }
    }

    @Test("a read that has begun ends undisturbed while the view is built anew")
    func rebuiltWhileRead() async throws {
        try await inFolder { folder in
            let log = ListLog()
            log.add("a", event("1"))
            try await following(folder.configuration(), log) { follower in
                try await follower.shows(["a": 1])
                let former = try folder.database
                let (begun, rebuilt) = (StopFlag(), StopFlag())
                let reader = try follower.reader()
                async let read = DedicatedThread.run(name: "page") {
                    try reader.read { db in
                        let count = { try Int.fetchOne(db, sql: "SELECT count FROM words WHERE key = 'a'") }
                        let before = try count()
                        begun.set()
                        for _ in 0..<6_000 where !rebuilt.isSet { usleep(10_000) }
                        return try [before, count()]
                    }
                }
                try await eventually("a read") { begun.isSet }
                log.removeAll()
                log.add("b", event("2"), timestamp: 1)
                log.fail(with: KafkaError(simulated: "OFFSET_OUT_OF_RANGE"))
                try await follower.shows(["b": 1])
                #expect(!FileManager.default.fileExists(atPath: former))
                rebuilt.set()
                #expect(try await read == [1, 1])
                log.add("b", event("3"))
                try await follower.shows(["b": 2])
            }
            try await following(folder.configuration(), log) { try await $0.shows(["b": 2]) }
        }
    }

    @Test("a view that is built anew again and again shows the last rows, whoever reads", arguments: 1...5)
    func again(_: Int) async throws {
        try await inFolder { folder in
            let log = ListLog()
            for round in 1...12 {
                log.removeAll()
                for number in 1...round { log.add("\(round)", event("\(number)"), timestamp: Int64(round)) }
                try await following(folder.configuration(), log) { try await $0.shows(["\(round)": round]) }
            }
            _ = try folder.database
        }
    }
}
