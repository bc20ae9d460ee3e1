import Foundation
import Kafka

/// The records that go into one transaction, and what is known of the topic beside them.
struct ViewBatch {
    private(set) var changes: [ViewChange] = []
    private(set) var bytes = 0
    var freshAt: Date

    /// The ends of the topics when they were last looked at, until the view has reached them.
    ///
    /// A busy topic may have a new end at each look, so that the view is never at the latest. It is still fresh.
    private var look: (time: Date, ends: [TopicPartition: Int64])?

    private let cluster: String
    private var positions: [TopicPartition: ViewPosition]
    /// The last record of each partition in this batch.
    private var last: [TopicPartition: Record] = [:]
    /// The records that were applied last, before this source was opened.
    private var unproven: [TopicPartition: ViewPosition.Last]

    init(_ progress: ViewProgress, cluster: String) {
        (self.cluster, freshAt, positions) = (cluster, progress.freshAt, progress.positions)
        unproven = progress.positions.compactMapValues(\.last)
    }

    var count: Int { changes.count }
    var isEmpty: Bool { last.isEmpty }

    /// Adds a record, but for the one that was applied last, which is read again.
    ///
    /// - Throws: ``ViewProgress/Unfit`` if another record lies there now.
    mutating func add(_ record: Record, topic: String) throws(ViewProgress.Unfit) {
        let partition = record.topicPartition
        if let known = unproven.removeValue(forKey: partition), known.offset == record.offset {
            guard known == ViewPosition.Last(record) else { throw .otherRecord(partition, record.offset) }
            return
        }
        // Each record once, whatever the source does.
        if record.offset < positions[partition]?.next ?? 0 || record.offset <= last[partition]?.offset ?? -1 { return }
        changes.append(ViewChange(record, topic: topic))
        bytes += record.headers.size + (record.key?.count ?? 0) + (record.value?.count ?? 0)
        last[partition] = record
    }

    /// How far the view has come with this batch: the positions that have changed.
    ///
    /// - Parameter position: of the source, which may have passed more than records: the marks of transactions.
    mutating func progress(_ position: (TopicPartition) -> Int64) -> ViewProgress {
        var changed: [TopicPartition: ViewPosition] = [:]
        for partition in Set(positions.keys).union(last.keys) {
            let known = positions[partition]
            let next = max(position(partition), known?.next ?? 0)
            guard next != known?.next else { continue }
            changed[partition] = ViewPosition(
                partition, next: next, last: last[partition].map(ViewPosition.Last.init) ?? known?.last)
        }
        positions.merge(changed) { $1 }
        if let reached = look, reached.ends.allSatisfy({ position($0.key) >= $0.value }) {
            (freshAt, look) = (reached.time, nil)
        }
        return ViewProgress(cluster: cluster, freshAt: freshAt, positions: changed)
    }

    /// Notes that the topics have these ends now. What is looked for already is reached first.
    mutating func look(at ends: [TopicPartition: Int64], now: Date) {
        if look == nil { look = (now, ends) }
    }

    /// After it was written.
    mutating func clear() {
        changes.removeAll(keepingCapacity: true)
        last.removeAll(keepingCapacity: true)
        bytes = 0
    }
}
