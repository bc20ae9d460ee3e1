import CKafka
import Foundation

extension Admin {
    /// Whether this librdkafka can create and delete bindings of transactional ids: since 2.6.0.
    ///
    /// Before, it reads them as a kind that it does not know. ``acls(timeout:)`` calls such bindings those of transactional
    /// ids.
    public static let knowsTransactionalIds: Bool = {
        guard let binding = AclBinding("User:a", .write, .transactionalId, "a").native(nil) else { return false }
        rd_kafka_AclBinding_destroy(binding)
        return true
    }()

    /// All bindings of the cluster, sorted.
    ///
    /// - Throws: ``KafkaError/hasNoAuthorizer`` if the brokers ask nobody what is allowed; an authorization error if this
    ///   client may not describe the cluster.
    public func acls(timeout: Int32) throws(KafkaError) -> [AclBinding] {
        try checkAuthorizer("describe ACLs", timeout: timeout)
        var reason = [CChar](repeating: 0, count: 512)
        let everything = rd_kafka_AclBindingFilter_new(
            RD_KAFKA_RESOURCE_ANY, nil, RD_KAFKA_RESOURCE_PATTERN_ANY, nil, nil, RD_KAFKA_ACL_OPERATION_ANY,
            RD_KAFKA_ACL_PERMISSION_TYPE_ANY, &reason, reason.count)
        defer { rd_kafka_AclBinding_destroy(everything) }
        var found: [AclBinding] = []
        try perform(timeout: timeout, doing: "describe ACLs") { options, queue in
            rd_kafka_DescribeAcls(pointer, everything, options, queue)
        } results: { event in
            var count = 0
            let list = rd_kafka_DescribeAcls_result_acls(rd_kafka_event_DescribeAcls_result(event), &count)
            found = UnsafeBufferPointer(start: list, count: count).compactMap { $0.map(AclBinding.init) }
        }
        return found.sorted()
    }

    /// Creates the bindings, and returns when a broker knows them. One that exists already stays.
    ///
    /// - Throws: as ``acls(timeout:)``; an error about the first that could not be made; a time-out where the broker does not
    ///   know them in time, though they are made.
    public func create(_ acls: [AclBinding], timeout: Int32) throws(KafkaError) {
        guard !acls.isEmpty else { return }
        try checkAuthorizer("create ACLs", timeout: timeout)
        var requests = try Self.natives(acls)
        defer { requests.forEach { rd_kafka_AclBinding_destroy($0) } }
        try perform(timeout: timeout, doing: "create ACLs") { options, queue in
            rd_kafka_CreateAcls(pointer, &requests, requests.count, options, queue)
        } results: { (event) throws(KafkaError) in
            var count = 0
            let list = rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event), &count)
            for (result, acl) in zip(UnsafeBufferPointer(start: list, count: count), acls) {
                guard let error = result.flatMap({ rd_kafka_acl_result_error($0) }) else { continue }
                throw KafkaError(rd_kafka_error_code(error), "allow \(acl)")
            }
        }
        try wait("see the ACLs that were created", timeout: timeout) { $0.isSuperset(of: acls) }
    }

    /// Deletes exactly these bindings. One that does not exist is none to delete.
    public func delete(_ acls: [AclBinding], timeout: Int32) throws(KafkaError) {
        guard !acls.isEmpty else { return }
        try checkAuthorizer("delete ACLs", timeout: timeout)
        // A binding is a filter that matches it alone.
        var requests = try Self.natives(acls)
        defer { requests.forEach { rd_kafka_AclBinding_destroy($0) } }
        try perform(timeout: timeout, doing: "delete ACLs") { options, queue in
            rd_kafka_DeleteAcls(pointer, &requests, requests.count, options, queue)
        } results: { (event) throws(KafkaError) in
            var count = 0
            let list = rd_kafka_DeleteAcls_result_responses(rd_kafka_event_DeleteAcls_result(event), &count)
            for (response, acl) in zip(UnsafeBufferPointer(start: list, count: count), acls) {
                guard let error = response.flatMap({ rd_kafka_DeleteAcls_result_response_error($0) }) else { continue }
                throw KafkaError(rd_kafka_error_code(error), "delete \(acl)")
            }
        }
        try wait("see that the ACLs were deleted", timeout: timeout) { $0.isDisjoint(with: acls) }
    }

    /// Asks until it is so. With KRaft the controller answers before the brokers have read of the change in its log (KIP-801),
    /// and for that moment they still decide by the former rights. One broker is asked; others may take a moment longer.
    private func wait(
        _ doing: String, timeout: Int32, until isSo: (Set<AclBinding>) -> Bool
    ) throws(KafkaError) {
        let deadline = ContinuousClock.now + .milliseconds(timeout)
        while try !isSo(Set(acls(timeout: timeout))) {
            guard .now < deadline else { throw .late(doing) }
            usleep(20_000)
        }
    }

    /// The embedded broker has no controller, so librdkafka would wait for one until the time-out.
    private func checkAuthorizer(_ doing: String, timeout: Int32) throws(KafkaError) {
        if let cluster = clusterId(timeout: timeout), EmbeddedBroker.isEmbedded(clusterId: cluster) {
            throw KafkaError(RD_KAFKA_RESP_ERR_SECURITY_DISABLED, doing)
        }
    }

    private static func natives(_ acls: [AclBinding]) throws(KafkaError) -> [OpaquePointer?] {
        var natives: [OpaquePointer?] = []
        for acl in acls {
            var reason = [CChar](repeating: 0, count: 512)
            guard let native = acl.native(&reason) else {
                natives.forEach { rd_kafka_AclBinding_destroy($0) }
                throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, "describe \(acl): \(text(reason))")
            }
            natives.append(native)
        }
        return natives
    }
}

