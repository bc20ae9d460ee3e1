import CKafka

/// A topic to be created: its number of partitions and its settings.
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

/// A topic as it is on the broker.
public struct TopicDescription: Sendable, Hashable {
    public var partitions: Int
    /// The number of copies of the partition that has the fewest.
    public var replicas: Int
    /// All settings by Kafka's names, including the broker's defaults: `cleanup.policy`, `retention.ms`,
    /// `delete.retention.ms`, `min.insync.replicas`, `max.message.bytes`. Nil if the broker does not report them: the
    /// embedded one cannot, and others need a permission to describe settings.
    public var settings: [String: String]?

    public init(partitions: Int, replicas: Int, settings: [String: String]? = nil) {
        (self.partitions, self.replicas, self.settings) = (partitions, replicas, settings)
    }
}

/// Creates, describes and deletes topics. Every call blocks until its time-out at most. Call it outside the cooperative
/// pool.
public struct Admin: Sendable {
    private let handle: Handle

    public init(_ properties: KafkaProperties) throws(KafkaError) {
        handle = try Handle(RD_KAFKA_PRODUCER, properties)
    }

    /// Creates the topics that do not exist yet. Existing ones are not changed.
    ///
    /// - Parameter replication: copies of each partition; -1 uses the broker's `default.replication.factor`.
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
        } results: { (event) throws(KafkaError) in
            var count = 0
            let list = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
            try Self.check(list, count, "create topic", except: RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        }
    }

    /// Deletes the topics that exist.
    public func delete(_ topics: [String], timeout: Int32) throws(KafkaError) {
        guard !topics.isEmpty else { return }
        var requests: [OpaquePointer?] = topics.map { rd_kafka_DeleteTopic_new($0) }
        defer { requests.forEach { rd_kafka_DeleteTopic_destroy($0) } }
        try perform(timeout: timeout, doing: "delete topics") { options, queue in
            rd_kafka_DeleteTopics(handle.pointer, &requests, requests.count, options, queue)
        } results: { (event) throws(KafkaError) in
            var count = 0
            let list = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
            try Self.check(list, count, "delete topic", except: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        }
    }

    /// The number of partitions of each topic; 0 if the topic does not exist.
    ///
    /// - Throws: a retriable ``KafkaError`` if a topic exists but its metadata is not available yet, for example
    ///   because it has no leader.
    public func partitionCounts(_ topics: [String], timeout: Int32) throws(KafkaError) -> [String: Int] {
        try handle.partitionCounts(topics, timeout: timeout)
    }

    /// Describes those of the topics that exist.
    ///
    /// - Throws: as ``partitionCounts(_:timeout:)``.
    public func describe(_ topics: [String], timeout: Int32) throws(KafkaError) -> [String: TopicDescription] {
        var descriptions: [String: TopicDescription] = [:]
        for topic in topics { descriptions[topic] = try handle.metadata(of: topic, timeout: timeout)[topic] }
        let settings = try settings(of: descriptions.keys.sorted(), RD_KAFKA_RESOURCE_TOPIC, timeout: timeout)
        for (topic, settings) in settings { descriptions[topic]?.settings = settings }
        return descriptions
    }

    /// How many copies a topic gets that is created with -1: the broker's `default.replication.factor`. Nil if the broker
    /// does not report it, as with ``TopicDescription/settings``.
    public func defaultReplication(timeout: Int32) throws(KafkaError) -> Int32? {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        try KafkaError.check(rd_kafka_metadata(handle.pointer, 0, nil, &metadata, timeout), "ask for the brokers")
        guard let metadata else { return nil }
        defer { rd_kafka_metadata_destroy(metadata) }
        let brokers = UnsafeBufferPointer(start: metadata.pointee.brokers, count: Int(metadata.pointee.broker_cnt))
        guard let broker = brokers.first.map({ "\($0.id)" }) else { return nil }
        let settings = try settings(of: [broker], RD_KAFKA_RESOURCE_BROKER, timeout: timeout)
        return settings[broker]?["default.replication.factor"].flatMap { Int32($0) }
    }

    private func settings(
        of names: [String], _ kind: rd_kafka_ResourceType_t, timeout: Int32
    ) throws(KafkaError) -> [String: [String: String]] {
        // The embedded broker has no controller, so librdkafka would wait for one until the time-out.
        guard !names.isEmpty, let cluster = handle.clusterId(timeout: timeout),
            !EmbeddedBroker.isEmbedded(clusterId: cluster)
        else { return [:] }
        var resources = names.map { rd_kafka_ConfigResource_new(kind, $0) }
        defer { resources.forEach { rd_kafka_ConfigResource_destroy($0) } }
        var settings: [String: [String: String]] = [:]
        do throws(KafkaError) {
            try perform(timeout: timeout, doing: "describe settings") { options, queue in
                rd_kafka_DescribeConfigs(handle.pointer, &resources, resources.count, options, queue)
            } results: { (event) throws(KafkaError) in
                var count = 0
                guard
                    let list = rd_kafka_DescribeConfigs_result_resources(
                        rd_kafka_event_DescribeConfigs_result(event), &count)
                else { return }
                for resource in UnsafeBufferPointer(start: list, count: count) {
                    guard let name = rd_kafka_ConfigResource_name(resource).map({ String(cString: $0) }) else {
                        continue
                    }
                    switch rd_kafka_ConfigResource_error(resource) {
                    case RD_KAFKA_RESP_ERR_NO_ERROR: settings[name] = Self.entries(resource)
                    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
                        RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
                        break
                    case let code: throw KafkaError(code, "describe \(name)")
                    }
                }
            }
        } catch {
            guard error.code == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE || error.isAuthorization else { throw error }
        }
        return settings
    }

    private static func entries(_ resource: OpaquePointer?) -> [String: String] {
        var count = 0
        guard let list = rd_kafka_ConfigResource_configs(resource, &count) else { return [:] }
        var entries: [String: String] = [:]
        for entry in UnsafeBufferPointer(start: list, count: count) {
            guard let name = rd_kafka_ConfigEntry_name(entry) else { continue }
            entries[String(cString: name)] = rd_kafka_ConfigEntry_value(entry).map { String(cString: $0) }
        }
        return entries
    }

    /// All topics of the cluster by name, with their numbers of partitions.
    public func topics(timeout: Int32) throws(KafkaError) -> [String: Int] {
        try handle.metadata(of: nil, timeout: timeout).mapValues(\.partitions)
    }

    /// The cluster's id, or nil if no broker answered within `timeout` milliseconds.
    public func clusterId(timeout: Int32) -> String? { handle.clusterId(timeout: timeout) }

    /// Whether a broker answers now. The question holds no topic.
    public func isAnswered(within timeout: Int32) -> Bool {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        guard rd_kafka_metadata(handle.pointer, 0, nil, &metadata, timeout) == RD_KAFKA_RESP_ERR_NO_ERROR else {
            return false
        }
        rd_kafka_metadata_destroy(metadata)
        return true
    }

    private static func check(
        _ list: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int, _ doing: String, except: rd_kafka_resp_err_t
    ) throws(KafkaError) {
        for topic in UnsafeBufferPointer(start: list, count: count) {
            let code = rd_kafka_topic_result_error(topic)
            if code != except {
                try KafkaError.check(code, "\(doing) \(String(cString: rd_kafka_topic_result_name(topic)))")
            }
        }
    }

    private func perform(
        timeout: Int32, doing: String, request: (OpaquePointer?, OpaquePointer?) -> Void,
        results: (OpaquePointer) throws(KafkaError) -> Void
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
        try results(event)
    }
}

