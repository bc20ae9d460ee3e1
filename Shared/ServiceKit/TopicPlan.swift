import Codec
package import Kafka
import Streams

/// The settings that all topics of the suite must have on the broker.
package enum TopicPlan {
    /// For how long what names a child lies on the brokers' disks, as the installation decides.
    package struct Terms: Sendable, Hashable {
        /// Days for which reports are kept as they were sent. A stream refuses to start on inputs that are kept for less
        /// than seven.
        package var reportDays = 7
        /// Days from the tombstone of a key, for example of a child's data key, until its value is gone from the log.
        package var erasureDays = 7

        package static let allowedReportDays = 7...365
        package static let allowedErasureDays = 2...365

        package init() {}

        /// What Kafka promises with these terms, for the person who decides on them.
        package var explanation: String {
            """
            reports as they were sent are gone after at most \(reportDays + 1) days: \(reportDays) days (retention.ms), and \
            the day that a segment takes (segment.ms)
            an erased key, and the state of an erased case, are gone from the log after at most \(erasureDays) days: \
            \(erasureDays - 1) days until the cleaner must come (max.compaction.lag.ms), and a day for its work; the \
            tombstone, which holds the reference alone, stays a day longer or more (delete.retention.ms)
            a partition to which nothing is written keeps its newest segment, whatever its age: Kafka closes a segment \
            only when the next record comes
            """
        }
    }

    /// - Parameters:
    ///   - partitions: of each topic that is keyed by county or case. Cannot be changed later.
    ///   - prefix: precedes every name.
    ///   - replication: copies of each partition, if known.
    ///   - publishers: the last parts of the topics in which publishers find their own receipts.
    ///   - terms: for how long what names a child is kept.
    package static func specifications(
        partitions: Int32, prefix: String, replication: Int32 = -1, publishers: [String] = [],
        terms: Terms = Terms()
    ) -> [TopicSpecification] {
        let shared = topics.map { (name: $0.rawValue, topic: $0, isSingle: $0.isSingle) }
        let own = Set(publishers).sorted().map {
            (name: Codec.Topic.receipts($0), topic: Codec.Topic.concernReceipts, isSingle: true)
        }
        return (shared + own).map { name, topic, isSingle in
            var settings = settings(topic.retention, terms)
            // Otherwise who sends a record says when it came: dates are counted from there, and retention too.
            if topic.isExternal { settings["message.timestamp.type"] = "LogAppendTime" }
            // Acknowledged records are on at least two disks.
            if replication >= 3 { settings[inSync] = "2" }
            return TopicSpecification(prefix + name, partitions: isSingle ? 1 : partitions, settings: settings)
        }
    }

    /// The topics of the services, and the access log, which the command line writes.
    private static var topics: [Codec.Topic] {
        Set(Topology.suite.flatMap(\.topics).compactMap { Codec.Topic(rawValue: $0.name) } + [.accessLog])
            .sorted { $0.rawValue < $1.rawValue }
    }

    private static func settings(_ retention: Codec.Topic.Retention, _ terms: Terms) -> [String: String] {
        switch retention {
        case .latest:
            // A value is removed some time after its successor or tombstone, but never from the newest segment.
            [
                "cleanup.policy": "compact", "segment.ms": milliseconds(days: 1),
                "max.compaction.lag.ms": milliseconds(days: terms.erasureDays - 1),
                "delete.retention.ms": milliseconds(days: 1),
            ]
        case .forever: ["cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"]
        case .days(let days):
            ["cleanup.policy": "delete", "retention.ms": milliseconds(days: days), "retention.bytes": "-1"]
        case .brief:
            // Whole segments are deleted, so a segment must not span more than a day.
            [
                "cleanup.policy": "delete", "retention.ms": milliseconds(days: terms.reportDays),
                "retention.bytes": "-1", "segment.ms": milliseconds(days: 1),
            ]
        }
    }

    private static func milliseconds(days: Int) -> String { "\(days * 24 * 3_600 * 1_000)" }

    /// What is wrong with the topics that exist: the topic, the setting, what it is, and what it should be.
    ///
    /// What the broker does not tell is not compared.
    package static func faults(
        _ wanted: [TopicSpecification], _ existing: [String: TopicDescription]
    ) -> [String] {
        wanted.flatMap { topic -> [String] in
            guard let found = existing[topic.name] else { return [] }
            var faults: [String] = []
            if found.partitions != Int(topic.partitions) {
                faults.append(
                    "\(topic.name) has \(found.partitions) partitions and should have \(topic.partitions); the number "
                        + "cannot be changed without moving keys, so call with --partitions or another --prefix")
            }
            for (name, value) in topic.settings.sorted(by: { $0.key < $1.key }) where name != inSync {
                guard let actual = found.settings?[name], actual != value else { continue }
                faults.append("\(topic.name) has \(name)=\(actual) and should have \(value)")
            }
            // A topic with fewer copies could not be written while one of them is away.
            if found.replicas >= 3, let actual = found.settings?[inSync].flatMap({ Int($0) }), actual < 2 {
                faults.append("\(topic.name) has \(inSync)=\(actual) and should have 2")
            }
            return faults
        }
    }

    private static let inSync = "min.insync.replicas"
}
