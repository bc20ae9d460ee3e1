import Foundation
import Kafka
import TestSupport
import Testing

@testable import tillsammans

@Suite(
    "`topics apply`, on a real Kafka",
    .enabled(
        if: ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"] != nil, "the embedded one has no settings"))
struct TopicsTests {
    @Test("it makes the topics, and finds them as they must be the next time")
    func apply() async throws {
        let broker = try TestBroker()
        let connection = Connection(bootstrapServers: broker.bootstrapServers, prefix: broker.prefix)
        #expect(try await !TopicsCommand.apply(connection, partitions: 2).isEmpty)
        #expect(try await TopicsCommand.apply(connection, partitions: 2).isEmpty)
        await broker.remove()
    }

    @Test("facts that vanish after a day are refused, with the topic, the setting, what it is and what it should be")
    func wrong() async throws {
        let broker = try TestBroker()
        let connection = Connection(bootstrapServers: broker.bootstrapServers, prefix: broker.prefix)
        try await broker.create([
            TopicSpecification(broker.prefix + "concerns", partitions: 2, settings: ["retention.ms": "86400000"])
        ])
        let fault = await #expect(throws: CommandFault.self) {
            try await TopicsCommand.apply(connection, partitions: 2)
        }
        #expect(
            fault?.description.contains("\(broker.prefix)concerns has retention.ms=86400000 and should have -1") == true
        )
        await broker.remove()
    }
}
