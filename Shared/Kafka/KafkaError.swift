import CKafka

/// What went wrong in Kafka or on the way to it, with what a caller may do about it.
///
/// The three questions are librdkafka's own: may the same call be tried again, must the transaction be aborted, or is
/// this client of no more use.
public struct KafkaError: Error, Sendable, Equatable, CustomStringConvertible {
    /// librdkafka's error code by name, for example `_TIMED_OUT` or `FENCED_INSTANCE_ID`.
    public let name: String
    /// What was being done and what came back, for the person who reads the log.
    public let message: String
    /// The same call may succeed later.
    public let isRetriable: Bool
    /// The open transaction must be aborted; after that the producer is usable again.
    public let isAbortable: Bool
    /// The client must be closed and made anew (fenced by another instance, for example).
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

    /// Takes over `error`, which librdkafka hands out to be destroyed by the caller.
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

    /// The record itself can never be accepted (too large, for example); trying again changes nothing.
    public var isAboutTheRecord: Bool {
        code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || code == RD_KAFKA_RESP_ERR_INVALID_MSG
            || code == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE || code == RD_KAFKA_RESP_ERR_INVALID_RECORD
    }

    /// A position that the log does not hold: deleted by retention, or from another life of the topic. Or so it seemed,
    /// see ``isPositionError``.
    public var isOutOfRange: Bool {
        code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE || code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET
    }

    /// After this librdkafka reads the partition no more, until it is assigned again: with `auto.offset.reset=error`,
    /// `rd_kafka_offset_reset` sets it to `RD_KAFKA_TOPPAR_FETCH_NONE`.
    ///
    /// So it must be assigned again even where the position turns out to lie inside the log. That happens when the log
    /// was shorter for a moment only (a leader that was behind took over and caught up, or a broker that lost its last
    /// records in a crash has got new ones since), when a topic deleted and made anew has grown past the position, and
    /// when a logical position ("end") could not be resolved, for want of a right, say.
    public var isPositionError: Bool { isOutOfRange || code == RD_KAFKA_RESP_ERR__NO_OFFSET }

    /// librdkafka mends it by itself: by connecting, asking or joining again. For the application nothing has happened.
    ///
    /// All else that a poll reports is for somebody to act on. A topic that does not exist and a missing right are asked
    /// for again, too, but nobody would notice that the stream stands still; a record or batch that could not be read
    /// (`_BAD_MSG`, `_BAD_COMPRESSION`, `_NOT_IMPLEMENTED`) has even been skipped.
    public var isTransient: Bool { !isFatal && Self.transient.contains(code.rawValue) }

    /// A right is missing, or the broker does not believe who this is. Trying again helps when somebody has granted it.
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

    private static let transient: Set<Int32> = retriable.union([
        RD_KAFKA_RESP_ERR__DESTROY.rawValue, RD_KAFKA_RESP_ERR__OUTDATED.rawValue,
        RD_KAFKA_RESP_ERR__RETRY.rawValue, RD_KAFKA_RESP_ERR__NODE_UPDATE.rawValue,
        // A rebalance follows, which says what was lost.
        RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED.rawValue, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS.rawValue,
        RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION.rawValue, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID.rawValue,
        RD_KAFKA_RESP_ERR_MEMBER_ID_REQUIRED.rawValue,
        // Asked again, with metadata as it is by then.
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

    /// The stream is to end, and does not wait for a broker any longer. What was open is aborted by Kafka.
    package static var stopped: KafkaError {
        KafkaError(RD_KAFKA_RESP_ERR__DESTROY, "wait for a broker while the stream is stopping", isFatal: true)
    }

    /// Whether something was done is not known, and waiting longer is no use: the client must be made anew, and what
    /// stands in Kafka be read again.
    package static func outcomeUnknown(_ doing: String) -> KafkaError {
        KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, "\(doing): the outcome is not known", isFatal: true)
    }

    /// The group does not have this client as a member now, so nothing of it is fenced.
    package static var notAMember: KafkaError {
        KafkaError(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, "send offsets to the transaction", isAbortable: true)
    }

    /// No answer came in time.
    package var isTimeout: Bool { code == RD_KAFKA_RESP_ERR__TIMED_OUT }

    /// The client's queue has no room now; it will when records have been delivered.
    package var isQueueFull: Bool { code == RD_KAFKA_RESP_ERR__QUEUE_FULL }
}

extension KafkaError {
    /// An error that a simulated Kafka gives.
    ///
    /// - Parameter name: librdkafka's; any other is an error of the application.
    package init(simulated name: String, isRetriable: Bool = false, isAbortable: Bool = false, isFatal: Bool = false) {
        code = Self.code(name)
        (self.name, message) = (name, "simulated")
        (self.isRetriable, self.isAbortable, self.isFatal) = (isRetriable, isAbortable, isFatal)
    }

    /// An error that librdkafka's client gives by itself, with the message and the flags that it has there.
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
