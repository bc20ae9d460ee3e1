public import Kafka

/// Where a view's records come from: Kafka, or a list in a test. Confined to one thread.
public protocol ViewSource: AnyObject {
    /// The next record within `timeout` milliseconds; nil if none came.
    ///
    /// - Throws: an error after which this source is of no more use, and another one is opened.
    func read(timeout: Int32) throws -> Record?

    /// Every record below it has been passed on.
    func position(_ partition: TopicPartition) -> Int64

    /// True once every partition has been read to the end that it had at the start.
    var isCaughtUp: Bool { get }

    /// The offset after the last one of each partition, as of the last answers. Cheap.
    var knownEnds: [TopicPartition: Int64] { get }

    /// The id of the cluster that holds the topics.
    var cluster: String { get }

    /// Whether the source answers, and has the partitions that it had.
    ///
    /// - Throws: if there is no answer within `timeout` milliseconds.
    func hasSamePartitions(timeout: Int32) throws -> Bool
}

/// Opens a source, which reads from where `choose` says, once it knows what the log holds.
public typealias OpenViewSource =
    @Sendable (
        _ choose: @escaping @Sendable (TopicReader.LogState) throws -> [TopicPartition: Int64]
    ) throws -> any ViewSource

extension ViewSource {
    /// How many offsets are left to read, as of the last answers.
    var lag: Int64 { knownEnds.reduce(0) { $0 + max(0, $1.value - position($1.key)) } }
}

extension TopicReader: ViewSource {}
