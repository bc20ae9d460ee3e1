import Foundation
import Kafka

/// What a stream is made of: which topics, which names, which limits.
public struct StreamsConfiguration: Sendable {
    /// The service's name: the consumer group, the source of its events, the first part of its transactional ids.
    public var application: String
    /// This instance's name, stable over restarts and unique within the application.
    public var instance: String
    /// Input topics, with the same keys and the same number of partitions.
    public var inputs: [String]
    /// The compacted topic that holds the state.
    public var changelog: String
    /// Topics that the processor publishes to.
    public var outputs: [String] = []
    public var deadLetters = "dead-letters"
    /// Stands before every topic's and group's name on the broker.
    public var prefix = ""
    /// Properties for every Kafka client of the stream.
    public var kafka: KafkaProperties
    /// The folder for the state files.
    public var stateDirectory: String
    /// Stream threads in this instance.
    public var threads = 1
    /// The longest that a record waits for its step to be committed.
    public var commitInterval: Duration = .milliseconds(100)
    /// The most records in one step.
    public var recordsPerStep = 20_000
    /// What a thread may hold in memory of changes that are not in its state files yet, in bytes.
    public var tailLimit = 32 << 20
    /// The most that one task's state file may take on the disk, in bytes.
    public var stateFileLimit = 64 << 30
    /// The largest record that is produced, in bytes: what is larger goes to the dead letters before Kafka refuses it.
    public var recordLimit = 1_000_000
    /// How often the state files take over what is committed; a restart restores at most what came since.
    public var flushInterval: Duration = .seconds(30)
    /// The longest that an idle stream waits in one poll.
    public var idlePoll: Duration = .milliseconds(500)
    /// An input that keeps its records for less than this is refused: the service may be down for a week.
    public var minimumRetention: Duration = .seconds(7 * 24 * 3_600)
    /// A state file older than this is not trusted: half of the changelog's `delete.retention.ms` (24 h by default).
    public var checkpointLifetime: Duration = .seconds(12 * 3_600)

    public init(
        application: String, instance: String, inputs: [String], changelog: String, kafka: KafkaProperties,
        stateDirectory: String
    ) {
        (self.application, self.instance, self.inputs) = (application, instance, inputs)
        (self.changelog, self.kafka, self.stateDirectory) = (changelog, kafka, stateDirectory)
    }

    /// A topic's or group's name on the broker.
    public func physical(_ name: String) -> String { prefix.isEmpty ? name : prefix + name }

    /// A topic's name without the prefix.
    func logical(_ name: String) -> String { name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name }

    var folder: String { "\(stateDirectory)/\(prefix)\(application)/\(instance)" }

    func storePath(_ partition: Int32) -> String { "\(folder)/\(partition).mdb" }
}
