import CKafka

/// Writes records one by one. Each is acknowledged by all in-sync replicas, in order and without duplicates.
///
/// For use outside a stream: the command line, an HTTP endpoint, the result of an effect.
public final class Producer: Sendable {
    private let handle: Handle

    public init(_ properties: KafkaProperties) throws(KafkaError) {
        var properties = properties
        properties["enable.idempotence"] = "true"
        properties["partitioner"] = properties["partitioner"] ?? "murmur2_random"
        handle = try Handle(RD_KAFKA_PRODUCER, properties.limitingRecords) { configuration in
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
        // Serves delivery reports until the producer is released; without this thread no `send` would return. After
        // that, records in flight have 5 s. Then they are purged, so that each `send` returns.
        let (client, stop) = (Client(pointer: handle.pointer), StopFlag())
        let serving = DedicatedThread.start(name: "producer") {
            while !stop.isSet { rd_kafka_poll(client.pointer, 100) }
        }
        handle.farewell = {
            stop.set()
            serving.join()
            if rd_kafka_flush(client.pointer, 5_000) != RD_KAFKA_RESP_ERR_NO_ERROR {
                rd_kafka_purge(client.pointer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
                rd_kafka_flush(client.pointer, 1_000)
            }
        }
    }

    /// Sends a record. Returns its position when all in-sync replicas have it.
    ///
    /// - Throws: ``KafkaError`` if it could not be delivered within `message.timeout.ms`.
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

    private final class Waiting {
        let continuation: CheckedContinuation<(partition: Int32, offset: Int64), any Error>
        init(_ continuation: CheckedContinuation<(partition: Int32, offset: Int64), any Error>) {
            self.continuation = continuation
        }
    }
}
