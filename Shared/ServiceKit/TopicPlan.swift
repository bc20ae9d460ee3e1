import Codec
package import Kafka
import Streams

/// The settings that all topics of the suite must have on the broker.
package enum TopicPlan {
    /// - Parameters:
    ///   - partitions: of each topic that is keyed by county or case. Cannot be changed later.
    ///   - prefix: precedes every name.
    ///   - replication: copies of each partition, if known.
    ///   - publishers: the last parts of the topics in which publishers find their own receipts.
    package static func specifications(
        partitions: Int32, prefix: String, replication: Int32 = -1, publishers: [String] = []
    ) -> [TopicSpecification] {
        let shared = topics.map { (name: $0.rawValue, topic: $0, isSingle: $0.isSingle) }
        let own = Set(publishers).sorted().map {
            (name: Codec.Topic.receipts($0), topic: Codec.Topic.concernReceipts, isSingle: true)
        }
        return (shared + own).map { name, topic, isSingle in
            var settings = settings(topic.retention)
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

    private static func settings(_ retention: Codec.Topic.Retention) -> [String: String] {
        switch retention {
        case .latest: ["cleanup.policy": "compact"]
        case .forever: ["cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"]
        case .days(let days):
            ["cleanup.policy": "delete", "retention.ms": "\(days * 24 * 3_600 * 1_000)", "retention.bytes": "-1"]
        }
    }

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
