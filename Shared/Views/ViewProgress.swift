import Crypto
import Foundation
import GRDB
import Kafka

/// How far a view has come in one partition. It lies beside the rows, and is written in their transaction.
struct ViewPosition: Codable, Sendable, Hashable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "view_positions"

    var topic: String
    var partition: Int32
    /// Every record below it has been applied or passed over.
    var next: Int64
    /// The last record below it.
    var last: Last?

    /// A record by which a topic is known again: another topic of the same name has another one there.
    struct Last: Codable, Sendable, Hashable {
        var offset: Int64
        var digest: Data

        init(_ record: Kafka.Record) {
            (offset, digest) = (record.offset, record.digest)
        }
    }

    init(_ partition: TopicPartition, next: Int64, last: Last?) {
        (topic, self.partition, self.next, self.last) = (partition.topic, partition.partition, next, last)
    }

    var topicPartition: TopicPartition { TopicPartition(topic, partition) }
}

/// How far a view has come, and until when it is known to have missed nothing.
struct ViewProgress: Sendable, Hashable {
    /// Nil before the first record.
    var cluster: String?
    /// When the view last held all that its topics held, or when it began.
    var freshAt: Date
    var positions: [TopicPartition: ViewPosition]

    init(cluster: String? = nil, freshAt: Date, positions: [TopicPartition: ViewPosition] = [:]) {
        (self.cluster, self.freshAt, self.positions) = (cluster, freshAt, positions)
    }

    /// Where to read on. The last record of each partition is read again, to see whether it is still the same.
    ///
    /// - Throws: ``Unfit`` if the view cannot be continued from this log.
    func start(
        in log: TopicReader.LogState, at now: Date, longestAbsence: Duration
    ) throws(Unfit) -> [TopicPartition: Int64] {
        if let cluster, cluster != log.cluster { throw .otherCluster }
        let absence = now.timeIntervalSince(freshAt)
        guard absence <= longestAbsence / .seconds(1) else { throw .absence(hours: Int(absence / 3_600)) }
        var starts: [TopicPartition: Int64] = [:]
        for (partition, position) in positions {
            guard let range = log.ranges[partition] else { throw .noPartition(partition) }
            guard range.lowerBound <= position.next, position.next <= range.upperBound else {
                throw .outside(partition, position.next, range)
            }
            starts[partition] = max(position.last?.offset ?? position.next, range.lowerBound)
        }
        return starts
    }

    /// Why a view is rebuilt. None is a fault: a view is a cache.
    enum Unfit: Error, Sendable, Hashable, CustomStringConvertible {
        case otherVersion
        case damaged
        case otherCluster
        case absence(hours: Int)
        case noPartition(TopicPartition)
        case outside(TopicPartition, Int64, Range<Int64>)
        case otherRecord(TopicPartition, Int64)

        var description: String {
            switch self {
            case .otherVersion: "its schema or its revision is another one"
            case .damaged: "its file is damaged"
            case .otherCluster: "its topics lie in another Kafka cluster"
            case .absence(let hours): "it was without its topics for \(hours) hours, and may have missed tombstones"
            case .noPartition(let partition): "\(partition) does not exist"
            case .outside(let partition, let next, let range):
                "its position \(next) in \(partition) lies outside \(range.lowerBound)..\(range.upperBound)"
            case .otherRecord(let partition, let offset):
                "\(partition) has another record at \(offset): the topic was made again"
            }
        }
    }
}

extension Kafka.Record {
    /// SHA-256 of the time, the key and the value; a missing value differs from an empty one.
    fileprivate var digest: Data {
        var hash = SHA256()
        for number in [timestamp, Int64(key?.count ?? -1), Int64(value?.count ?? -1)] {
            withUnsafeBytes(of: number.bigEndian) { hash.update(bufferPointer: $0) }
        }
        for bytes in [key, value] { hash.update(data: bytes ?? []) }
        return Data(hash.finalize())
    }
}
