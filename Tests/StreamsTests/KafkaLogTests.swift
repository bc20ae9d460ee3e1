import Foundation
import Kafka
import Logging
import StreamsTestSupport
import Testing

@testable import Streams

@Suite("The log on librdkafka", .timeLimit(.minutes(2)))
struct KafkaLogTests {
    @Test("a stream that finds no broker lives, and ends within ten seconds of being told to")
    func noBroker() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let configuration = StreamsConfiguration(
            Ledger.topology("a"), instance: "i", kafka: ["bootstrap.servers": "127.0.0.1:1"],
            stateDirectory: folder.path)
        let streams = Streams(
            Ledger(), configuration, logger: Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() })
        let running = Task { try await streams.run() }
        try await eventually("a first look for brokers") { streams.isLive }
        running.cancel()
        let began = ContinuousClock.now
        _ = try? await running.value
        // Ten seconds, and as much again while other tests hold the machine.
        #expect(ContinuousClock.now - began < .seconds(20))
    }

    @Test("a commit waits for a broker that is gone, and finishes when it is back")
    func patience() async throws {
        try await withLog { broker, log in
            var waits = 0
            log.onWait = { () throws(KafkaError) in
                waits += 1
                if waits == 1 { broker.comeUp() }
            }
            try log.begin()
            try log.produce(ProducerRecord(topic: "t", partition: 0, key: nil, value: [1]))
            try log.flush()
            broker.goDown()
            try log.commit()
            #expect(waits > 0)
            log.onWait = {}
            try log.begin()
            try log.abort()
        }
    }

    @Test("whoever stops does not wait for a broker that is gone", arguments: ["flush", "offsets", "commit", "abort"])
    func impatience(_ call: String) async throws {
        try await withLog { broker, log in
            let record = ProducerRecord(topic: "t", partition: 0, key: nil, value: [1])
            try log.begin()
            try log.produce(record)
            try log.flush()
            broker.goDown()
            if call == "flush" { try log.produce(record) }
            log.onWait = { () throws(KafkaError) in throw KafkaError(simulated: "STOPPING") }
            let began = ContinuousClock.now
            let error = #expect(throws: KafkaError.self) {
                switch call {
                case "flush": try log.flush()
                case "offsets": try log.sendOffsets([TopicPartition("t", 0): 1])
                case "commit": try log.commit()
                default: try log.abort()
                }
            }
            #expect(error?.name == "STOPPING")
            #expect(ContinuousClock.now - began < .seconds(4))
        }
    }

    @Test("a transaction's offsets are not sent by whom the group does not have")
    func notAMember() async throws {
        let broker = try EmbeddedBroker()
        try broker.create("t", partitions: 1)
        try await DedicatedThread.run(name: "log") {
            let log = try KafkaLog(group: "g", member: "m", ["bootstrap.servers": broker.bootstrapServers])
            try log.begin()
            let error = #expect(throws: KafkaError.self) { try log.sendOffsets([TopicPartition("t", 0): 1]) }
            #expect(error?.isAbortable == true)
            log.close()
        }
    }

    /// Runs `body` with a member that has its partition.
    private func withLog(_ body: @escaping @Sendable (EmbeddedBroker, KafkaLog) throws -> Void) async throws {
        let broker = try EmbeddedBroker()
        try broker.create("t", partitions: 1)
        try await DedicatedThread.run(name: "log") {
            let log = try KafkaLog(group: "g", member: "m", ["bootstrap.servers": broker.bootstrapServers])
            try log.join(["t"])
            var isAssigned = false
            for _ in 0..<200 where !isAssigned {
                if case .assigned = try log.poll(.milliseconds(100)) { isAssigned = true }
            }
            try #require(isAssigned)
            try log.read([TopicPartition("t", 0): 0])
            try body(broker, log)
            log.close()
        }
        withExtendedLifetime(broker) {}
    }
}
