import CKafka
import Dispatch

/// Writes records in transactions: all of one transaction becomes visible, with the offsets sent into it, or none.
///
/// Confined to one thread. No delivery callbacks are needed: a commit fails if any of its records did.
public final class TransactionalProducer {
    private let handle: Handle
    private var topics: [(name: String, topic: OpaquePointer)] = []
    private var isOpen = false
    private let calls = DispatchQueue(label: "transaction")

    /// - Parameter properties: must hold a `transactional.id`, stable for this thread of this instance.
    public init(_ properties: KafkaProperties) throws(KafkaError) {
        handle = try Handle(RD_KAFKA_PRODUCER, properties.limitingRecords)
    }

    /// The end of the client, for whoever must wait for it.
    var ending: Ending { handle.ending }

    deinit {
        for known in topics { rd_kafka_topic_destroy(known.topic) }
        // What is still queued belongs to no committed transaction; without the purge, destroying would wait for it.
        rd_kafka_purge(
            handle.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING)
    }

    /// Fences every earlier producer with the same `transactional.id` and ends what it left open.
    public func initialise(timeout: Int32, whileWaiting: WhileWaiting = {}) throws(KafkaError) {
        try patiently("initialise transactions", whileWaiting) { rd_kafka_init_transactions($0, timeout) }
    }

    public func begin() throws(KafkaError) {
        try KafkaError.check(rd_kafka_begin_transaction(handle.pointer), "begin a transaction")
        isOpen = true
    }

    /// Queues a record. Throws at once for what librdkafka refuses (too large, queue full); the rest fails the commit.
    public func produce(_ record: borrowing ProducerRecord) throws(KafkaError) {
        let topic = try topic(record.topic)
        let code = enqueue(
            handle.pointer, topic, record.partition, record.key, record.value, record.timestamp, record.headers, nil)
        if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
        if let fatal = handle.fatalError { throw fatal }
        // In an open transaction `_STATE` means that it has failed already (`rd_kafka_txn_may_enq_msg`): a record before
        // this one was refused, a partition could not be added. Only an abort goes on from there.
        throw KafkaError(
            code, "produce to \(record.topic)", isAbortable: code == RD_KAFKA_RESP_ERR__STATE && isOpen)
    }

    /// Waits up to `timeout` milliseconds for room in the queue.
    public func makeRoom(timeout: Int32) { rd_kafka_poll(handle.pointer, timeout) }

    /// Waits up to `timeout` milliseconds until all that was produced is acknowledged.
    public func flush(timeout: Int32) throws(KafkaError) {
        try KafkaError.check(rd_kafka_flush(handle.pointer, timeout), "flush")
    }

    /// Adds the consumed positions to the transaction; fails when the group has since given them to somebody else.
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

    /// What the caller does once a second while a call blocks. If it throws, that is what the call throws.
    public typealias WhileWaiting = () throws(KafkaError) -> Void

    /// Makes a call on the producer's own queue and waits for it, so that the caller can do something meanwhile, and go.
    ///
    /// One long call, not many short ones, because librdkafka 2.0.2 resumes only some of them. `init`, `commit` and
    /// `abort` go on after `_TIMED_OUT`, except while their first step waits for the main thread (`begin_commit`,
    /// `begin_abort`: "not resumable yet"); then a late answer to the first call would be taken for the answer to the
    /// second (`rd_kafka_txn_op_req0` takes what is there). `send_offsets_to_transaction` is never resumed: it waits
    /// without limit for its requests, which may take `socket.timeout.ms` where a coordinator is gone, and a time-out
    /// that passes while offsets are being retried fails the transaction. `abort` waits without limit for the brokers'
    /// threads to purge (`rd_kafka_purge`).
    ///
    /// If the caller goes, the call goes on, and the client is ended after it.
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

    /// What librdkafka made of a call. Destroyed with it, unless it was taken.
    private final class Result: @unchecked Sendable {  // one owner after the other
        private var error: OpaquePointer?

        init(_ error: OpaquePointer?) { self.error = error }

        func take() -> OpaquePointer? {
            defer { error = nil }
            return error
        }

        deinit { if let error { rd_kafka_error_destroy(error) } }
    }

    /// A topic's handle, opened once. They are few, and the same text is found by its address.
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
    /// With `message.max.bytes` at what every broker takes that has the default `max.message.bytes`, if nothing is set.
    ///
    /// A broker counts the batch: at most 1,048,588 bytes, of which 61 are the batch's own. librdkafka counts a record's
    /// key, value and headers and 36 bytes for what the record's frame can be at most (`rd_kafka_msg_max_wire_size`), and
    /// puts records together in a batch up to `batch.size` (1,000,000) only. So with the difference, 1,048,527, what
    /// `produce` takes is never refused by the broker, and what always fits is 1,048,491 bytes of key, value and
    /// headers, each header with its name and 2 to 8 bytes. librdkafka's own default of 1,000,000 refuses what a broker
    /// has taken from others.
    var limitingRecords: KafkaProperties {
        merging(["message.max.bytes": "1048527"]) { given, _ in given }
    }
}

/// Hands one record to librdkafka, which copies it.
func enqueue(
    _ client: OpaquePointer, _ topic: OpaquePointer, _ partition: Int32?, _ key: Bytes?, _ value: Bytes?,
    _ timestamp: Int64?, _ headers: Headers, _ opaque: UnsafeMutableRawPointer?
) -> rd_kafka_resp_err_t {
    let list = headers.isEmpty ? nil : rd_kafka_headers_new(headers.count)
    headers.forEachField { name, value in
        rd_kafka_header_add(
            list, name.bindMemory(to: CChar.self).baseAddress, name.count, value.baseAddress, value.count)
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
