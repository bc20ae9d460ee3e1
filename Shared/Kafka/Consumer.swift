import CKafka
import Foundation

/// Reads topics, as a member of a group or from positions it is given.
///
/// Confined to one thread, which must keep polling: a group member that does not poll within
/// `max.poll.interval.ms` loses its partitions. A rebalance arrives as an element of the stream of polls, not as a
/// callback, and stands still until it is answered with ``assign(_:)`` or ``unassign()``.
public final class Consumer {
    public enum Polled: Sendable {
        case record(Record)
        /// The end of a partition (with `enable.partition.eof`): the next record will have this offset or a higher one.
        case end(TopicPartition, offset: Int64)
        /// The group gave these partitions to this member. Answer with ``Consumer/assign(_:)``.
        case assigned([TopicPartition])
        /// The group takes them back; what is finished now still counts. Answer with ``Consumer/unassign()``.
        case revoked([TopicPartition])
        /// They are already somebody else's. Answer with ``Consumer/unassign()``.
        case lost([TopicPartition])
        case failed(KafkaError, TopicPartition?)
        /// Nothing came within the time-out, or the poll was woken.
        case nothing
    }

    private let handle: Handle
    private let inbox = Inbox()
    private let topics = TopicNames()
    private let bell: Bell

    /// - Parameter properties: `group.id` is required by librdkafka also where no group is joined.
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
                rd_kafka_yield(client)  // return from the poll at once; nothing more is delivered before the answer
            }
        }
        bell = Bell(handle)
        let client = Client(pointer: handle.pointer)
        handle.farewell = { withExtendedLifetime(inbox) { if !inbox.isClosed { Self.answer(client.pointer) } } }
        try KafkaError.check(rd_kafka_poll_set_consumer(handle.pointer), "set up polling")
    }

    /// Never blocks. Without a ``close(timeout:)`` before, the group learns of it when the session times out.
    deinit { bell.remove() }

    /// The end of the client, for whoever must wait for it.
    var ending: Ending { handle.ending }

    /// Joins the group for `topics`.
    public func subscribe(_ topics: [String]) throws(KafkaError) {
        let offsets = Dictionary(uniqueKeysWithValues: topics.map { (TopicPartition($0, -1), Int64(0)) })
        try KafkaError.check(
            withPartitionList(offsets) { rd_kafka_subscribe(handle.pointer, $0) }, "subscribe to \(topics)")
    }

    /// The next thing that happened, waiting at most `timeout` milliseconds.
    public func poll(timeout: Int32) -> Polled {
        var record: Record?
        let other = poll(timeout: timeout) { record = Record($0, topic: topics.name($0.pointee.rkt)) }
        return record.map(Polled.record) ?? other
    }

    /// As ``poll(timeout:)``, but gives a record to `body` where librdkafka has it, without a copy.
    ///
    /// - Returns: what happened; ``Polled/nothing`` where `body` was called.
    public func poll(
        timeout: Int32, borrowing body: (BorrowedRecord) -> Void
    ) -> Polled {
        poll(timeout: timeout) { body(BorrowedRecord($0.pointee)) }
    }

    private func poll(timeout: Int32, _ body: (UnsafeMutablePointer<rd_kafka_message_t>) -> Void) -> Polled {
        let message = rd_kafka_consumer_poll(handle.pointer, timeout)
        if let rebalance = inbox.rebalance {
            // A message here would belong to partitions that are being taken away; the next owner reads it.
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
            // An error may come with a topic object of its own, which is freed with it: not one to remember by address.
            let partition = message.pointee.rkt.map {
                TopicPartition(String(cString: rd_kafka_topic_name($0)), message.pointee.partition)
            }
            return .failed(handle.fatalError ?? KafkaError(code, "consume: \(text(of: message))"), partition)
        }
    }

    /// Reads these partitions from these offsets from now on, and no others. Never blocks.
    public func assign(_ offsets: [TopicPartition: Int64]) throws(KafkaError) {
        topics.forget()
        try KafkaError.check(withPartitionList(offsets) { rd_kafka_assign(handle.pointer, $0) }, "assign partitions")
    }

    /// Reads nothing from now on; completes a revocation. Never blocks.
    public func unassign() throws(KafkaError) {
        topics.forget()
        try KafkaError.check(rd_kafka_assign(handle.pointer, nil), "unassign partitions")
    }

    /// Stops fetching from the partitions without giving them up.
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

    /// The group's committed offsets; nil where there is none. A time-out throws: it is never "none".
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

    /// The first offset and the offset after the last, asked of the partition's leader.
    ///
    /// The end follows this consumer's `isolation.level`: the last stable offset for `read_committed`.
    ///
    /// Asked on a thread of its own, because `rd_kafka_query_watermark_offsets` does not keep its time-out where the
    /// leader is gone. A question that is left goes on until its request has failed.
    ///
    /// - Parameter whileWaiting: is called once a second; what it throws ends the waiting.
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

    /// The end of a partition as of the last fetch, without asking anybody; nil before the first.
    public func knownEnd(_ partition: TopicPartition) -> Int64? {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = rd_kafka_get_watermark_offsets(handle.pointer, partition.topic, partition.partition, &low, &high)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    /// The number of partitions of each topic; 0 where the topic does not exist.
    public func partitionCounts(_ topics: [String], timeout: Int32) throws(KafkaError) -> [String: Int] {
        try handle.partitionCounts(topics, timeout: timeout)
    }

    /// The cluster's id, or nil when no broker has answered within `timeout` milliseconds.
    public func clusterId(timeout: Int32) -> String? { handle.clusterId(timeout: timeout) }

    /// Whether the group has given this client a member id. Without one, and without `group.instance.id`, a broker takes
    /// a transaction's offsets from anybody.
    public var isMember: Bool {
        guard let id = rd_kafka_memberid(handle.pointer) else { return false }
        defer { rd_kafka_mem_free(handle.pointer, id) }
        return id.pointee != 0
    }

    /// The membership as of now, by which a transaction's offsets are fenced (KIP-447).
    public func groupMetadata() -> GroupMetadata? {
        rd_kafka_consumer_group_metadata(handle.pointer).map(GroupMetadata.init)
    }

    /// Ends a ``poll(timeout:)`` that waits, from any thread; does nothing when the consumer is gone.
    public var waker: Waker { Waker(bell) }

    /// Leaves the group (a static member keeps its place until the session times out) and closes. The consumer must not
    /// be used after that.
    ///
    /// Bounded: after `timeout` milliseconds the caller goes on, and the thread that ends the client goes on closing.
    ///
    /// In librdkafka 2.0.2 closing can go wrong in two ways, and both have been seen.
    ///
    /// *The client never ends.* It closes only when no rebalance waits for an answer (`rd_kafka_cgrp_try_terminate`), and
    /// it takes the word for closing once: the second, from `rd_kafka_destroy_flags`, which would answer by itself
    /// (`NO_CONSUMER_CLOSE`), is dropped by `rd_kafka_cgrp_terminate0` as "already terminating". So the main thread runs
    /// for ever, and whoever destroys the client waits for ever, where
    /// - partitions were taken away as *lost* and the application failed before it answered: then
    ///   `rd_kafka_cgrp_unsubscribe` asks no second time, and `terminate0` does not unassign (after SIGSTOP: the producer
    ///   was fenced, and the abort of the step, which comes before the answer, threw);
    /// - closing was cut off before its own revocation arrived: `rd_kafka_q_enq` puts that into the queue given to
    ///   `rd_kafka_consumer_close_queue`, which nobody polls any more, and reports success.
    ///
    /// *The answer never returns.* When the group part has ended, `rd_kafka_cgrp_terminated` purges the main thread's
    /// queue (its own is forwarded there), and an `rd_kafka_assign` that lies in it is never replied to. That is so where
    /// a rebalance that needs no answer any more is answered while closing (mended in 2.10, #4970).
    ///
    /// Therefore all is asked and answered before the word: the answers are given blindly, since they do no harm where
    /// there was no question, and after the word nothing is said any more.
    public func close(timeout: Int32) {
        guard !inbox.isClosed else { return }
        inbox.isClosed = true
        Self.answer(handle.pointer)
        // Asks for the partitions, in its turn; the word for closing would do the same, too late for an answer.
        rd_kafka_unsubscribe(handle.pointer)
        rd_kafka_assign(handle.pointer, nil)
        // Refused after a fatal error: then the destructor unassigns by itself.
        guard let closing = Closing(handle.pointer) else { return }
        if closing.isDone(by: .now + .milliseconds(Int64(timeout))) { return closing.end() }
        handle.farewell = { [inbox] in
            withExtendedLifetime(inbox) { _ = closing.isDone(by: .now + Ending.deadline / 2) }
            closing.end()
        }
    }

    /// Answers whatever the group may have asked: an empty assignment answers `assigned`, none answers `revoked` and
    /// `lost`.
    private static func answer(_ client: OpaquePointer) {
        withPartitionList([:]) { _ = rd_kafka_assign(client, $0) }
        rd_kafka_assign(client, nil)
    }

    /// Where the rebalance callback, which runs inside poll on the same thread, leaves what it was told.
    private final class Inbox {
        var rebalance: Polled?
        var isClosed = false
    }
}

/// A member's place in its group at one moment: group, generation and member id.
public final class GroupMetadata: @unchecked Sendable {  // never changes
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { rd_kafka_consumer_group_metadata_destroy(pointer) }
}

/// What librdkafka says of an error beyond its code: which broker, which offset.
private func text(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> String {
    rd_kafka_message_errstr(message).map { String(cString: $0) } ?? "-"
}
