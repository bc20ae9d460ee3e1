import CKafka

/// The partition of a key, as Kafka's own producers and librdkafka's `murmur2_random` choose it.
public enum KeyPartition {
    public static func of(_ key: Bytes, among partitions: Int) -> Int32 {
        key.withUnsafeBytes {
            // The topic is only asked for a record without a key.
            rd_kafka_msg_partitioner_murmur2(nil, $0.baseAddress, $0.count, Int32(partitions), nil, nil)
        }
    }
}
