package import Kafka

/// All that the runtime needs of Kafka, and no more: one group member, one transactional producer, one changelog reader.
///
/// Behind it stands ``KafkaLog``, or in tests a simulated Kafka with markers, fencing and faults. Used by one thread.
package protocol Log: AnyObject {
    /// The cluster's id; positions are only good within one.
    var cluster: String { get }
    /// The broker does not hide the records of aborted transactions (the embedded one).
    var showsAborted: Bool { get }

    /// Joins the group. From now on ``poll(_:)`` must be called often.
    func join(_ inputs: [String]) throws(KafkaError)
    func poll(_ timeout: Duration) throws(KafkaError) -> Consumer.Polled
    /// Reads exactly these positions from now on; also the answer to `assigned`.
    func read(_ positions: [TopicPartition: Int64]) throws(KafkaError)
    /// The answer to `revoked` and `lost`: reads nothing.
    func letGo() throws(KafkaError)
    /// The group's committed positions; nil where there is none.
    func committed(_ partitions: [TopicPartition]) throws(KafkaError) -> [TopicPartition: Int64?]
    /// First offset, and the end without regard to open transactions.
    func watermarks(_ partition: TopicPartition) throws(KafkaError) -> (low: Int64, high: Int64)
    /// The end as last seen, without asking.
    func knownEnd(_ partition: TopicPartition) -> Int64?

    /// Reads these changelog partitions from these offsets, committed records only.
    func readChangelogs(_ positions: [TopicPartition: Int64]) throws(KafkaError)
    /// Gives a record to `take` and returns `nothing`, or returns what else happened.
    func pollChangelogs(
        _ timeout: Duration, _ take: (BorrowedRecord) -> Void
    ) throws(KafkaError) -> Consumer.Polled

    func begin() throws(KafkaError)
    func produce(_ record: ProducerRecord) throws(KafkaError)
    /// Waits until the broker has all that was produced. A commit does this by itself.
    func flush() throws(KafkaError)
    /// Makes the consumed positions part of the open transaction, fenced by the membership.
    func sendOffsets(_ positions: [TopicPartition: Int64]) throws(KafkaError)
    func commit() throws(KafkaError)
    func abort() throws(KafkaError)

    /// Gives everything back; bounded in time.
    func close()
}
