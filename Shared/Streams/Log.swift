package import Kafka

/// All that the runtime needs of Kafka: one group member, one transactional producer, one changelog reader.
///
/// Implemented by ``KafkaLog``, and in tests by a simulated Kafka with markers, fencing and faults. Used by one thread.
package protocol Log: AnyObject {
    /// The cluster's id. Positions are only valid within one cluster.
    var cluster: String { get }
    /// True if the broker shows the records of aborted transactions, as the embedded one does.
    var showsAborted: Bool { get }

    /// Joins the group. From now on ``poll(_:)`` must be called often.
    func join(_ inputs: [String]) throws(KafkaError)
    func poll(_ timeout: Duration) throws(KafkaError) -> Consumer.Polled
    /// Reads from exactly these positions from now on. Also answers `assigned`.
    func read(_ positions: [TopicPartition: Int64]) throws(KafkaError)
    /// Stops reading. Answers `revoked` and `lost`.
    func letGo() throws(KafkaError)
    /// The group's committed positions; nil if there is none.
    func committed(_ partitions: [TopicPartition]) throws(KafkaError) -> [TopicPartition: Int64?]
    /// The first offset, and the end including open transactions.
    func watermarks(_ partition: TopicPartition) throws(KafkaError) -> (low: Int64, high: Int64)
    /// The end as last seen, without a request.
    func knownEnd(_ partition: TopicPartition) -> Int64?

    /// Reads these changelog partitions from these offsets, committed records only.
    func readChangelogs(_ positions: [TopicPartition: Int64]) throws(KafkaError)
    /// Passes a record to `take` and returns `nothing`, or returns what else happened.
    func pollChangelogs(
        _ timeout: Duration, _ take: (BorrowedRecord) -> Void
    ) throws(KafkaError) -> Consumer.Polled

    func begin() throws(KafkaError)
    func produce(_ record: ProducerRecord) throws(KafkaError)
    /// Waits until the broker has acknowledged all that was produced. A commit does this by itself.
    func flush() throws(KafkaError)
    /// Makes the consumed positions part of the open transaction, fenced by the membership.
    func sendOffsets(_ positions: [TopicPartition: Int64]) throws(KafkaError)
    func commit() throws(KafkaError)
    func abort() throws(KafkaError)

    /// Leaves the group and closes the clients; bounded in time.
    func close()
}