extension Handle {
    /// The number of partitions of each named topic; 0 if the topic does not exist.
    func partitionCounts(_ topics: [String], timeout: Int32) throws(KafkaError) -> [String: Int] {
        var counts: [String: Int] = [:]
        for topic in topics {
            counts[topic] = try metadata(of: topic, timeout: timeout)[topic]?.partitions ?? 0
        }
        return counts
    }

    /// Partitions and replicas by topic, of one topic or of all. Topics that do not exist are left out.
    ///
    /// - Throws: also if the named topic exists but its metadata is not available now. It must not count as missing
    ///   then.
    func metadata(of name: String?, timeout: Int32) throws(KafkaError) -> [String: TopicDescription] {
        let topic = name.flatMap { rd_kafka_topic_new(pointer, $0, nil) }
        defer { if let topic { rd_kafka_topic_destroy(topic) } }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        try KafkaError.check(
            rd_kafka_metadata(pointer, name == nil ? 1 : 0, topic, &metadata, timeout), "ask for metadata")
        guard let metadata else { return [:] }
        defer { rd_kafka_metadata_destroy(metadata) }
        var descriptions: [String: TopicDescription] = [:]
        for entry in UnsafeBufferPointer(start: metadata.pointee.topics, count: Int(metadata.pointee.topic_cnt)) {
            let found = String(cString: entry.topic)
            switch entry.err {
            case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC: continue
            case let code where name != nil: try KafkaError.check(code, "ask for the metadata of \(found)")
            default: break
            }
            let partitions = UnsafeBufferPointer(start: entry.partitions, count: Int(entry.partition_cnt))
            descriptions[found] = TopicDescription(
                partitions: partitions.count, replicas: partitions.map { Int($0.replica_cnt) }.min() ?? 0)
        }
        return descriptions
    }
}
