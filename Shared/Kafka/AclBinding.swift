/// What an authoriser grants or denies: who may do what with which resource. Kafka calls it an ACL binding.
public struct AclBinding: Sendable, Hashable {
    /// `User:` and the name under which the client has logged in.
    public var principal: String
    /// The address of the client; `*` for any.
    public var host: String
    /// False for a binding that denies. Kafka lets such a one win over every other.
    public var isAllowed: Bool
    public var operation: Operation
    public var kind: Kind
    public var name: String
    public var pattern: Pattern

    /// What a client may do. In Kafka, to read or to write implies to describe.
    public enum Operation: String, Sendable, CaseIterable {
        case read = "Read"
        case write = "Write"
        case create = "Create"
        case delete = "Delete"
        case alter = "Alter"
        case describe = "Describe"
        case clusterAction = "ClusterAction"
        case describeConfigs = "DescribeConfigs"
        case alterConfigs = "AlterConfigs"
        case idempotentWrite = "IdempotentWrite"
        case all = "All"
        /// One that librdkafka does not know.
        case unknown = "Unknown"
    }

    public enum Kind: String, Sendable, CaseIterable {
        case topic
        case group
        case cluster
        case transactionalId = "transactional-id"
        case unknown
    }

    public enum Pattern: String, Sendable {
        /// The resource of that name; `*` stands for all.
        case literal
        /// All resources whose names begin so.
        case prefixed
    }

    public init(
        _ principal: String, _ operation: Operation, _ kind: Kind, _ name: String, _ pattern: Pattern = .literal,
        host: String = "*", isAllowed: Bool = true
    ) {
        (self.principal, self.operation, self.kind, self.name) = (principal, operation, kind, name)
        (self.pattern, self.host, self.isAllowed) = (pattern, host, isAllowed)
    }

    /// True if some resource is covered by both bindings.
    public func overlaps(_ other: AclBinding) -> Bool {
        kind == other.kind && (covers(other) || other.covers(self))
    }

    private func covers(_ other: AclBinding) -> Bool {
        switch pattern {
        case .literal: name == "*" || (name == other.name && other.pattern == .literal)
        case .prefixed: other.name.hasPrefix(name)
        }
    }

    /// The options of `kafka-acls.sh` for this binding, after `--add` or `--remove`.
    public var arguments: String {
        let who = isAllowed ? "--allow-principal" : "--deny-principal"
        let address = host == "*" ? "" : (isAllowed ? " --allow-host " : " --deny-host ") + host
        let resource = kind == .cluster ? "--cluster" : "--\(kind.rawValue) '\(name)'"
        return "\(who) '\(principal)'\(address) --operation \(operation.rawValue) \(resource) "
            + "--resource-pattern-type \(pattern.rawValue)"
    }
}

extension AclBinding: Comparable {
    /// By principal, then by resource, then by operation.
    public static func < (left: AclBinding, right: AclBinding) -> Bool { left.order < right.order }

    private var order: (String, Int, String, String, String, String) {
        (
            principal, Kind.allCases.firstIndex(of: kind) ?? 0, name, pattern.rawValue, operation.rawValue,
            "\(isAllowed) \(host)"
        )
    }
}

extension AclBinding: CustomStringConvertible {
    public var description: String {
        let rule = isAllowed ? "" : "denied: "
        let names = pattern == .prefixed ? "\(name)…" : name
        return "\(rule)\(principal) \(operation.rawValue) \(kind.rawValue) \(names)"
            + (host == "*" ? "" : " from \(host)")
    }
}
