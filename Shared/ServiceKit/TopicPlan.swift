import Codec
import Foundation
import Kafka

/// All topics of the suite as they are to be on the broker.
public enum TopicPlan {
    /// - Parameters:
    ///   - partitions: of each topic that is keyed by child, county or case; the unit of scale, fixed for ever.
    ///   - prefix: stands before every name.
    public static func specifications(partitions: Int32, prefix: String) -> [TopicSpecification] {
        Topic.allCases.map { topic in
            TopicSpecification(
                prefix + topic.rawValue, partitions: topic.isSingle ? 1 : partitions,
                settings: topic.isCompacted
                    ? ["cleanup.policy": "compact"]
                    // A service may be down for weeks, and a concern is not to be lost to retention meanwhile.
                    : ["cleanup.policy": "delete", "retention.ms": "\(90 * 24 * 3_600 * 1_000)"])
        }
    }
}
