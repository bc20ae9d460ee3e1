import Codec
import Foundation
import Kafka

/// All topics of the suite as they are to be on the broker.
public enum TopicPlan {
    /// - Parameters:
    ///   - partitions: of each topic that is keyed by child, county or case; the unit of scale, fixed for ever.
    ///   - prefix: stands before every name.
    ///   - replication: copies of each partition, where that is known.
    public static func specifications(
        partitions: Int32, prefix: String, replication: Int32 = -1
    ) -> [TopicSpecification] {
        Topic.allCases.map { topic in
            var settings =
                topic.isCompacted
                ? ["cleanup.policy": "compact"]
                // A service may be down for weeks, and a concern is not to be lost to retention meanwhile.
                : ["cleanup.policy": "delete", "retention.ms": "\(90 * 24 * 3_600 * 1_000)"]
            // What is acknowledged lies on two disks.
            if replication >= 3 { settings["min.insync.replicas"] = "2" }
            return TopicSpecification(
                prefix + topic.rawValue, partitions: topic.isSingle ? 1 : partitions, settings: settings)
        }
    }
}
