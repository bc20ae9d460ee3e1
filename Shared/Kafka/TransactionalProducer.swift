import CKafka
import Dispatch

/// Writes records in transactions: all of one transaction becomes visible, with the offsets sent in it, or nothing.
///
/// Confined to one thread. It needs no delivery callbacks: a commit fails if any of its records did.
public final class TransactionalProducer {
    private let handle: Handle
    private var topics: [(name: String, topic: OpaquePointer)] = []
    private var isOpen = false
    private let calls = DispatchQueue(label: "transaction")

    /// - Parameter properties: must contain a `transactional.id` that is stable for this thread of this instance.
    public init(_ properties: KafkaProperties) throws(KafkaError) {
        handle = try Handle(RD_KAFKA_PRODUCER, properties.limitingRecords)
    }

    /// The end of the client, for callers that must wait for it.
    var ending: Ending { handle.ending }

    deinit {
        for known in topics { rd_kafka_topic_destroy(known.topic) }
        // Queued records belong to no committed transaction. Without the purge, destroying the client would wait for
        // them.
        rd_kafka_purge(
            handle.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING)
    }

    /// Fences every earlier producer with the same `transactional.id` and ends its open transaction.
    public func initialise(timeout: Int32, whileWaiting: WhileWaiting = {}) throws(KafkaError) {
        try patiently("initialise transactions", whileWaiting) { rd_kafka_init_transactions($0, timeout) }
    }

    public func begin() throws(KafkaError) {
        try KafkaError.check(rd_kafka_begin_transaction(handle.pointer), "begin a transaction")
        isOpen = true
    }

    /// Queues a record. Throws at once if librdkafka refuses it (too large, queue full); any later failure fails the
    /// commit.
    public func produce(_ record: borrowing ProducerRecord) throws(KafkaError) {
        let topic = try topic(record.topic)
        let code = enqueue(
            handle.pointer, topic, record.partition, record.key, record.value, record.timestamp, record.headers, nil)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
        if let fatal = handle.fatalError { throw fatal }
        // In an open transaction `_STATE` means that it has already failed (`rd_kafka_txn_may_enq_msg`): an earlier
        // record was refused, or a partition could not be added. It must be aborted.
        throw KafkaError(
            code, "produce to \(record.topic)", isAbortable: code == RD_KAFKA_RESP_ERR__STATE && isOpen)
    }

    /// Waits up to `timeout` milliseconds for room in the queue.
    public func makeRoom(timeout: Int32) { rd_kafka_poll(handle.pointer, timeout) }

    /// Waits up to `timeout` milliseconds until all produced records are acknowledged.
    public func flush(timeout: Int32) throws(KafkaError) {
        try KafkaError.check(rd_kafka_flush(handle.pointer, timeout), "flush")
    }

    /// Adds the consumed positions to the transaction. Fails if the group has assigned them to another member since.
    public func sendOffsets(
        _ offsets: [TopicPartition: Int64], of member: GroupMetadata, timeout: Int32, whileWaiting: WhileWaiting = {}
    ) throws(KafkaError) {
        try patiently("send offsets to the transaction", whileWaiting) { client in
            withPartitionList(offsets) {
                rd_kafka_send_offsets_to_transaction(client, $0, member.pointer, timeout)
            }
        }
    }

    /// Flushes and commits. A time-out of -1 means what remains of `transaction.timeout.ms`.
    public func commit(timeout: Int32, whileWaiting: WhileWaiting = {}) throws(KafkaError) {
        try patiently("commit the transaction", whileWaiting) { rd_kafka_commit_transaction($0, timeout) }
        isOpen = false
    }

    /// Purges what is queued and aborts.
    public func abort(timeout: Int32, whileWaiting: WhileWaiting = {}) throws(KafkaError) {
        try patiently("abort the transaction", whileWaiting) { rd_kafka_abort_transaction($0, timeout) }
        isOpen = false
    }

    // MARK: Calls that block

