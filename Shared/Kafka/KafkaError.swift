import CKafka

/// An error of Kafka or of the connection to it, with what a caller may do about it.
///
/// Its three flags are librdkafka's: the same call may be retried; the transaction must be aborted; the client is
/// unusable.
public struct KafkaError: Error, Sendable, Equatable, CustomStringConvertible {
    /// librdkafka's error code by name, for example `_TIMED_OUT` or `FENCED_INSTANCE_ID`.
    public let name: String
    /// What was attempted and what was returned, for a person who reads the log.
    public let message: String
    /// The same call may succeed later.
    public let isRetriable: Bool
    /// The open transaction must be aborted. After that the producer is usable again.
    public let isAbortable: Bool
    /// The client must be closed and replaced, for example because another instance fenced it.
    public let isFatal: Bool

    /// A property cannot be used, or not beside another one. Somebody must change the configuration.
    public private(set) var isConfiguration = false

    let code: rd_kafka_resp_err_t

    public var description: String { "\(message) [\(name)]" }

    init(_ code: rd_kafka_resp_err_t, _ doing: String, isAbortable: Bool = false, isFatal: Bool = false) {
        self.code = code
        self.name = String(cString: rd_kafka_err2name(code))
        self.message = "\(doing): \(String(cString: rd_kafka_err2str(code)))"
        self.isRetriable = !isAbortable && !isFatal && Self.retriable.contains(code.rawValue)
        self.isAbortable = isAbortable
        self.isFatal = isFatal || code == RD_KAFKA_RESP_ERR__FATAL || code == RD_KAFKA_RESP_ERR__FENCED
    }

    /// Consumes `error`, which the caller of librdkafka must destroy.
    init(consuming error: OpaquePointer, _ doing: String) {
        code = rd_kafka_error_code(error)
        name = String(cString: rd_kafka_error_name(error))
        message = "\(doing): \(String(cString: rd_kafka_error_string(error)))"
        isRetriable = rd_kafka_error_is_retriable(error) != 0
        isAbortable = rd_kafka_error_txn_requires_abort(error) != 0
        isFatal = rd_kafka_error_is_fatal(error) != 0
        rd_kafka_error_destroy(error)
    }

    /// Throws unless `error` is nil.
    static func check(_ error: OpaquePointer?, _ doing: @autoclosure () -> String) throws(KafkaError) {
        if let error { throw KafkaError(consuming: error, doing()) }
    }

    /// Throws unless `code` is success.
    static func check(_ code: rd_kafka_resp_err_t, _ doing: @autoclosure () -> String) throws(KafkaError) {
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, doing()) }
    }

    /// Kafka can never accept this record, for example because it is too large. A retry is useless.
    public var isAboutTheRecord: Bool {
        code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || code == RD_KAFKA_RESP_ERR_INVALID_MSG
            || code == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE || code == RD_KAFKA_RESP_ERR_INVALID_RECORD
    }

    /// The position is outside the log: deleted by retention, or from a former topic of the same name. It can also be
    /// outside only for a moment, see ``isPositionError``.
    public var isOutOfRange: Bool {
        code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE || code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET
    }

    /// After this error librdkafka stops reading the partition until it is assigned again: with
    /// `auto.offset.reset=error`, `rd_kafka_offset_reset` sets it to `RD_KAFKA_TOPPAR_FETCH_NONE`.
    ///
    /// So it must be assigned again even if the position is inside the log. This happens if the log was shorter only
    /// for a moment (a leader that was behind took over and caught up, or a broker that lost its last records in a
    /// crash has received new ones since), if a topic was deleted and recreated and has grown past the position, or if
    /// a logical position ("end") could not be resolved, for example for lack of a permission.
    public var isPositionError: Bool { isOutOfRange || code == RD_KAFKA_RESP_ERR__NO_OFFSET }

    /// librdkafka recovers from it by itself: it reconnects, asks again or rejoins. The application can ignore it.
    ///
    /// Any other error of a poll must be handled. librdkafka also asks again after a missing topic or permission, but
    /// then the stream would stand still unnoticed. A record or batch that could not be read (`_BAD_MSG`,
    /// `_BAD_COMPRESSION`, `_NOT_IMPLEMENTED`) has even been skipped.
    public var isTransient: Bool { !isFatal && Self.transient.contains(code.rawValue) }

    /// A permission is missing, or authentication failed. A retry helps once the permission is granted.
    public var isAuthorization: Bool {
        switch code {
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
            RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
            RD_KAFKA_RESP_ERR__AUTHENTICATION:
            true
        default: false
        }
    }

    /// The brokers have no authoriser: everybody may do everything, and there are no ACLs.
    public var hasNoAuthorizer: Bool { code == RD_KAFKA_RESP_ERR_SECURITY_DISABLED }

    private static let transient: Set<Int32> = retriable.union([
        RD_KAFKA_RESP_ERR__DESTROY.rawValue, RD_KAFKA_RESP_ERR__OUTDATED.rawValue,
        RD_KAFKA_RESP_ERR__RETRY.rawValue, RD_KAFKA_RESP_ERR__NODE_UPDATE.rawValue,
        // A rebalance follows, which reports what was lost.
        RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED.rawValue, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS.rawValue,
        RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION.rawValue, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID.rawValue,
        RD_KAFKA_RESP_ERR_MEMBER_ID_REQUIRED.rawValue,
        // Retried with newer metadata.
        RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE.rawValue, RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE.rawValue,
        RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH.rawValue, RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH.rawValue,
        RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE.rawValue, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR.rawValue,
        RD_KAFKA_RESP_ERR_FETCH_SESSION_ID_NOT_FOUND.rawValue, RD_KAFKA_RESP_ERR_INVALID_FETCH_SESSION_EPOCH.rawValue,
    ])

    private static let retriable: Set<Int32> = [
        RD_KAFKA_RESP_ERR__TIMED_OUT.rawValue, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE.rawValue,
        RD_KAFKA_RESP_ERR__TRANSPORT.rawValue, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN.rawValue,
        RD_KAFKA_RESP_ERR__WAIT_COORD.rawValue, RD_KAFKA_RESP_ERR__QUEUE_FULL.rawValue,
        RD_KAFKA_RESP_ERR__RESOLVE.rawValue, RD_KAFKA_RESP_ERR__IN_PROGRESS.rawValue,
        RD_KAFKA_RESP_ERR__WAIT_CACHE.rawValue,
        RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE.rawValue, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION.rawValue,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT.rawValue, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS.rawValue,
        RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE.rawValue, RD_KAFKA_RESP_ERR_NOT_COORDINATOR.rawValue,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS.rawValue, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS.rawValue,
        RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT.rawValue, RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION.rawValue,
    ]
}

