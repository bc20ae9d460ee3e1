import CKafka
import Foundation
import Synchronization

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
        let answer = Watermarks()
        DedicatedThread.start(name: "kafka-watermarks") { [handle] in
            var (low, high): (Int64, Int64) = (0, 0)
            let code = rd_kafka_query_watermark_offsets(
                handle.pointer, partition.topic, partition.partition, &low, &high, timeout)
            answer.give(code, low, high)
        }
        let deadline = ContinuousClock.now + .milliseconds(Int64(timeout))
        while !answer.isThere(within: min(1, max(0, (deadline - .now) / .seconds(1)))) {
            try KafkaError.check(
                deadline <= .now ? RD_KAFKA_RESP_ERR__TIMED_OUT : RD_KAFKA_RESP_ERR_NO_ERROR,
                "ask for the watermarks of \(partition)")
            try whileWaiting()
        }
        try KafkaError.check(answer.code, "ask for the watermarks of \(partition)")
        return (answer.low, answer.high)
    }

    /// An answer on its way from one thread to another.
    private final class Watermarks: @unchecked Sendable {  // written before the signal, read after the wait
        private let given = DispatchSemaphore(value: 0)
        private(set) var code = RD_KAFKA_RESP_ERR_NO_ERROR
        private(set) var (low, high): (Int64, Int64) = (0, 0)

        func give(_ code: rd_kafka_resp_err_t, _ low: Int64, _ high: Int64) {
            (self.code, self.low, self.high) = (code, low, high)
            given.signal()
        }

        func isThere(within seconds: Double) -> Bool { given.wait(timeout: .now() + seconds) == .success }
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

/// A consumer that is on its way out of its group. Used by one thread after the other.
private final class Closing {
    private let client: OpaquePointer
    private let queue: OpaquePointer

    /// Begins to close; nil where there is nothing to close.
    init?(_ client: OpaquePointer) {
        guard let queue = rd_kafka_queue_new(client) else { return nil }
        if let error = rd_kafka_consumer_close_queue(client, queue) {
            rd_kafka_error_destroy(error)
            rd_kafka_queue_destroy(queue)
            return nil
        }
        (self.client, self.queue) = (client, queue)
    }

    /// Waits until the coordinator has said goodbye. What still lies in the queue has been answered.
    func isDone(by deadline: ContinuousClock.Instant) -> Bool {
        while rd_kafka_consumer_closed(client) == 0 {
            guard .now < deadline else { return false }
            if let event = rd_kafka_queue_poll(queue, 50) { rd_kafka_event_destroy(event) }
        }
        return true
    }

    /// Must come before the client's end: what lies in the queue holds partitions, these hold their broker, and
    /// `rd_kafka_destroy_internal` waits for the broker's thread.
    func end() { rd_kafka_queue_destroy(queue) }
}

/// Ends a waiting poll of one consumer, from any thread. Holds nothing of the consumer: it may outlive it.
public struct Waker: Sendable {
    private let bell: Bell

    fileprivate init(_ bell: Bell) { self.bell = bell }

    public func wake() { bell.ring() }
}

/// What wakers ring, until the consumer takes it away. A waker that held the client itself would end it wherever the
/// last waker was dropped: inside somebody's lock, for example.
private final class Bell: Sendable {
    private struct Queue: @unchecked Sendable {  // librdkafka's queues lock inside
        let pointer: OpaquePointer
    }

    private let queue: Mutex<Queue?>

    init(_ handle: Handle) { queue = Mutex(rd_kafka_queue_get_consumer(handle.pointer).map(Queue.init)) }

    func ring() { queue.withLock { if let queue = $0 { rd_kafka_queue_yield(queue.pointer) } } }

    func remove() {
        queue.withLock {
            if let queue = $0 { rd_kafka_queue_destroy(queue.pointer) }
            $0 = nil
        }
    }

    deinit { remove() }
}

/// A member's place in its group at one moment: group, generation and member id.
public final class GroupMetadata: @unchecked Sendable {  // never changes
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { rd_kafka_consumer_group_metadata_destroy(pointer) }
}

/// Topic names by librdkafka's topic object, so that a record read does not copy its topic's name each time.
private final class TopicNames {
    private var names: [OpaquePointer: String] = [:]
    private var last: (topic: OpaquePointer, name: String)?

    func name(_ topic: OpaquePointer?) -> String {
        guard let topic else { return "" }
        if let last, last.topic == topic { return last.name }
        let name = names[topic] ?? String(cString: rd_kafka_topic_name(topic))
        names[topic] = name
        last = (topic, name)
        return name
    }

    func forget() { (names, last) = ([:], nil) }
}

/// What librdkafka says of an error beyond its code: which broker, which offset.
private func text(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> String {
    rd_kafka_message_errstr(message).map { String(cString: $0) } ?? "-"
}

extension BorrowedRecord {
    fileprivate init(_ message: rd_kafka_message_t) {
        self.init(
            partition: message.partition, offset: message.offset,
            key: message.key.map { UnsafeRawBufferPointer(start: $0, count: message.key_len) },
            value: message.payload.map { UnsafeRawBufferPointer(start: $0, count: message.len) })
    }
}

extension Record {
    init(_ message: UnsafeMutablePointer<rd_kafka_message_t>, topic: String) {
        let content = message.pointee
        self.init(
            topic: topic, partition: content.partition, offset: content.offset,
            timestamp: rd_kafka_message_timestamp(message, nil),
            key: content.key.map { Bytes(UnsafeRawBufferPointer(start: $0, count: content.key_len)) },
            value: content.payload.map { Bytes(UnsafeRawBufferPointer(start: $0, count: content.len)) })
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return }
        headers = Headers(reserving: 256)
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        var index = 0
        while rd_kafka_header_get_all(list, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR, let start = name
        {
            headers.append(
                UnsafeRawBufferPointer(start: start, count: strlen(start)),
                UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : size))
            index += 1
        }
    }
}
