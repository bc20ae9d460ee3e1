import CloudEvents
import Foundation
import Kafka
import StreamsTestSupport
import StreamsTesting
import Testing

@testable import Streams

@Suite("Who owns a task, and what its file may claim")
struct OwnershipScenarios {
    @Test("an owner that stood still past its session does not mark its successor's records as its own")
    func frozenOwner() throws {
        let scenario = Scenario(Ledger())
        scenario.kafka.pace = .buffered
        let first = try scenario.start("a") { $0.flushInterval = .seconds(1) }
        try scenario.work(first, rounds: 5)
        for _ in 1...3 { scenario.count() }
        try scenario.work(first, rounds: 15)
        #expect(scenario.texts("outputs") == ["1", "2", "3"])

        // It stands still in the middle of its next step, whose records are all still in its buffers. The group expels
        // it, and another instance gets the task and writes.
        scenario.count()
        var second: SimulatedInstance<Ledger>?
        scenario.before("sendOffsets", of: "a") {
            scenario.kafka.expel("a")
            let successor = try scenario.start("b")
            try scenario.work(successor, rounds: 40)
            second = successor
            scenario.kafka.wait(2_000, asleep: ["a"])
        }
        try scenario.work(first, rounds: 5)
        #expect(second != nil)
        #expect(scenario.texts("outputs") == ["1", "2", "3", "4"])

        // It gets the task back, and uses its old file.
        second?.die()
        scenario.kafka.wait(7_000, asleep: ["b"])
        for _ in 1...2 { scenario.count() }
        try scenario.work(first)
        #expect(scenario.texts("outputs") == ["1", "2", "3", "4", "5", "6"])
    }

    @Test("a new owner waits for the old one's transaction before it looks at the changelog (KIP-447)")
    func pendingOffsets() throws {
        #expect(try outputsOfTwoOwners() == ["1", "2"])
    }

    @Test("a Kafka that does not tell of pending offsets is seen to break the promise")
    func unstableOffsets() throws {
        #expect(try outputsOfTwoOwners(.unstableOffsets) != ["1", "2"])
    }

    /// The group gives the task to another owner when the old owner's offsets are accepted and its records are still in
    /// flight.
    private func outputsOfTwoOwners(_ weakness: SimulatedKafka.Weakness = []) throws -> [String] {
        let scenario = Scenario(Ledger(), weakness: weakness)
        let first = try scenario.start("a")
        scenario.count()
        try scenario.work(first, rounds: 10)

        scenario.count()
        scenario.kafka.pace = .held
        var second: SimulatedInstance<Ledger>?
        scenario.before("commit", of: "a") {
            scenario.kafka.expel("a")
            let successor = try scenario.start("b")
            second = successor
            try scenario.work(successor, rounds: 1)
        }
        try first.thread.advance()
        try first.thread.commitStep()
        scenario.kafka.pace = .prompt
        let successor = try #require(second)
        try scenario.work(successor)
        return scenario.texts("outputs")
    }

    @Test("a positions marker that is late does not let a new owner start behind the changelog")
    func lateMarker() throws {
        let scenario = Scenario(Ledger())
        let first = try scenario.start("a")
        try scenario.work(first, rounds: 5)
        scenario.count()
        scenario.kafka.pace = .held
        try scenario.work(first, rounds: 10)
        try first.thread.commitStep()
        // The group has the offsets; the changelog does not have the marker yet.
        scenario.kafka.deliver(0, SimulatedKafka.offsetsPlace)
        first.die()
        scenario.kafka.expel("a")
        let second = try scenario.start("b")
        try scenario.work(second, rounds: 10)
        scenario.kafka.pace = .prompt
        scenario.count()
        try scenario.work(second)
        #expect(scenario.texts("outputs") == ["1", "2"])
    }

    @Test("while a version with one more input comes in, a task has one owner: who has all of its inputs")
    func twoVersions() throws {
        let scenario = Scenario(Ledger(), partitions: 2)
        let old = try scenario.start("b", inputs: ["inputs"])
        try scenario.work(old, rounds: 5)
        let new = try scenario.start("a", inputs: ["inputs", "commands"])
        try scenario.work(old, new, rounds: 10)
        // Range assigns each topic by itself: inputs/1 belongs to the old version, commands/1 to the new.
        for _ in 1...3 { scenario.count(partition: 1) }
        scenario.count(topic: "commands", partition: 1)
        scenario.count(key: "other", partition: 0)
        for _ in 0..<30 {
            do { try new.thread.advance() } catch let error as KafkaError { Issue.record("a: \(error)") }
            do { try old.thread.advance() } catch let error as KafkaError { Issue.record("b: \(error)") }
        }
        #expect(scenario.texts("outputs").filter { $0 == "1" }.count == 2, "each key's first, once")

        // When the old version has gone, records that waited on the added input are processed, too.
        try old.stop()
        scenario.kafka.wait(10_000, asleep: ["b"])
        try scenario.work(new)
        #expect(scenario.texts("outputs").sorted() == ["1", "1", "2", "3", "4"])
    }

    @Test("restoring many records, the tail stays bounded, and a crash on the way does not begin anew")
    func longRestore() throws {
        let scenario = Scenario(Ledger())
        for number in 0..<200 {
            scenario.kafka.append(
                ProducerRecord(
                    topic: "changelog", partition: 0, key: StateKey.prefix("entries") + Bytes("k\(number)".utf8),
                    value: StateValue.encode(Bytes(repeating: 7, count: 200_000))))
        }
        let first = try scenario.start("a")
        while scenario.kafka.clock.milliseconds < SimulatedClock.start + 110 { try first.thread.advance() }
        first.die()
        let line = scenario.lines
        let second = try scenario.start("a")
        try scenario.work(second, rounds: 3)
        let restore = try #require(scenario.restores(since: line).first)
        let offset = try #require(restore.split(separator: "@").last.flatMap { Int($0) })
        // 200 kB each: less than 20 MB had been read and not flushed.
        #expect(offset > 60, "\(restore)")
    }