extension KafkaError {
    /// A client cannot be made from its properties.
    static func configuration(_ doing: String) -> KafkaError {
        var error = KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, doing)
        error.isConfiguration = true
        return error
    }

    /// No broker answered.
    package static func unreachable(_ servers: String) -> KafkaError {
        KafkaError(RD_KAFKA_RESP_ERR__TRANSPORT, "reach Kafka at \(servers)")
    }

    /// Something was not done in time. It may succeed later.
    package static func late(_ doing: String) -> KafkaError { KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, doing) }

    /// The stream is stopping, and does not wait for a broker any longer. Kafka aborts what was open.
    package static var stopped: KafkaError {
        KafkaError(RD_KAFKA_RESP_ERR__DESTROY, "wait for a broker while the stream is stopping", isFatal: true)
    }

    /// It is not known whether the call succeeded, and waiting longer is useless. The client must be replaced, and the
    /// committed state read again from Kafka.
    package static func outcomeUnknown(_ doing: String) -> KafkaError {
        KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, "\(doing): the outcome is not known", isFatal: true)
    }

    /// The group does not have this client as a member now, so its offsets would not be fenced.
    package static var notAMember: KafkaError {
        KafkaError(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, "send offsets to the transaction", isAbortable: true)
    }

    package var isTimeout: Bool { code == RD_KAFKA_RESP_ERR__TIMED_OUT }

    /// The client's queue is full now. It has room again when records have been delivered.
    package var isQueueFull: Bool { code == RD_KAFKA_RESP_ERR__QUEUE_FULL }
}

extension KafkaError {
    /// An error of a simulated Kafka.
    ///
    /// - Parameter name: librdkafka's name. Any other name becomes an error of the application.
    package init(simulated name: String, isRetriable: Bool = false, isAbortable: Bool = false, isFatal: Bool = false) {
        code = Self.code(name)
        (self.name, message) = (name, "simulated")
        (self.isRetriable, self.isAbortable, self.isFatal) = (isRetriable, isAbortable, isFatal)
    }

    /// An error of librdkafka's client, with the message and flags that it has there.
    package init(simulated name: String, _ doing: String, isAbortable: Bool = false) {
        self.init(Self.code(name), doing, isAbortable: isAbortable)
    }

    private static func code(_ name: String) -> rd_kafka_resp_err_t {
        var (known, count): (UnsafePointer<rd_kafka_err_desc>?, Int) = (nil, 0)
        rd_kafka_get_err_descs(&known, &count)
        let found = UnsafeBufferPointer(start: known, count: count).first {
            $0.name != nil && String(cString: $0.name) == name
        }
        return found?.code ?? RD_KAFKA_RESP_ERR__APPLICATION
    }
}
