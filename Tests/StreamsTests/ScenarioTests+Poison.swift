import CloudEvents
import Crypto
import Foundation
import Kafka
import StreamsTestSupport
import StreamsTesting
import SwiftProtobuf
import Testing

@testable import Streams

@Suite("A task always moves on; what cannot be taken is named and kept")
struct PoisonScenarios {
    private static func text(_ text: String) -> Bytes { Bytes(text.utf8) }

    @Test("a reminder's refused output does not sendToDeadLetters the record before it, but the reminder")
    func refusedBehindRecord() throws {
        let scenario = Scenario(
            Scripted(
                event: { event, turn in
                    turn.publish(type: "taken", Self.text(event.id), to: "outputs")
                    turn.remind("large", at: turn.now)
                },
                reminder: { _, turn in turn.publish(type: "large", Bytes(repeating: 7, count: 1_100_000), to: "wakes") }
            ))
        let instance = try scenario.start()
        try scenario.work(instance, rounds: 5)
        scenario.feed("record")
        try scenario.work(instance, rounds: 60)
        #expect(scenario.texts("outputs") == ["1"])
        #expect(scenario.deadLetters.map { scenario.header("dead-letter-reminder", $0) } == ["large"])
        #expect(scenario.deadLetters.allSatisfy { $0.headers["dead-letter-topic"] == nil })
    }

    @Test("a reminder whose outputs the broker refuses goes to the dead letters, and what comes after is taken")
    func refusedReminder() throws {
        let scenario = Scenario(
            Scripted(
                event: { event, turn in
                    if event.type == "plan" { turn.remind("large", at: turn.now + 60) }
                    turn.publish(type: "taken", Self.text(event.id), to: "outputs")
                },
                reminder: { _, turn in turn.publish(type: "large", Bytes(repeating: 7, count: 1_100_000), to: "wakes") }
            ))
        let instance = try scenario.start()
        scenario.feed("plan")
        try scenario.work(instance, rounds: 10)
        scenario.kafka.wait(61_000)
        scenario.feed("record")
        try scenario.work(instance, rounds: 60)
        #expect(scenario.texts("outputs") == ["1", "2"])
        #expect(scenario.deadLetters.map { scenario.header("dead-letter-reminder", $0) } == ["large"])
    }

    @Test("a record whose dead letter would be too large goes on as position, size and SHA-256")
    func largeRecord() throws {
        let scenario = Scenario(
            Scripted(event: { event, turn in
                if event.type == "poison" { throw Scripted.Failure() }
                turn.publish(type: "taken", Self.text(event.id), to: "outputs")
            }))
        let instance = try scenario.start()
        let value = Bytes(repeating: 7, count: 1_048_576)
        scenario.feed("poison", data: value)
        scenario.feed("record")
        try scenario.work(instance, rounds: 60)
        #expect(scenario.texts("outputs") == ["2"])
        #expect(scenario.deadLetters.count == 1)
        let letter = scenario.deadLetters.first
        #expect(scenario.header("dead-letter-topic", letter) == "inputs")
        #expect(scenario.header("dead-letter-offset", letter) == "0")
        #expect(scenario.header("dead-letter-size", letter) == "1048576")
        let digest = SHA256.hash(data: value).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(scenario.header("dead-letter-sha256", letter) == digest)
    }

    @Test("where produce only says _STATE, the step is aborted and its records are taken one by one")
    func abortableState() throws {
        let scenario = Scenario(Ledger())
        let instance = try scenario.start("a") { $0.commitInterval = .seconds(2) }
        try scenario.work(instance, rounds: 5)
        for _ in 1...4 { scenario.count() }
        var produced = 0
        scenario.kafka.beforeCall = { [unowned instance] _, call in
            guard call == "produce" else { return }
            produced += 1
            // librdkafka notices in the background that a record cannot be delivered.
            if produced == 4 { instance.log.producer.failAbortably("NOT_ENOUGH_REPLICAS") }
        }
        #expect(throws: Never.self) { try scenario.work(instance) }
        try instance.thread.commitStep()
        #expect(scenario.texts("outputs") == ["1", "2", "3", "4"])
        #expect(scenario.stepSizes("outputs").prefix(1) == [1])
        #expect(scenario.aborts == 1)
    }

