import Foundation
public import Kafka

/// How one instance of a stream runs: its topology, its names on the broker, its limits.
public struct StreamsConfiguration: Sendable {
    public let topology: Topology
    /// This instance's name, stable over restarts and unique within the application.
    public var instance: String
    /// The prefix of every topic's and group's name on the broker.
    public var prefix = ""
    /// Properties for every Kafka client of the stream.
    public var kafka: KafkaProperties
    /// The folder for the state files.
    public var stateDirectory: String
    /// Stream threads in this instance.
    public var threads = 1
    /// What is sealed, and under which keys; nil: nothing is.
    public var sealing: Sealing?
    /// The longest time from a step's first record to its commit.
    public var commitInterval: Duration = .milliseconds(100)
    /// The most records in one step.
    public var recordsPerStep = 20_000
    /// How many bytes of changes a thread may keep in memory that are not in its state files yet.
    public var tailLimit = 32 << 20
    /// The largest size of one task's state file, in bytes.
    public var stateFileLimit = 64 << 30
    /// The largest record that is produced, in bytes. A turn that would produce a larger one goes to the dead letters,
    /// before Kafka refuses it.
    public var recordLimit = 1_000_000
    /// How often committed changes are flushed to the state files. A restart restores at most what was committed since.
    public var flushInterval: Duration = .seconds(30)
    /// The longest time that an idle stream waits in one poll.
    public var idlePoll: Duration = .milliseconds(500)
    /// The shortest retention of an input. An input with less is refused at the start: the service may be down for a
    /// week.
    public var minimumRetention: Duration = .seconds(7 * 24 * 3_600)
    /// A checkpoint older than this is not used. It must be at most half of the changelog's `delete.retention.ms` (24 h
    /// by default).
    public var checkpointLifetime: Duration = .seconds(12 * 3_600)

    /// What to do about missing topics, in the words of the application. It ends the error's sentence.
    public var howToCreateTopics = "create them as the topology's `topics` says"
    /// How to continue without what a changelog has lost (``ChangelogLost``), in the words of the application.
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
