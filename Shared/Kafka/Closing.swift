import CKafka

/// A consumer that is leaving its group and closing. Used by one thread at a time.
final class Closing {
    private let client: OpaquePointer
    private let queue: OpaquePointer

    /// Begins to close; nil if there is nothing to close.
    init?(_ client: OpaquePointer) {
        guard let queue = rd_kafka_queue_new(client) else { return nil }
        if let error = rd_kafka_consumer_close_queue(client, queue) {
            rd_kafka_error_destroy(error)
            rd_kafka_queue_destroy(queue)
            return nil
        }
        (self.client, self.queue) = (client, queue)
    }

    /// Waits until the consumer has left the group. The events still in the queue need no answer.
    func isDone(by deadline: ContinuousClock.Instant) -> Bool {
        while rd_kafka_consumer_closed(client) == 0 {
            guard .now < deadline else { return false }
            if let event = rd_kafka_queue_poll(queue, 50) { rd_kafka_event_destroy(event) }
        }
        return true
    }

    /// Must be called before the client is destroyed. Events in the queue hold partitions, these hold their broker, and
    /// `rd_kafka_destroy_internal` waits for the broker's thread.
    func end() { rd_kafka_queue_destroy(queue) }
}
