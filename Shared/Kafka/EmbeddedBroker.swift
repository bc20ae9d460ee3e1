package import CKafka
import Synchronization

/// A broker inside this process: librdkafka's mock cluster, on loopback, for trials, development and tests.
///
/// It speaks the real protocol to any client on this machine. Its limits are librdkafka's: it stores in memory only,
/// keeps about 5 MB per partition, and does not hide records of aborted transactions.
public final class EmbeddedBroker: Sendable {
    /// The `bootstrap.servers` of this broker. The system chooses the port.
    public let bootstrapServers: String

    fileprivate let cluster: Cluster

    public init(brokers: Int32 = 1) throws(KafkaError) {
        // The mock cluster needs a client to run in. The client itself connects nowhere.
        let handle = try Handle(RD_KAFKA_PRODUCER, ["client.id": "embedded-broker"])
        guard let pointer = rd_kafka_mock_cluster_new(handle.pointer, brokers) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, "start the embedded broker")
        }
        cluster = Cluster(pointer, in: handle)
        bootstrapServers = String(cString: rd_kafka_mock_cluster_bootstraps(pointer))
    }

    /// Creates a topic. An existing one keeps its partitions.
    public func create(_ topic: String, partitions: Int32) throws(KafkaError) {
        let code = rd_kafka_mock_topic_create(cluster.pointer, topic, partitions, 1)
        if code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS { try KafkaError.check(code, "create topic \(topic)") }
    }

    /// Whether a cluster with this id is an embedded one.
    public static func isEmbedded(clusterId: String) -> Bool { clusterId.hasPrefix("mockCluster") }

    /// Safe to share: the mock cluster runs on its own thread, and its functions send it messages.
    fileprivate final class Cluster: @unchecked Sendable {
        let pointer: OpaquePointer
        private let client: Handle

        init(_ pointer: OpaquePointer, in client: Handle) {
            self.pointer = pointer
            self.client = client
        }

        deinit { rd_kafka_mock_cluster_destroy(pointer) }
    }
}

// For tests: failures of a real broker.
extension EmbeddedBroker {
    /// Answers the next requests of one kind with these errors, one each.
    package func refuse(_ request: Request, with errors: [rd_kafka_resp_err_t]) {
        rd_kafka_mock_push_request_errors_array(cluster.pointer, request.rawValue, errors.count, errors)
    }

    /// Reports this error for a topic from now on, also in metadata.
    package func say(_ error: rd_kafka_resp_err_t, of topic: String) {
        rd_kafka_mock_topic_set_error(cluster.pointer, topic, error)
    }

    /// Says that the topic does not exist. Without this the embedded broker makes each topic that it is asked for.
    package func hide(_ topic: String) { say(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, of: topic) }

    /// The kinds of requests, by their numbers in Kafka's protocol.
    package enum Request: Int16 {
        case produce = 0
        case heartbeat = 12
        case endTransaction = 26
    }

    /// Closes all connections and accepts no new ones until ``comeUp()``.
    ///
    /// The mock broker closes its listening socket, binds the same port anew, and aborts the process if another socket has
    /// got the port in between. A port is given to nobody while a connection to it is open, so one is kept open until then.
    /// A process that is just being started has a copy of the socket that listens, until it executes its own program. So
    /// none is started meanwhile: see ``whileNoneGoesDown(_:)``.
    package func goDown() {
        let keeper = try? Admin(["bootstrap.servers": bootstrapServers])
        _ = keeper?.isAnswered(within: 5_000)
        Self.goingDown.withLock { _ in _ = rd_kafka_mock_broker_set_down(cluster.pointer, 1) }
        withExtendedLifetime(keeper) {}
    }

    private static let goingDown = Mutex(())

    /// Starts a process in a test, while no embedded broker goes down.
    package static func whileNoneGoesDown<Result>(_ start: () throws -> Result) rethrows -> Result {
        try goingDown.withLock { _ in try start() }
    }

    package func comeUp() { rd_kafka_mock_broker_set_up(cluster.pointer, 1) }
}
