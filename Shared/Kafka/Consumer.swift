import CKafka
import Foundation

/// Reads topics, as a member of a group or from given positions.
///
/// Confined to one thread, which must keep polling: a group member that does not poll within `max.poll.interval.ms`
/// loses its partitions. A rebalance is returned by a poll, not by a callback. It waits until it is answered with
/// ``assign(_:)`` or ``unassign()``.
public final class Consumer {
    public enum Polled: Sendable {
        case record(Record)
        /// The end of a partition (with `enable.partition.eof`): the next record will have this offset or a higher one.
        case end(TopicPartition, offset: Int64)
        /// The group assigned these partitions to this member. Answer with ``Consumer/assign(_:)``.
        case assigned([TopicPartition])
        /// The group revokes these partitions. Offsets that are committed before the answer still count. Answer with
        /// ``Consumer/unassign()``.
        case revoked([TopicPartition])
        /// These partitions may already belong to another member. Answer with ``Consumer/unassign()``.
        case lost([TopicPartition])
        case failed(KafkaError, TopicPartition?)
        /// Nothing arrived within the time-out, or the poll was woken.
        case nothing
    }

    private let handle: Handle
    private let inbox = Inbox()
    private let topics = TopicNames()
    private let bell: Bell

    /// - Parameter properties: librdkafka requires `group.id` even if no group is joined.
    public init(_ properties: KafkaProperties) throws(KafkaError) {
        let inbox = inbox
        handle = try Handle(RD_KAFKA_CONSUMER, properties) { configuration in
            rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(inbox).toOpaque())
            rd_kafka_conf_set_rebalance_cb(configuration) { client, code, partitions, opaque in
                guard let client, let opaque, let partitions else { return }
                let list = partitions.entries.map(\.partition)
                let lost = rd_kafka_assignment_lost(client) != 0
                let inbox = Unmanaged<Inbox>.fromOpaque(opaque).takeUnretainedValue()
                inbox.rebalance =
                    code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS
                    ? .assigned(list) : lost ? .lost(list) : .revoked(list)
                rd_kafka_yield(client)  // makes the poll return at once; nothing is delivered before the answer
            }
        }
        bell = Bell(handle)
        let client = Client(pointer: handle.pointer)
        handle.farewell = { withExtendedLifetime(inbox) { if !inbox.isClosed { Self.answer(client.pointer) } } }
        try KafkaError.check(rd_kafka_poll_set_consumer(handle.pointer), "set up polling")
    }

    /// Never blocks. Without ``close(timeout:)``, the group notices only when the session times out.
    deinit { bell.remove() }

    /// The end of the client, for callers that must wait for it.
    var ending: Ending { handle.ending }

    /// Joins the group for `topics`.
    public func subscribe(_ topics: [String]) throws(KafkaError) {
        let offsets = Dictionary(uniqueKeysWithValues: topics.map { (TopicPartition($0, -1), Int64(0)) })
        try KafkaError.check(
            withPartitionList(offsets) { rd_kafka_subscribe(handle.pointer, $0) }, "subscribe to \(topics)")
    }

    /// The next record or other event. Waits at most `timeout` milliseconds.
    public func poll(timeout: Int32) -> Polled {
        var record: Record?
        let other = poll(timeout: timeout) { record = Record($0, topic: topics.name($0.pointee.rkt)) }
        return record.map(Polled.record) ?? other
    }

    /// Like ``poll(timeout:)``, but passes a record to `body` without a copy.
    ///
    /// - Returns: what happened; ``Polled/nothing`` if `body` was called.
    public func poll(
        timeout: Int32, borrowing body: (BorrowedRecord) -> Void
    ) -> Polled {
        poll(timeout: timeout) { body(BorrowedRecord($0.pointee)) }
    }

    private func poll(timeout: Int32, _ body: (UnsafeMutablePointer<rd_kafka_message_t>) -> Void) -> Polled {
        let message = rd_kafka_consumer_poll(handle.pointer, timeout)
        if let rebalance = inbox.rebalance {
            // A message here would belong to partitions that are being revoked. The next owner reads it.
            if let message { rd_kafka_message_destroy(message) }
            inbox.rebalance = nil
            return rebalance
        }
        guard let message else { return .nothing }
        defer { rd_kafka_message_destroy(message) }
        switch message.pointee.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR:
            body(message)
            return .nothing
        case RD_KAFKA_RESP_ERR__PARTITION_EOF:
            let name = topics.name(message.pointee.rkt)
            return .end(TopicPartition(name, message.pointee.partition), offset: message.pointee.offset)
        case let code:
            // An error may have a topic object of its own, which is freed with it. Its name must not be cached by
            // address.
            let partition = message.pointee.rkt.map {
                TopicPartition(String(cString: rd_kafka_topic_name($0)), message.pointee.partition)
            }
            return .failed(handle.fatalError ?? KafkaError(code, "consume: \(text(of: message))"), partition)
        }
    }

    /// Reads exactly these partitions, from these offsets. Never blocks.
    public func assign(_ offsets: [TopicPartition: Int64]) throws(KafkaError) {
        topics.forget()
        try KafkaError.check(withPartitionList(offsets) { rd_kafka_assign(handle.pointer, $0) }, "assign partitions")
    }

    /// Stops reading, and completes a revocation. Never blocks.
    public func unassign() throws(KafkaError) {
        topics.forget()
        try KafkaError.check(rd_kafka_assign(handle.pointer, nil), "unassign partitions")
    }

    /// Stops fetching from the partitions, and keeps them assigned.
    public func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
        let offsets = Dictionary(uniqueKeysWithValues: partitions.map { ($0, Int64(0)) })
        try KafkaError.check(
            withPartitionList(offsets) { rd_kafka_pause_partitions(handle.pointer, $0) }, "pause partitions")
    }

    public func resume(_ partitions: [TopicPartition]) throws(KafkaError) {
        let offsets = Dictionary(uniqueKeysWithValues: partitions.map { ($0, Int64(0)) })
        try KafkaError.check(
            withPartitionList(offsets) { rd_kafka_resume_partitions(handle.pointer, $0) }, "resume partitions")
    }

    /// The group's committed offsets; nil if there is none. A time-out throws, and never means "none".
    public func committed(
        _ partitions: [TopicPartition], timeout: Int32
    ) throws(KafkaError) -> [TopicPartition: Int64?] {
        let none = Int64(RD_KAFKA_OFFSET_INVALID)
        let asked = Dictionary(uniqueKeysWithValues: partitions.map { ($0, none) })
        let (code, entries) = withPartitionList(asked) { list in
            (rd_kafka_committed(handle.pointer, list, timeout), list.entries)
        }
        try KafkaError.check(code, "ask for committed offsets")
        var committed: [TopicPartition: Int64?] = [:]
        for entry in entries {
            try KafkaError.check(entry.error, "ask for the committed offset of \(entry.partition)")
            committed[entry.partition] = .some(entry.offset < 0 ? nil : entry.offset)
        }
        return committed
    }

    /// The first offset and the offset after the last, as the partition's leader reports them.
    ///
    /// The end depends on this consumer's `isolation.level`: it is the last stable offset for `read_committed`.
    ///
    /// The request runs on a thread of its own, because `rd_kafka_query_watermark_offsets` ignores its time-out if the
    /// leader is gone. If the caller stops waiting, the request continues until it fails.
    ///
    /// - Parameter whileWaiting: is called once a second. An error that it throws ends the wait.
    public func watermarks(
        _ partition: TopicPartition, timeout: Int32, whileWaiting: TransactionalProducer.WhileWaiting = {}
    ) throws(KafkaError) -> (low: Int64, high: Int64) {
        let answer = Answer<(code: rd_kafka_resp_err_t, low: Int64, high: Int64)>()
        DedicatedThread.start(name: "kafka-watermarks") { [handle] in
            var (low, high): (Int64, Int64) = (0, 0)
            let code = rd_kafka_query_watermark_offsets(
                handle.pointer, partition.topic, partition.partition, &low, &high, timeout)
            answer.give((code, low, high))
        }
        let deadline = ContinuousClock.now + .milliseconds(Int64(timeout))
        let asking = "ask for the watermarks of \(partition)"
        while true {
            if let (code, low, high) = answer.take(within: min(1, max(0, (deadline - .now) / .seconds(1)))) {
                try KafkaError.check(code, asking)
                return (low, high)
            }
            if deadline <= .now { throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, asking) }
            try whileWaiting()
        }
    }

    /// The end of a partition as of the last fetch, without a request; nil before the first.
    public func knownEnd(_ partition: TopicPartition) -> Int64? {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = rd_kafka_get_watermark_offsets(handle.pointer, partition.topic, partition.partition, &low, &high)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    /// The number of partitions of each topic; 0 if the topic does not exist.
    public func partitionCounts(_ topics: [String], timeout: Int32) throws(KafkaError) -> [String: Int] {
        try handle.partitionCounts(topics, timeout: timeout)
    }

    /// The cluster's id, or nil if no broker answered within `timeout` milliseconds.
    public func clusterId(timeout: Int32) -> String? { handle.clusterId(timeout: timeout) }

    /// Whether the group has given this client a member id. Without one, and without `group.instance.id`, a broker
    /// accepts a transaction's offsets from any client.
    public var isMember: Bool {
        guard let id = rd_kafka_memberid(handle.pointer) else { return false }
        defer { rd_kafka_mem_free(handle.pointer, id) }
        return id.pointee != 0
    }

    /// The current membership. It fences a transaction's offsets (KIP-447).
    public func groupMetadata() -> GroupMetadata? {
        rd_kafka_consumer_group_metadata(handle.pointer).map(GroupMetadata.init)
    }

    /// Ends a waiting ``poll(timeout:)``, from any thread. Does nothing after the consumer's end.
    public var waker: Waker { Waker(bell) }

    /// Leaves the group and closes. A static member keeps its place until the session times out. The consumer must not
    /// be used after that.
    ///
    /// Bounded: after `timeout` milliseconds the call returns, and the thread that ends the client continues to close
    /// it.
    ///
    /// In librdkafka 2.0.2 closing can go wrong in two ways. Both have been seen.
    ///
    /// *The client never ends.* It closes only when no rebalance waits for an answer (`rd_kafka_cgrp_try_terminate`),
    /// and it accepts only one request to close. The second request, from `rd_kafka_destroy_flags`, would answer by
    /// itself (`NO_CONSUMER_CLOSE`), but `rd_kafka_cgrp_terminate0` drops it as "already terminating". So the main
    /// thread runs for ever, and the caller that destroys the client waits for ever. This happens if
    /// - partitions were *lost* and the application failed before it answered: then `rd_kafka_cgrp_unsubscribe` does
    ///   not ask again, and `terminate0` does not unassign (seen after SIGSTOP: the producer was fenced, and aborting
    ///   the step, which comes before the answer, threw);
    /// - closing was cut off before its own revocation arrived: `rd_kafka_q_enq` puts that into the queue given to
    ///   `rd_kafka_consumer_close_queue`, which nothing polls any more, and reports success.
    ///
    /// *The answer never returns.* When the group part has ended, `rd_kafka_cgrp_terminated` purges the main thread's
    /// queue (its own is forwarded there). An `rd_kafka_assign` that is in it never gets a reply. This happens if a
    /// rebalance that needs no answer any more is answered during closing (fixed in 2.10, #4970).
    ///
    /// Therefore every rebalance is requested and answered before the request to close. The answers are sent blindly,
    /// because an unneeded answer does no harm. After the request to close, nothing is sent.
    public func close(timeout: Int32) {
        guard !inbox.isClosed else { return }
        inbox.isClosed = true
        Self.answer(handle.pointer)
        // Requests the revocation. The request to close would also do this, but too late for an answer.
        rd_kafka_unsubscribe(handle.pointer)
        rd_kafka_assign(handle.pointer, nil)
        // Nil after a fatal error: then the destructor unassigns by itself.
        guard let closing = Closing(handle.pointer) else { return }
        if closing.isDone(by: .now + .milliseconds(Int64(timeout))) { return closing.end() }
        handle.farewell = { [inbox] in
            withExtendedLifetime(inbox) { _ = closing.isDone(by: .now + Ending.deadline / 2) }
            closing.end()
        }
    }

    /// Answers any open rebalance: an empty assignment answers `assigned`, none answers `revoked` and `lost`.
    private static func answer(_ client: OpaquePointer) {
        withPartitionList([:]) { _ = rd_kafka_assign(client, $0) }
        rd_kafka_assign(client, nil)
    }

    /// Receives rebalances from the callback, which runs inside poll on the same thread.
    private final class Inbox {
        var rebalance: Polled?
        var isClosed = false
    }
}

/// A member's identity in its group at one moment: group, generation and member id.
public final class GroupMetadata: @unchecked Sendable {  // never changes
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { rd_kafka_consumer_group_metadata_destroy(pointer) }
}

/// librdkafka's text for an error, which says more than its code: which broker, which offset.
private func text(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> String {
    rd_kafka_message_errstr(message).map { String(cString: $0) } ?? "-"
}
