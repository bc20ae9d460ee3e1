import Foundation
public import Kafka

/// A Kafka for one test: its own embedded broker, or the one that `KAFKA_BOOTSTRAP_SERVERS` names. Its topics have a
/// random prefix and are deleted afterwards.
public final class TestBroker: Sendable {
    public let bootstrapServers: String
    public let prefix: String
    /// True for a real Kafka, which hides aborted records.
    public let isReal: Bool
    private let embedded: EmbeddedBroker?

    public init() throws {
        prefix = "test-\(UUID().uuidString.lowercased().prefix(8))-"
        if let servers = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"] {
            (bootstrapServers, embedded, isReal) = (servers, nil, true)
        } else {
            let broker = try EmbeddedBroker()
            (bootstrapServers, embedded, isReal) = (broker.bootstrapServers, broker, false)
        }
    }

    public var properties: KafkaProperties {
        (isReal ? Self.environment : [:]).merging(["bootstrap.servers": bootstrapServers]) { $1 }
    }

    /// How to log in to a real Kafka, as `KAFKA_SASL_USERNAME` and the like say.
    private static let environment: KafkaProperties = {
        let variables = ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("KAFKA_") }
        let properties = variables.map { name, value in
            (name.dropFirst("KAFKA_".count).lowercased().replacing("_", with: "."), value)
        }
        return Dictionary(uniqueKeysWithValues: properties.filter { KafkaProperty.verdict($0, $1) == .accepted })
    }()

    /// Creates topics with the prefix.
    public func create(_ names: [String], partitions: Int32) async throws {
        try await create(names.map { TopicSpecification(prefix + $0, partitions: partitions) })
    }

    public func create(_ topics: [TopicSpecification]) async throws {
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

    /// All records of a topic that a reader with `read_committed` sees now, in the order of each partition.
    public func records(_ topic: String) async throws -> [Record] {
        let (properties, name) = (properties, prefix + topic)
        return try await DedicatedThread.run(name: "read") {
            var records: [Record] = []
            let reader = try TopicReader([name], from: .beginning, properties)
            _ = reader.catchUp(within: .seconds(30)) { records.append($0) }
            return records
        }
    }

    /// Deletes the topics from a shared Kafka.
    public func remove() async {
        guard isReal else { return }
        let (properties, prefix) = (properties, prefix)
        try? await DedicatedThread.run(name: "remove") {
            let admin = try Admin(properties)
            let names = try admin.topics(timeout: 10_000).keys.filter { $0.hasPrefix(prefix) }
            try admin.delete(Array(names), timeout: 30_000)
        }
    }
}
