import Codec
package import Kafka
import Streams

/// The settings that all topics of the suite must have on the broker.
package enum TopicPlan {
    /// - Parameters:
    ///   - partitions: of each topic that is keyed by child, county or case. Cannot be changed later.
    ///   - prefix: precedes every name.
    ///   - replication: copies of each partition, if known.
    ///   - publishers: the last parts of the topics in which publishers find their own receipts.
    package static func specifications(
        partitions: Int32, prefix: String, replication: Int32 = -1, publishers: [String] = []
    ) -> [TopicSpecification] {
        let own = Set(publishers).sorted().map { Topology.Topic(Codec.Topic.receipts($0), .deleted, .one) }
        return (topics + own).map { topic in
            var settings =
                switch topic.cleanup {
                case .compacted: ["cleanup.policy": "compact"]
                // A service may be down for weeks. Retention must not delete a concern meanwhile.
                case .deleted: ["cleanup.policy": "delete", "retention.ms": "\(90 * 24 * 3_600 * 1_000)"]
                }
            // Acknowledged records are on at least two disks.
            if replication >= 3 { settings["min.insync.replicas"] = "2" }
            return TopicSpecification(
                prefix + topic.name, partitions: topic.partitions == .one ? 1 : partitions, settings: settings)
        }
    }

    /// The topics of the services, and the access log, which the command line writes.
    private static var topics: [Topology.Topic] {
        Set(Topology.suite.flatMap(\.topics) + [Topology.Topic(.accessLog)]).sorted { $0.name < $1.name }
    }
}
