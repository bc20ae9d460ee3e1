import CKafka
import Synchronization

/// Ends a waiting poll of one consumer, from any thread. It keeps no reference to the consumer and may outlive it.
public struct Waker: Sendable {
    private let bell: Bell

    init(_ bell: Bell) { self.bell = bell }

    public func wake() { bell.ring() }
}

/// What wakers ring, until the consumer removes it. If a waker held the client itself, the client would end wherever
/// the last waker is released: inside a lock, for example.
final class Bell: Sendable {
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
