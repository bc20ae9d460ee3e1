import Foundation
public import Kafka

/// How a view is followed: where its file lies, and its limits.
public struct ViewConfiguration: Sendable {
    /// The folder of the file, for its owner alone.
    public var folder: String
    /// The prefix of every topic's name on the broker.
    public var prefix = ""
    public var kafka: KafkaProperties
    /// The most records in one transaction.
    public var recordsPerBatch = 4_000
    /// The most bytes of keys, values and headers in one transaction. One record may exceed it.
    public var bytesPerBatch = 4 << 20
    /// The most pages that are read from the file at once.
    public var maximumReaders = 5
    /// How long a view may have been without its topics and still be continued. After that it is rebuilt, since it may have
    /// missed tombstones. It must be at most half of the topics' `delete.retention.ms` (24 h by default).
    public var longestAbsence: Duration = .seconds(12 * 3_600)
    /// Sees to the file and asks the brokers whether they are there.
    public var tendingInterval: Duration = .seconds(5)

    /// What time it is.
    var now: @Sendable () -> Date = { Date() }
    /// Where a test may end a transaction, when all is written and nothing is committed.
    var beforeCommit: @Sendable () throws -> Void = {}

    public init(folder: String, kafka: KafkaProperties) { (self.folder, self.kafka) = (folder, kafka) }

    func physical(_ topic: String) -> String { prefix + topic }

    func logical(_ topic: String) -> String {
        topic.hasPrefix(prefix) ? String(topic.dropFirst(prefix.count)) : topic
    }
}
