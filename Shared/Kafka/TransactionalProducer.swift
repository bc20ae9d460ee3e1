import CKafka

/// Writes records in transactions: all of one transaction becomes visible, with the offsets sent into it, or none.
///
/// Confined to one thread. No delivery callbacks are needed: a commit fails if any of its records did.
public final class TransactionalProducer {
    private let handle: Handle
    private var topics: [String: OpaquePointer] = [:]

    /// - Parameter properties: must hold a `transactional.id`, stable for this thread of this instance.
    public init(_ properties: KafkaProperties) throws(KafkaError) {
        handle = try Handle(RD_KAFKA_PRODUCER, properties)
    }

    deinit {
        for topic in topics.values { rd_kafka_topic_destroy(topic) }
        // What is still queued belongs to no committed transaction; without the purge, destroying would wait for it.
        rd_kafka_purge(
            handle.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING)
    }

    /// Fences every earlier producer with the same `transactional.id` and ends what it left open.
    public func initialise(timeout: Int32) throws(KafkaError) {
        try KafkaError.check(rd_kafka_init_transactions(handle.pointer, timeout), "initialise transactions")
    }

    public func begin() throws(KafkaError) {
        try KafkaError.check(rd_kafka_begin_transaction(handle.pointer), "begin a transaction")
    }

    /// Queues a record. Throws at once for what librdkafka refuses (too large, queue full); the rest fails the commit.
    public func produce(_ record: borrowing ProducerRecord) throws(KafkaError) {
        let topic = try topic(record.topic)
        let code = enqueue(
            handle.pointer, topic, record.partition, record.key, record.value, record.timestamp, record.headers, nil)
        try KafkaError.check(code, "produce to \(record.topic)")
    }

    /// Waits up to `timeout` milliseconds for room in the queue.
    public func makeRoom(timeout: Int32) { rd_kafka_poll(handle.pointer, timeout) }

    /// Waits up to `timeout` milliseconds until all that was produced is acknowledged.
    public func flush(timeout: Int32) throws(KafkaError) {
        try KafkaError.check(rd_kafka_flush(handle.pointer, timeout), "flush")
    }

    /// Adds the consumed positions to the transaction; fails when the group has since given them to somebody else.
    public func sendOffsets(
        _ offsets: [TopicPartition: Int64], of member: GroupMetadata, timeout: Int32
    ) throws(KafkaError) {
        let error = withPartitionList(offsets) {
            rd_kafka_send_offsets_to_transaction(handle.pointer, $0, member.pointer, timeout)
        }
        try KafkaError.check(error, "send offsets to the transaction")
    }

    /// Flushes and commits. A time-out of -1 means what remains of `transaction.timeout.ms`.
    public func commit(timeout: Int32) throws(KafkaError) {
        try KafkaError.check(rd_kafka_commit_transaction(handle.pointer, timeout), "commit the transaction")
    }

    /// Purges what is queued and aborts.
    public func abort(timeout: Int32) throws(KafkaError) {
        try KafkaError.check(rd_kafka_abort_transaction(handle.pointer, timeout), "abort the transaction")
    }

    private func topic(_ name: String) throws(KafkaError) -> OpaquePointer {
        if let topic = topics[name] { return topic }
        guard let topic = rd_kafka_topic_new(handle.pointer, name, nil) else {
            throw KafkaError(rd_kafka_last_error(), "open topic \(name)")
        }
        topics[name] = topic
        return topic
    }
}

/// Hands one record to librdkafka, which copies it.
func enqueue(
    _ client: OpaquePointer, _ topic: OpaquePointer, _ partition: Int32?, _ key: Bytes?, _ value: Bytes?,
    _ timestamp: Int64?, _ headers: [Header], _ opaque: UnsafeMutableRawPointer?
) -> rd_kafka_resp_err_t {
    let list = headers.isEmpty ? nil : rd_kafka_headers_new(headers.count)
    for header in headers {
        var header = header
        header.name.withUTF8 { name in
            _ = header.value.withUnsafeBytes { value in
                name.withMemoryRebound(to: CChar.self) {
                    rd_kafka_header_add(list, $0.baseAddress, $0.count, value.baseAddress, value.count)
                }
            }
        }
    }
    // A null pointer means "no key" and "tombstone", so what is present but empty must point somewhere.
    var nothing: UInt8 = 0
    let code = withUnsafePointer(to: &nothing) { empty in
        withBytes(key, empty) { keyStart, keySize in
            withBytes(value, empty) { valueStart, valueSize in
                ck_produce(
                    client, topic, partition ?? RD_KAFKA_PARTITION_UA, keyStart, keySize, valueStart, valueSize,
                    timestamp ?? 0, list, opaque)
            }
        }
    }
    if code != RD_KAFKA_RESP_ERR_NO_ERROR, let list { rd_kafka_headers_destroy(list) }
    return code
}

private func withBytes<Result>(
    _ bytes: Bytes?, _ empty: UnsafePointer<UInt8>, _ body: (UnsafeRawPointer?, Int) -> Result
) -> Result {
    guard let bytes else { return body(nil, 0) }
    return bytes.withUnsafeBytes { body($0.baseAddress ?? UnsafeRawPointer(empty), $0.count) }
}