    /// Called once a second while a call blocks. An error that it throws ends the wait and is rethrown.
    public typealias WhileWaiting = () throws(KafkaError) -> Void

    /// Makes a call on the producer's own queue and waits for it, so that the caller can do something meanwhile, and
    /// can stop waiting.
    ///
    /// One long call, not many short ones, because librdkafka 2.0.2 resumes only some of them. `init`, `commit` and
    /// `abort` can be resumed after `_TIMED_OUT`, except while their first step waits for the main thread
    /// (`begin_commit`, `begin_abort`: "not resumable yet"). Then a late answer to the first call would be used as the
    /// answer to the second (`rd_kafka_txn_op_req0` returns what is there). `send_offsets_to_transaction` is never
    /// resumed: it waits without limit for its requests, which may take `socket.timeout.ms` if a coordinator is gone,
    /// and a time-out that passes while offsets are being retried fails the transaction. `abort` waits without limit
    /// for the brokers' threads to purge (`rd_kafka_purge`).
    ///
    /// If the caller stops waiting, the call continues, and the client is ended after it.
    private func patiently(
        _ doing: String, _ whileWaiting: WhileWaiting,
        _ call: @escaping @Sendable (OpaquePointer) -> OpaquePointer?
    ) throws(KafkaError) {
        let answer = Answer<Result>()
        calls.async { [handle] in answer.give(Result(call(handle.pointer))) }
        while true {
            if let result = answer.take(within: 1) { return try KafkaError.check(result.take(), doing) }
            try whileWaiting()
        }
    }

    /// The result of a call to librdkafka. Its error is destroyed with it, unless it was taken.
    private final class Result: @unchecked Sendable {  // one owner at a time
        private var error: OpaquePointer?

        init(_ error: OpaquePointer?) { self.error = error }

        func take() -> OpaquePointer? {
            defer { error = nil }
            return error
        }

        deinit { if let error { rd_kafka_error_destroy(error) } }
    }

    /// A topic's handle, opened once. A linear search is enough: topics are few, and the same string is found by its
    /// address.
    private func topic(_ name: String) throws(KafkaError) -> OpaquePointer {
        if let known = topics.first(where: { $0.name == name }) { return known.topic }
        guard let topic = rd_kafka_topic_new(handle.pointer, name, nil) else {
            throw KafkaError(rd_kafka_last_error(), "open topic \(name)")
        }
        topics.append((name, topic))
        return topic
    }
}

extension KafkaProperties {
    /// With `message.max.bytes` at what every broker with the default `max.message.bytes` accepts, unless it is set.
    ///
    /// A broker limits the batch to 1,048,588 bytes, of which 61 are the batch's own. librdkafka counts a record's key,
    /// value and headers, and 36 bytes for the largest possible frame of a record (`rd_kafka_msg_max_wire_size`). It
    /// puts several records in a batch only up to `batch.size` (1,000,000). So with the difference, 1,048,527, the
    /// broker never refuses what `produce` accepts. What always fits is 1,048,491 bytes of key, value and headers, each
    /// header with its name and 2 to 8 bytes. With its own default of 1,000,000, librdkafka would refuse records that
    /// brokers accepted from other clients.
    var limitingRecords: KafkaProperties {
        merging(["message.max.bytes": "1048527"]) { given, _ in given }
    }
}

/// Passes one record to librdkafka, which copies it.
func enqueue(
    _ client: OpaquePointer, _ topic: OpaquePointer, _ partition: Int32?, _ key: Bytes?, _ value: Bytes?,
    _ timestamp: Int64?, _ headers: Headers, _ opaque: UnsafeMutableRawPointer?
) -> rd_kafka_resp_err_t {
    let list = headers.isEmpty ? nil : rd_kafka_headers_new(headers.count)
    headers.forEachField { name, value in
        rd_kafka_header_add(
            list, name.bindMemory(to: CChar.self).baseAddress, name.count, value.baseAddress, value.count)
    }
    // A null pointer means "no key" or "tombstone", so a key or value that is present but empty needs a valid pointer.
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
