import CKafka
import Logging

/// Any librdkafka property by its own name, for example `bootstrap.servers`.
public typealias KafkaProperties = [String: String]

/// The only owner of a `rd_kafka_t`. It creates the client from properties. When the last user releases it, the client
/// is destroyed on a thread of its own (see ``KafkaHandles``).
///
/// librdkafka's handles are safe to use from any thread. A declaration that is confined to one thread says so.
final class Handle: @unchecked Sendable {  // immutable, and librdkafka locks inside; for `farewell` see there
    let pointer: OpaquePointer
    let ending = Ending()

    /// Runs before the client is destroyed, on the ending thread. Set by the one thread that uses the client, before it
    /// releases the client. It also holds what callbacks need, because librdkafka may call them until the end.
    var farewell: (() -> Void)?

    /// - Parameter configure: sets callbacks on the configuration before the client starts.
    init(
        _ type: rd_kafka_type_t, _ properties: KafkaProperties, configure: (OpaquePointer) -> Void = { _ in }
    ) throws(KafkaError) {
        guard let configuration = rd_kafka_conf_new() else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "allocate a configuration")
        }
        // A request for a topic's metadata must not create the topic. librdkafka's producers would create it (and so
        // would an admin on a producer's handle), with one partition and the broker's default settings.
        var properties = properties
        properties["allow.auto.create.topics"] = "false"
        var reason = [CChar](repeating: 0, count: 512)
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            guard rd_kafka_conf_set(configuration, name, value, &reason, reason.count) == RD_KAFKA_CONF_OK else {
                rd_kafka_conf_destroy(configuration)
                throw .configuration("set \(name): \(text(reason))")
            }
        }
        rd_kafka_conf_set_log_cb(configuration) { client, level, facility, line in
            guard let facility, let line else { return }
            let name = client.map { String(cString: rd_kafka_name($0)) } ?? "-"
            librdkafka.log(
                level: level <= 3 ? .error : level == 4 ? .warning : level == 6 ? .info : .debug,
                "\(String(cString: line))",
                metadata: ["client": "\(name)", "facility": "\(String(cString: facility))"])
        }
        configure(configuration)
        guard let pointer = rd_kafka_new(type, configuration, &reason, reason.count) else {
            let code = rd_kafka_last_error()
            rd_kafka_conf_destroy(configuration)
            let doing = "start a Kafka client: \(text(reason))"
            // Whatever else it is, a lack of threads for example, may be over next time.
            throw code == RD_KAFKA_RESP_ERR__INVALID_ARG ? .configuration(doing) : KafkaError(code, doing)
        }
        self.pointer = pointer
    }

    deinit {
        let last = Last(pointer: pointer, farewell: farewell)
        ending.begin(client: String(cString: rd_kafka_name(pointer))) { last.end() }
    }

    private struct Last: @unchecked Sendable {  // there is no other user any more
        let pointer: OpaquePointer
        let farewell: (() -> Void)?

        /// ``Consumer/close(timeout:)`` closes a consumer, in bounded time. The destructor's own close is not bounded.
        func end() {
            farewell?()
            rd_kafka_destroy_flags(pointer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
        }
    }

    /// The cluster's id, or nil if no broker answered within `timeout` milliseconds.
    func clusterId(timeout: Int32) -> String? {
        guard let id = rd_kafka_clusterid(pointer, timeout) else { return nil }
        defer { rd_kafka_mem_free(pointer, id) }
        return String(cString: id)
    }

    /// The fatal error of this client, if there is one.
    var fatalError: KafkaError? {
        var reason = [CChar](repeating: 0, count: 512)
        let code = rd_kafka_fatal_error(pointer, &reason, reason.count)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code, text(reason), isFatal: true)
    }
}

/// A client that is passed to another thread. Valid while its ``Handle`` is kept or its end is under way.
struct Client: @unchecked Sendable {  // librdkafka locks inside
    let pointer: OpaquePointer
}

private let librdkafka = Logger(label: "librdkafka")

func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// Passes a C list of topic partitions to `body`. Valid during the call.
func withPartitionList<Result>(
    _ offsets: [TopicPartition: Int64], _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) throws -> Result
) rethrows -> Result {
    guard let list = rd_kafka_topic_partition_list_new(Int32(offsets.count)) else { preconditionFailure("no memory") }
    defer { rd_kafka_topic_partition_list_destroy(list) }
    for (partition, offset) in offsets {
        rd_kafka_topic_partition_list_add(list, partition.topic, partition.partition).pointee.offset = offset
    }
    return try body(list)
}

extension UnsafeMutablePointer<rd_kafka_topic_partition_list_t> {
    /// The list's entries, with their offsets and errors.
    var entries: [(partition: TopicPartition, offset: Int64, error: rd_kafka_resp_err_t)] {
        (0..<Int(pointee.cnt)).map { index in
            let entry = pointee.elems[index]
            return (TopicPartition(String(cString: entry.topic), entry.partition), entry.offset, entry.err)
        }
    }
}