    @Test("a changelog that was deleted under a stopped service stops it, and its file is not wiped")
    func deletedChangelog() throws {
        try lost { scenario in scenario.kafka.recreate("changelog") }
    }

    @Test("a changelog that was cut off stops the service, and its file is not wiped")
    func cutChangelog() throws {
        try lost { scenario in scenario.kafka.cut(TopicPartition("changelog", 0), from: 3) }
    }

    private func lost(_ happens: (Scenario<Ledger>) -> Void) throws {
        let scenario = Scenario(Ledger())
        let first = try scenario.start("a")
        for _ in 1...3 { scenario.count() }
        try scenario.work(first)
        try first.stop()
        let changelog = scenario.kafka.logs[TopicPartition("changelog", 0)]
        happens(scenario)
        let second = try scenario.start("a")
        let error = #expect(throws: TopicsNotReady.self) { try scenario.work(second) }
        #expect(error?.description.contains("changelog") == true)
        second.die()

        // When the topic is restored, the file is still there and valid.
        scenario.kafka.logs[TopicPartition("changelog", 0)] = changelog
        let line = scenario.lines
        let third = try scenario.start("a")
        scenario.count()
        try scenario.work(third)
        #expect(!scenario.restores(since: line).contains { $0.hasSuffix("@0") })
        #expect(scenario.texts("outputs") == ["1", "2", "3", "4"])
    }

    @Test("a changelog whose records were deleted by retention stops a service without a file")
    func retention() throws {
        let scenario = Scenario(Ledger())
        let first = try scenario.start("a")
        for _ in 1...3 { scenario.count() }
        try scenario.work(first)
        try first.stop()
        let changelog = TopicPartition("changelog", 0)
        scenario.kafka.truncate(changelog, below: scenario.kafka.end(changelog))
        let second = try scenario.start("b")
        scenario.kafka.wait(10_000)
        let error = #expect(throws: TopicsNotReady.self) { try scenario.work(second) }
        #expect(error?.description.contains("changelog") == true)
    }

    @Test("an idle task's checkpoint is renewed: a quiet night does not cost a full restore")
    func idleCheckpoint() throws {
        let scenario = Scenario(Ledger())
        let first = try scenario.start("a") { $0.flushInterval = .seconds(30) }
        scenario.count()
        try scenario.work(first)
        for _ in 1...26 {
            scenario.kafka.wait(1_800_000)
            try scenario.work(first, rounds: 3)
        }
        try first.stop()
        let line = scenario.lines
        let second = try scenario.start("a")
        try scenario.work(second, rounds: 5)
        #expect(scenario.restores(since: line).filter { $0.contains("changelog/0@0") }.isEmpty)
    }

    @Test("a checkpoint from the future is not used")
    func futureCheckpoint() throws {
        let scenario = Scenario(Ledger())
        let first = try scenario.start("a")
        scenario.count()
        try scenario.work(first)
        try first.stop()
        scenario.kafka.clock.set(backBy: 48 * 3_600_000)
        let line = scenario.lines
        let second = try scenario.start("a")
        try scenario.work(second, rounds: 5)
        #expect(scenario.restores(since: line).contains { $0.contains("changelog/0@0") })
    }

    @Test("after an offset error inside the log, reading goes on")
    func brokenFetch() throws {
        let scenario = Scenario(Ledger())
        let first = try scenario.start("a")
        scenario.count()
        try scenario.work(first, rounds: 10)
        scenario.kafka.brokenFetches = [TopicPartition("inputs", 0)]
        scenario.count()
        try scenario.work(first)
        #expect(scenario.texts("outputs") == ["1", "2"])
    }

    @Test("topics with another number of partitions than the state was made with stop the service")
    func otherPartitions() throws {
        let scenario = Scenario(Ledger())
        let first = try scenario.start("a", partitions: 1)
        scenario.count()
        try scenario.work(first)
        try first.stop()
        let second = try scenario.start("a", partitions: 2)
        let error = #expect(throws: TopicsNotReady.self) { try scenario.work(second) }
        #expect(error?.description.contains("had 1 partitions and have 2") == true)
    }

    @Test(
        "with a state file that cannot grow, memory takes its share and then no record; with room again, all is there")
    func fullFile() throws {
        let processor = Scripted(event: { event, turn in
            turn.put(raw: "large", event.id, Bytes(repeating: 7, count: 50_000))
            turn.publish(type: "taken", Bytes(event.id.utf8), to: "outputs")
        })
        let scenario = Scenario(processor)
        let first = try scenario.start {
            ($0.stateFileLimit, $0.tailLimit, $0.recordsPerStep) = (1 << 20, 200_000, 1)
        }
        for _ in 1...80 { scenario.feed("record") }
        try scenario.work(first, rounds: 400)
        // 1 MB of file and 0.8 MB of memory: not all of the 4 MB was processed, and nothing was lost or skipped.
        let taken = scenario.texts("outputs")
        #expect((20...60).contains(taken.count), "\(taken.count)")
        #expect(taken == (1...taken.count).map(String.init))
        #expect(!first.events.health.isReady)
        first.die()
        let second = try scenario.start { $0.recordsPerStep = 1 }
        try scenario.work(second, rounds: 400)
        #expect(scenario.texts("outputs") == (1...80).map(String.init))
        #expect(second.events.health.isReady)
    }
}
