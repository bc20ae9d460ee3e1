import Foundation
package import Kafka
import ServiceKit

/// A Kafka for one test: an embedded broker of its own, or the one that `KAFKA_BOOTSTRAP_SERVERS` names, with a random
/// prefix for its topics, which are taken away again.
package final class TestBroker: Sendable {
    package let bootstrapServers: String
    package let prefix: String
    /// Aborted records are hidden, as on a real Kafka.
    package let isReal: Bool
    private let embedded: EmbeddedBroker?

    package init() throws {
        prefix = "test-\(UUID().uuidString.lowercased().prefix(8))-"
        if let servers = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"] {
            (bootstrapServers, embedded, isReal) = (servers, nil, true)
        } else {
            let broker = try EmbeddedBroker()
            (bootstrapServers, embedded, isReal) = (broker.bootstrapServers, broker, false)
        }
    }

    package var properties: KafkaProperties { ["bootstrap.servers": bootstrapServers] }

    /// Creates topics, under the prefix.
    package func create(_ names: [String], partitions: Int32) async throws {
        try await create(names.map { TopicSpecification(prefix + $0, partitions: partitions) })
    }

    package func create(_ topics: [TopicSpecification]) async throws {
        if let embedded {
            for topic in topics { try embedded.create(topic.name, partitions: topic.partitions) }
            return
        }
        let properties = properties
        try await DedicatedThread.run(name: "create") {
            let admin = try Admin(properties)
            try admin.create(topics, replication: -1, timeout: 30_000)
            for _ in 0..<200 {
                let seen = try admin.topics(timeout: 10_000)
                if topics.allSatisfy({ (seen[$0.name] ?? 0) > 0 }) { return }
                usleep(50_000)
            }
        }
    }

    /// All records of a topic that a reader with read_committed sees now, in the order of each partition.
    package func records(_ topic: String) async throws -> [Record] {
        let (properties, name) = (properties, prefix + topic)
        return try await DedicatedThread.run(name: "read") {
            var records: [Record] = []
            let reader = try TopicReader([name], from: .beginning, properties)
            _ = reader.catchUp(within: .seconds(30)) { records.append($0) }
            return records
        }
    }

    /// Takes the topics away from a shared Kafka.
    package func remove() async {
        guard isReal else { return }
        let (properties, prefix) = (properties, prefix)
        try? await DedicatedThread.run(name: "remove") {
            let admin = try Admin(properties)
            let names = try admin.topics(timeout: 10_000).keys.filter { $0.hasPrefix(prefix) }
            try admin.delete(Array(names), timeout: 30_000)
        }
    }
}
