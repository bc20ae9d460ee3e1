import CKafka

/// A topic as it is to be: how many partitions, which settings.
public struct TopicSpecification: Sendable, Hashable {
    public var name: String
    public var partitions: Int32
    /// Topic settings by Kafka's names, for example `cleanup.policy`.
    public var settings: [String: String]

    public init(_ name: String, partitions: Int32, settings: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.settings = settings
    }
}

/// Creates, describes and deletes topics. Every call blocks for at most its time-out; call it off the cooperative pool.
public struct Admin: Sendable {
    private let handle: Handle

    public init(_ properties: KafkaProperties) throws(KafkaError) {
        handle = try Handle(RD_KAFKA_PRODUCER, properties)
    }

    /// Creates the topics that do not exist yet. Those that do are left as they are.
    ///
    /// - Parameter replication: copies of each partition; -1 takes the broker's `default.replication.factor`.
    public func create(_ topics: [TopicSpecification], replication: Int32, timeout: Int32) throws(KafkaError) {
        guard !topics.isEmpty else { return }
        var reason = [CChar](repeating: 0, count: 512)
        var requests: [OpaquePointer?] = []
        defer { requests.forEach { rd_kafka_NewTopic_destroy($0) } }
        for topic in topics {
            guard
                let request = rd_kafka_NewTopic_new(topic.name, topic.partitions, replication, &reason, reason.count)
            else { throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, "describe topic \(topic.name)") }
            for (name, value) in topic.settings { rd_kafka_NewTopic_set_config(request, name, value) }
            requests.append(request)
        }
        try perform(timeout: timeout, doing: "create topics") { options, queue in
            rd_kafka_CreateTopics(handle.pointer, &requests, requests.count, options, queue)
        } results: { event, count in
            rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
        } ignoring: {
            $0 == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS
        }
    }

    /// Deletes the topics that exist.
    public func delete(_ topics: [String], timeout: Int32) throws(KafkaError) {
        guard !topics.isEmpty else { return }
        var requests: [OpaquePointer?] = topics.map { rd_kafka_DeleteTopic_new($0) }
        defer { requests.forEach { rd_kafka_DeleteTopic_destroy($0) } }
        try perform(timeout: timeout, doing: "delete topics") { options, queue in
            rd_kafka_DeleteTopics(handle.pointer, &requests, requests.count, options, queue)
        } results: { event, count in
            rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
        } ignoring: {
            $0 == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
        }
    }

    /// The number of partitions of each topic; 0 where the topic does not exist.
    public func partitionCounts(_ topics: [String], timeout: Int32) throws(KafkaError) -> [String: Int] {
        try handle.partitionCounts(topics, timeout: timeout)
    }

    /// All topics of the cluster by name.
    public func topics(timeout: Int32) throws(KafkaError) -> [String: Int] {
        try handle.metadata(of: nil, timeout: timeout)
    }

    /// The cluster's id, or nil when no broker has answered within `timeout` milliseconds.
    public func clusterId(timeout: Int32) -> String? { handle.clusterId(timeout: timeout) }

    private func perform(
        timeout: Int32, doing: String, request: (OpaquePointer?, OpaquePointer?) -> Void,
        results: (OpaquePointer?, inout Int) -> UnsafeMutablePointer<OpaquePointer?>?,
        ignoring: (rd_kafka_resp_err_t) -> Bool
    ) throws(KafkaError) {
        let options = rd_kafka_AdminOptions_new(handle.pointer, RD_KAFKA_ADMIN_OP_ANY)
        defer { rd_kafka_AdminOptions_destroy(options) }
        rd_kafka_AdminOptions_set_request_timeout(options, timeout, nil, 0)
        rd_kafka_AdminOptions_set_operation_timeout(options, timeout, nil, 0)
        let queue = rd_kafka_queue_new(handle.pointer)
        defer { rd_kafka_queue_destroy(queue) }
        request(options, queue)
        guard let event = rd_kafka_queue_poll(queue, timeout + 1_000) else {
            throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, doing)
        }
        defer { rd_kafka_event_destroy(event) }
        try KafkaError.check(rd_kafka_event_error(event), doing)
        var count = 0
        guard let list = results(event, &count) else { return }
        for index in 0..<count {
            let code = rd_kafka_topic_result_error(list[index])
            if !ignoring(code) {
                try KafkaError.check(code, "\(doing): \(String(cString: rd_kafka_topic_result_name(list[index])))")
            }
        }
    }
}

extension Handle {
    /// The number of partitions of each named topic; 0 where the topic does not exist.
    func partitionCounts(_ topics: [String], timeout: Int32) throws(KafkaError) -> [String: Int] {
        var counts: [String: Int] = [:]
        for topic in topics {
            counts[topic] = try metadata(of: topic, timeout: timeout)[topic] ?? 0
        }
        return counts
    }

    /// The number of partitions by topic, of one topic or of all.
    func metadata(of name: String?, timeout: Int32) throws(KafkaError) -> [String: Int] {
        let topic = name.flatMap { rd_kafka_topic_new(pointer, $0, nil) }
        defer { if let topic { rd_kafka_topic_destroy(topic) } }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        try KafkaError.check(
            rd_kafka_metadata(pointer, name == nil ? 1 : 0, topic, &metadata, timeout), "ask for metadata")
        guard let metadata else { return [:] }
        defer { rd_kafka_metadata_destroy(metadata) }
        var counts: [String: Int] = [:]
        for index in 0..<Int(metadata.pointee.topic_cnt) {
            let entry = metadata.pointee.topics[index]
            counts[String(cString: entry.topic)] =
                entry.err == RD_KAFKA_RESP_ERR_NO_ERROR ? Int(entry.partition_cnt) : 0
        }
        return counts
    }
}
