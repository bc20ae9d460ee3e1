import CKafka

/// Writes records one by one, each acknowledged by all replicas, in order and without duplicates.
///
/// For what stands outside a stream: the command line, an HTTP door, the result of an effect.
public final class Producer: Sendable {
    private let handle: Handle
    private let serving: Serving

    public init(_ properties: KafkaProperties) throws(KafkaError) {
        var properties = properties
        properties["enable.idempotence"] = "true"
        properties["partitioner"] = properties["partitioner"] ?? "murmur2_random"
        handle = try Handle(RD_KAFKA_PRODUCER, properties) { configuration in
            rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, _ in
                guard let message, let opaque = message.pointee._private else { return }
                let waiting = Unmanaged<Waiting>.fromOpaque(opaque).takeRetainedValue()
                if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
                    waiting.continuation.resume(returning: (message.pointee.partition, message.pointee.offset))
                } else {
                    waiting.continuation.resume(throwing: KafkaError(message.pointee.err, "deliver a record"))
                }
            }
        }
        serving = Serving(handle)
    }

    /// Sends a record and returns where it was written, when all in-sync replicas have it.
    ///
    /// - Throws: ``KafkaError`` when it could not be delivered within `message.timeout.ms`.
    @discardableResult
    public func send(_ record: ProducerRecord) async throws -> (partition: Int32, offset: Int64) {
        try await withCheckedThrowingContinuation { continuation in
            guard let topic = rd_kafka_topic_new(handle.pointer, record.topic, nil) else {
                continuation.resume(throwing: KafkaError(rd_kafka_last_error(), "open topic \(record.topic)"))
                return
            }
            defer { rd_kafka_topic_destroy(topic) }
            let waiting = Unmanaged.passRetained(Waiting(continuation))
            let code = enqueue(
                handle.pointer, topic, record.partition, record.key, record.value, record.timestamp, record.headers,
                waiting.toOpaque())
            if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                waiting.release()
                continuation.resume(throwing: KafkaError(code, "produce to \(record.topic)"))
            }
        }
    }

    /// Serves delivery reports until the producer is gone; without it no ``send(_:)`` would return.
    private final class Serving: Sendable {
        private let stop: StopFlag
        private let thread: DedicatedThread.Handle

        init(_ handle: Handle) {
            let stop = StopFlag()
            self.stop = stop
            thread = DedicatedThread.start(name: "producer") {
                while !stop.isSet { rd_kafka_poll(handle.pointer, 100) }
                rd_kafka_flush(handle.pointer, 5_000)
            }
        }

        deinit {
            stop.set()
            thread.join()
        }
    }

    private final class Waiting {
        let continuation: CheckedContinuation<(partition: Int32, offset: Int64), any Error>
        init(_ continuation: CheckedContinuation<(partition: Int32, offset: Int64), any Error>) {
            self.continuation = continuation
        }
    }
}
