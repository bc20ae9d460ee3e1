import Foundation
import Kafka

/// The topics are not as the stream needs them. A retry cannot help: the topics or the configuration must be changed.
public struct TopicsNotReady: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Checks the topics before every start: that they exist, that they have the same number of partitions, and that they
/// do not lose records.
enum TopicCheck {
    /// How long each request to a broker may take before a start, in milliseconds. A stop waits for it.
    static let answerTimeout: Int32 = 3_000

    /// - Returns: the number of partitions, which is the number of tasks.
    /// - Throws: ``TopicsNotReady`` with everything that is wrong; `KafkaError` if the brokers do not answer.
    static func run(_ configuration: StreamsConfiguration) throws -> Int {
        let admin = try Admin(configuration.kafka.filter { !$0.key.hasPrefix("session.") })
        let copartitioned = (configuration.inputs + [configuration.changelog]).map(configuration.physical)
        let others = (configuration.outputs + [configuration.deadLetters]).map(configuration.physical)
        let wanted = Set(copartitioned + others).sorted()
        let topics = try admin.describe(wanted, timeout: answerTimeout)
        if topics[configuration.physical(configuration.changelog)] == nil,
            try hasCommittedOffsets(configuration, topics)
        {
            throw ChangelogLost.gone(configuration)
        }
        let problems =
            missing(wanted, topics, configuration) + unequal(topics.filter { copartitioned.contains($0.key) })
            + lossySettings(topics, configuration)
        guard problems.isEmpty else { throw TopicsNotReady(problems.joined(separator: "; ")) }
        return topics[copartitioned[0]]?.partitions ?? 0
    }

    /// True if the group has committed offsets: then it has had a state.
    private static func hasCommittedOffsets(
        _ configuration: StreamsConfiguration, _ topics: [String: TopicDescription]
    ) throws -> Bool {
        let places = configuration.inputs.map(configuration.physical).flatMap { name in
            (0..<Int32(topics[name]?.partitions ?? 0)).map { TopicPartition(name, $0) }
        }
        guard !places.isEmpty else { return false }
        return try ChangelogLost.groupOffsets(configuration, places).contains { ($0.value ?? 0) > 0 }
    }

    static func missing(
        _ wanted: [String], _ topics: [String: TopicDescription], _ configuration: StreamsConfiguration
    ) -> [String] {
        let names = wanted.filter { topics[$0] == nil }
        guard !names.isEmpty else { return [] }
        return ["topics missing: \(names.joined(separator: ", ")); \(configuration.howToCreateTopics)"]
    }

    /// All inputs and the changelog must have the same number of partitions. Otherwise a key's events and its state
    /// would silently belong to different tasks.
    static func unequal(_ topics: [String: TopicDescription]) -> [String] {
        let counts = topics.mapValues(\.partitions)
        guard Set(counts.values).count > 1 else { return [] }
        let table = counts.sorted { $0.key < $1.key }.map { "\($0.key) has \($0.value)" }.joined(separator: ", ")
        return ["these topics must have the same number of partitions, but \(table)"]
    }

    /// Settings under which records would be lost silently. A setting that a broker does not report is not checked (the
    /// embedded broker reports none).
    static func lossySettings(_ topics: [String: TopicDescription], _ configuration: StreamsConfiguration) -> [String] {
        var problems: [String] = []
        func number(_ topic: TopicDescription, _ name: String) -> Int? { topic.settings?[name].flatMap { Int($0) } }
        let changelog = configuration.physical(configuration.changelog)
        if let topic = topics[changelog] {
            if let policy = topic.settings?["cleanup.policy"], policy != "compact" {
                problems.append(
                    "\(changelog) has cleanup.policy=\(policy), which deletes state; set it to compact")
            }
            let needed = Int(configuration.checkpointLifetime.inSeconds * 2_000)
            if let kept = number(topic, "delete.retention.ms"), kept < needed {
                problems.append(
                    "\(changelog) has delete.retention.ms=\(kept), so that a state file may miss deletions; set it to at least "
                        + "\(needed)")
            }
            if topic.replicas >= 3, let inSync = number(topic, "min.insync.replicas"), inSync < 2 {
                problems.append(
                    "\(changelog) has \(topic.replicas) replicas and min.insync.replicas=\(inSync), so that one broker's "
                        + "disk can take acknowledged state with it; set it to 2")
            }
        }
        for name in configuration.inputs.map(configuration.physical).sorted() {
            guard let topic = topics[name], topic.settings?["cleanup.policy"] != "compact",
                let kept = number(topic, "retention.ms"), kept >= 0
            else { continue }
            let needed = Int(configuration.minimumRetention.inSeconds * 1_000)
            if kept < needed {
                problems.append(
                    "\(name) has retention.ms=\(kept), so that records may be deleted before they are read; set it to at "
                        + "least \(needed)")
            }
        }
        return problems
    }
}
