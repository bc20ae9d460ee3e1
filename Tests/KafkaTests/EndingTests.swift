import CKafka
import Foundation
import StreamsTestSupport
import Testing

@testable import Kafka

@Suite("The end of a Kafka client", .timeLimit(.minutes(1)))
struct EndingTests {
    /// The state of a group member when it is released.
    enum Stand: CaseIterable, CustomTestStringConvertible {
        case assigned, working, lost, lostAndAnswered, fenced

        var testDescription: String { "\(self)" }
    }

    @Test(
        "a member that is closed and let go of ends, whatever it left unanswered", arguments: Stand.allCases,
        [Int32(0), 500])
    func closed(_ stand: Stand, timeout: Int32) async throws {
        try await withMember(stand) { member in member.close(timeout: timeout) }
    }

    @Test("a member ends also when no broker is there any more", arguments: Stand.allCases)
    func alone(_ stand: Stand) async throws {
        try await withMember(stand, brokerStays: false) { member in member.close(timeout: 200) }
    }

    @Test(
        "a member that is let go of without being closed ends, whatever it left unanswered", arguments: Stand.allCases)
    func notClosed(_ stand: Stand) async throws {
        try await withMember(stand) { _ in }
    }

    @Test("closing that was cut off at any moment goes on by itself", arguments: [UInt32](0..<6))
    func cutOff(_ milliseconds: UInt32) async throws {
        try await withMember(.working) { member in
            member.close(timeout: 0)
            // The moment matters here: librdkafka's thread must get to ask while nobody polls.
            usleep(milliseconds * 500)
        }
    }

    @Test("a waker outlives its consumer, and does not keep it")
    func waker() async throws {
        let waker = Kept<Waker>()
        try await withMember(.working) { member in
            waker.value = member.waker
            member.close(timeout: 5_000)
        }
        waker.value?.wake()
    }

    @Test("a member that was closed has left: its successor has the partitions at once, not when a session times out")
    func left() async throws {
        let broker = try TestBroker()
        guard broker.isReal else { return print("skipped: the embedded broker lets an empty group wait") }
        try await broker.create(["t"], partitions: 2)
        let (properties, topic) = (broker.properties, broker.prefix + "t")
        try await DedicatedThread.run(name: "left") {
            let first = try Member(properties, topic)
            first.consumer.close(timeout: 5_000)
            let began = ContinuousClock.now
            let second = try Member(properties, topic)
            #expect(second.partitions.count == 2)
            #expect(ContinuousClock.now - began < .seconds(8), "the session's time-out is 10 s")
            second.consumer.close(timeout: 5_000)
        }
        await broker.remove()
    }

    @Test("an end that does not come is counted and left behind; one that comes late is taken back")
    func late() async throws {
        let (ending, release) = (Ending(), DispatchSemaphore(value: 0))
        let before = KafkaHandles.leaked
        ending.begin(client: "stuck", deadline: .milliseconds(50)) { release.wait() }
        try await eventually { KafkaHandles.leaked > before }
        #expect(!KafkaHandles.drain(within: .zero))
        release.signal()
        try await eventually { ending.wait(within: .zero) && KafkaHandles.leaked == before }
    }

    @Test("a producer that is let go of answers every send")
    func producer() async throws {
        let broker = try EmbeddedBroker()
        try broker.create("t", partitions: 1)
        try await Producer(["bootstrap.servers": broker.bootstrapServers])
            .send(ProducerRecord(topic: "t", key: nil, value: [1]))
    }

    // MARK: Helpers

    /// Brings a member to a state, runs `leave`, releases the member, and expects it to end.
    private func withMember(
        _ stand: Stand, brokerStays: Bool = true, _ leave: @escaping @Sendable (Consumer) -> Void
    ) async throws {
        let broker = try EmbeddedBroker()
        try broker.create("t", partitions: 2)
        let ending = try await DedicatedThread.run(name: "member") {
            let member = try Member(broker, stand)
            if !brokerStays { broker.goDown() }
            leave(member.consumer)
            return member.consumer.ending
        }
        let ended = try await DedicatedThread.run(name: "wait") { ending.wait(within: .seconds(8)) }
        #expect(ended)
        withExtendedLifetime(broker) {}
    }

    private struct Member {
        let consumer: Consumer
        private(set) var partitions: [TopicPartition] = []

        /// Has its partitions assigned, and has not answered.
        init(_ properties: KafkaProperties, _ topic: String) throws {
            consumer = try Consumer(
                properties.merging([
                    "group.id": topic, "heartbeat.interval.ms": "50", "session.timeout.ms": "10000",
                ]) { $1 })
            try consumer.subscribe([topic])
            try consumer.wait {
                if case .assigned(let list) = $0 { partitions = list }
                return !partitions.isEmpty
            }
        }

        init(_ broker: EmbeddedBroker, _ stand: Stand) throws {
            try self.init(["bootstrap.servers": broker.bootstrapServers], "t")
            if stand == .assigned { return }
            try consumer.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, 0) }))
            switch stand {
            case .assigned, .working: break
            case .lost, .lostAndAnswered:
                broker.refuse(.heartbeat, with: [RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID])
                try consumer.wait { if case .lost = $0 { true } else { false } }
                if stand == .lostAndAnswered { try consumer.unassign() }
            case .fenced:
                broker.refuse(.heartbeat, with: [RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID])
                try consumer.wait { if case .failed(let error, _) = $0 { error.isFatal } else { false } }
            }
        }
    }
}

extension Consumer {
    /// Polls until something has happened, 15 s at most.
    func wait(for happened: (Polled) -> Bool) throws {
        for _ in 0..<300 where happened(poll(timeout: 50)) { return }
        throw NotSeen()
    }
}

struct NotSeen: Error {}

final class Kept<Value: Sendable>: @unchecked Sendable {  // written before it is read, in one test
    var value: Value?
}

/// Waits up to 10 s for another thread to do something.
func eventually(_ happened: @Sendable @escaping () -> Bool) async throws {
    for _ in 0..<1_000 {
        if happened() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw NotSeen()
}