extension AclBinding {
    /// librdkafka's binding, for the caller to destroy; nil if it does not know the kind or the operation.
    fileprivate func native(_ reason: UnsafeMutablePointer<CChar>?) -> OpaquePointer? {
        var unread = [CChar](repeating: 0, count: 512)
        return unread.withUnsafeMutableBufferPointer { unread in
            rd_kafka_AclBinding_new(
                Self.kinds.first { $0.value == kind }?.key ?? RD_KAFKA_RESOURCE_UNKNOWN, name,
                pattern == .prefixed ? RD_KAFKA_RESOURCE_PATTERN_PREFIXED : RD_KAFKA_RESOURCE_PATTERN_LITERAL,
                principal, host, Self.operations.first { $0.value == operation }?.key ?? RD_KAFKA_ACL_OPERATION_UNKNOWN,
                isAllowed ? RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW : RD_KAFKA_ACL_PERMISSION_TYPE_DENY,
                reason ?? unread.baseAddress, 512)
        }
    }

    fileprivate init(_ native: OpaquePointer) {
        func word(_ text: UnsafePointer<CChar>?) -> String { text.map { String(cString: $0) } ?? "" }
        let kind = Self.kinds[rd_kafka_AclBinding_restype(native)] ?? .unknown
        self.init(
            word(rd_kafka_AclBinding_principal(native)),
            Self.operations[rd_kafka_AclBinding_operation(native)] ?? .unknown,
            kind == .unknown && !Admin.knowsTransactionalIds ? .transactionalId : kind,
            word(rd_kafka_AclBinding_name(native)),
            rd_kafka_AclBinding_resource_pattern_type(native) == RD_KAFKA_RESOURCE_PATTERN_PREFIXED
                ? .prefixed : .literal,
            host: word(rd_kafka_AclBinding_host(native)),
            isAllowed: rd_kafka_AclBinding_permission_type(native) == RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW)
    }

    /// Kafka's number of the kind, which librdkafka has a name for since 2.6.0.
    private static let transactionalId = rd_kafka_ResourceType_t(rawValue: 5)

    private static let kinds: [rd_kafka_ResourceType_t: Kind] = [
        RD_KAFKA_RESOURCE_TOPIC: .topic, RD_KAFKA_RESOURCE_GROUP: .group, RD_KAFKA_RESOURCE_BROKER: .cluster,
        transactionalId: .transactionalId,
    ]

    private static let operations: [rd_kafka_AclOperation_t: Operation] = [
        RD_KAFKA_ACL_OPERATION_READ: .read, RD_KAFKA_ACL_OPERATION_WRITE: .write,
        RD_KAFKA_ACL_OPERATION_CREATE: .create, RD_KAFKA_ACL_OPERATION_DELETE: .delete,
        RD_KAFKA_ACL_OPERATION_ALTER: .alter, RD_KAFKA_ACL_OPERATION_DESCRIBE: .describe,
        RD_KAFKA_ACL_OPERATION_CLUSTER_ACTION: .clusterAction,
        RD_KAFKA_ACL_OPERATION_DESCRIBE_CONFIGS: .describeConfigs,
        RD_KAFKA_ACL_OPERATION_ALTER_CONFIGS: .alterConfigs,
        RD_KAFKA_ACL_OPERATION_IDEMPOTENT_WRITE: .idempotentWrite, RD_KAFKA_ACL_OPERATION_ALL: .all,
    ]
}
