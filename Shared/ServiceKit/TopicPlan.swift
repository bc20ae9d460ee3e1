import Codec
import Foundation
import Kafka
import Streams

/// All topics of the suite as they are to be on the broker.
public enum TopicPlan {
    /// - Parameters:
    ///   - partitions: of each topic that is keyed by child, county or case; the unit of scale, fixed for ever.
    ///   - prefix: stands before every name.
    ///   - replication: copies of each partition, where that is known.
    public static func specifications(
        partitions: Int32, prefix: String, replication: Int32 = -1
    ) -> [TopicSpecification] {
        topics.map { topic in
            var settings =
                switch topic.cleanup {
                case .compacted: ["cleanup.policy": "compact"]
                // A service may be down for weeks, and a concern is not to be lost to retention meanwhile.
                case .deleted: ["cleanup.policy": "delete", "retention.ms": "\(90 * 24 * 3_600 * 1_000)"]
                }
            // What is acknowledged lies on two disks.
            if replication >= 3 { settings["min.insync.replicas"] = "2" }
            return TopicSpecification(
                prefix + topic.name, partitions: topic.partitions == .one ? 1 : partitions, settings: settings)
        }
    }

    /// What the services need, and what the command line writes: who looked at what.
    private static var topics: [Topology.Topic] {
        Set(Topology.suite.flatMap(\.topics) + [Topology.Topic(.accessLog)]).sorted { $0.name < $1.name }
    }
}
