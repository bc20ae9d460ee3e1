import Foundation
public import Kafka

/// How one instance of a stream runs: its topology, its names on the broker, its limits.
public struct StreamsConfiguration: Sendable {
    public let topology: Topology
    /// This instance's name, stable over restarts and unique within the application.
    public var instance: String
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

    /// What to do about topics that are missing, in the words of the application. It ends the error's sentence.
    public var howToCreateTopics = "create them as the topology's `topics` says"
    /// How to go on without what a changelog has lost (``ChangelogLost``), in the words of the application.
    public var howToAcceptLoss = "call `ChangelogLost.accept` once"

    public init(_ topology: Topology, instance: String, kafka: KafkaProperties, stateDirectory: String) {
        (self.topology, self.instance, self.kafka, self.stateDirectory) = (topology, instance, kafka, stateDirectory)
    }

    var application: String { topology.application }
    var inputs: [String] { topology.inputs.map(\.name) }
    var outputs: [String] { topology.outputs.map(\.name) }
    var changelog: String { topology.changelog.name }
    var deadLetters: String { topology.deadLetters.name }

    /// A topic's or group's name on the broker.
    public func physical(_ name: String) -> String { prefix.isEmpty ? name : prefix + name }

    /// A topic's name without the prefix.
    func logical(_ name: String) -> String { name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name }

    package var folder: String { "\(stateDirectory)/\(prefix)\(application)/\(instance)" }

    func storePath(_ partition: Int32) -> String { "\(folder)/\(partition).mdb" }
}