    @Test("an answer that throws costs its record, not the service")
    func answerThrows() throws {
        let scenario = Scenario(
            Scripted(
                event: { event, turn in turn.publish(type: "taken", Self.text(event.id), to: "outputs") },
                unreadable: { _, _ in throw Scripted.Failure() }))
        let instance = try scenario.start()
        scenario.kafka.append(ProducerRecord(topic: "inputs", key: Self.text("k"), value: Self.text("no event")))
        scenario.feed("record")
        #expect(throws: Never.self) { try scenario.work(instance) }
        #expect(scenario.texts("outputs") == ["1"])
        #expect(scenario.deadLetters.map { scenario.header("dead-letter-offset", $0) } == ["0"])
    }

    @Test("a task that fails again and again waits longer each time, and does not stop the thread's other tasks")
    func backoff() throws {
        let scenario = Scenario(Ledger(), partitions: 2)
        scenario.kafka.pace = .buffered
        let instance = try scenario.start()
        try scenario.work(instance, rounds: 5)
        // The changelog of task 0 has too few replicas for a while.
        scenario.kafka.refuses = {
            $0.topic == "changelog" && $0.partition == 0 ? "NOT_ENOUGH_REPLICAS" : nil
        }
        scenario.count(key: "ill", partition: 0)
        for _ in 1...30 { scenario.count(key: "well", partition: 1) }
        let began = scenario.kafka.clock.milliseconds
        while scenario.kafka.clock.milliseconds < began + 10_000 {
            do { try instance.thread.advance() } catch let error as KafkaError where error.isAbortable {
                Issue.record("the thread ends: \(error)")
                break
            }
        }
        #expect(scenario.texts("outputs").count == 30)
        #expect(scenario.aborts < 25, "in ten seconds")
        scenario.kafka.refuses = { _ in nil }
        scenario.kafka.wait(60_000)
        try scenario.work(instance, rounds: 100)
        #expect(scenario.texts("outputs").count == 31)
    }

    @Test("a state value too large buries its event, and the aggregate goes on")
    func largeState() throws {
        let scenario = Scenario(
            Scripted(event: { event, turn in
                if event.type == "grow" {
                    turn.put(raw: "state", turn.key, Bytes(repeating: 7, count: 1_100_000))
                } else {
                    try turn.put(Ledger.entries, turn.key, Google_Protobuf_Int64Value(1))
                }
                turn.publish(type: "taken", Self.text(event.id), to: "outputs")
            }))
        // The topic accepts smaller records than the client.
        scenario.kafka.clientLimit = 2_000_000
        scenario.kafka.pace = .buffered
        let instance = try scenario.start()
        for type in ["record", "grow", "record"] { scenario.feed(type) }
        try scenario.work(instance, rounds: 100)
        #expect(scenario.texts("outputs") == ["1", "3"])
        #expect(scenario.deadLetters.map { scenario.header("ce_id", $0) } == ["2"])
    }

    @Test("a reminder whose wake throws lies among the dead letters as itself, and is woken again by the next start")
    func wakeThrows() throws {
        let planning: @Sendable (Event, inout Turn) throws -> Void = { _, turn in
            turn.remind("overdue", at: .minutes(1))
        }
        let scenario = Scenario(Scripted(event: planning, reminder: { _, _ in throw Scripted.Failure() }))
        let instance = try scenario.start()
        scenario.feed("plan", key: "child")
        try scenario.work(instance, rounds: 10)
        scenario.kafka.wait(60_000)
        try scenario.work(instance)
        #expect(scenario.deadLetters.count == 1)
        let letter = scenario.deadLetters.first
        #expect(letter?.key == Self.text("child"))
        #expect(scenario.header("dead-letter-application", letter) == "scenario")
        #expect(scenario.header("dead-letter-task", letter) == "0")
        #expect(scenario.header("dead-letter-reminder", letter) == "overdue")
        #expect(scenario.header("dead-letter-due", letter) == Timestamp.text(.minutes(1)))
        #expect(scenario.header("dead-letter-reason", letter)?.isEmpty == false)
        try instance.stop()

        let mended = try scenario.start(as: Scripted(event: planning))
        try scenario.work(mended)
        #expect(scenario.texts("wakes") == ["overdue"])
        #expect(scenario.deadLetters.count == 1)
    }
}
