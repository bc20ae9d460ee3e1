/// The bytes of a record's key or value.
public typealias Bytes = [UInt8]

public struct TopicPartition: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let topic: String
    public let partition: Int32

    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }

    public var description: String { "\(topic)/\(partition)" }
}

/// A record that was read. A nil value is a tombstone, which differs from an empty value.
public struct Record: Sendable {
    public var topic: String
    public var partition: Int32
    public var offset: Int64
    /// Milliseconds since 1970, as the producer or the broker set it; -1 if neither did.
    public var timestamp: Int64
    public var key: Bytes?
    public var value: Bytes?
    public var headers: Headers

    public init(
        topic: String, partition: Int32, offset: Int64, timestamp: Int64 = -1, key: Bytes?, value: Bytes?,
        headers: Headers = Headers()
    ) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }

    public var topicPartition: TopicPartition { TopicPartition(topic, partition) }
}

/// A record's position and content in the client's memory, valid during one call.
public struct BorrowedRecord {
    public let partition: Int32
    public let offset: Int64
    public let key: UnsafeRawBufferPointer?
    /// Nil is a tombstone.
    public let value: UnsafeRawBufferPointer?

    public init(partition: Int32, offset: Int64, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) {
        (self.partition, self.offset, self.key, self.value) = (partition, offset, key, value)
    }
}

/// A record to be written. Without a partition, the key decides it (murmur2, as in Kafka's own clients).
public struct ProducerRecord: Sendable {
    public var topic: String
    public var partition: Int32?
    /// Milliseconds since 1970; nil lets the client set it.
    public var timestamp: Int64?
    public var key: Bytes?
    public var value: Bytes?
    public var headers: Headers

    public init(
        topic: String, partition: Int32? = nil, timestamp: Int64? = nil, key: Bytes?, value: Bytes?,
        headers: Headers = Headers()
    ) {
        self.topic = topic
        self.partition = partition
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }
}

extension ProducerRecord {
    public init(
        topic: String, partition: Int32? = nil, timestamp: Int64? = nil, key: Bytes?, value: Bytes?, headers: [Header]
    ) {
        self.init(
            topic: topic, partition: partition, timestamp: timestamp, key: key, value: value, headers: Headers(headers))
    }
}
