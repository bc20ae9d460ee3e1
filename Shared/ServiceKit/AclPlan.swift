import Codec
package import Kafka
import Streams

/// What each principal of the suite may do on the brokers, and nothing else: derived from the topologies and the
/// directory.
///
/// To read or to write a topic implies to describe it. No principal needs a right on the cluster: since Kafka 2.8 whoever
/// may write a topic may do so idempotently (KIP-679).
package struct AclPlan: Sendable {
    /// Sorted.
    package let bindings: [AclBinding]
    private let principals: Principals

    /// - Parameters:
    ///   - prefix: precedes the names of all topics and groups.
    ///   - publishers: the last parts of the topics in which publishers find their own receipts.
    ///   - doors: the ids of what passes on people's commands.
    package init(prefix: String, publishers: [String], doors: [String] = [Self.mailDoor], _ principals: Principals) {
        let access =
            Topology.suite.map(Access.init(service:)) + [Access(view: Topology.desk)]
            + Set(publishers).map(Access.init(publisher:))
            + Set(doors).map(Access.init(door:)) + [.operator]
        self.principals = principals
        bindings = access.flatMap { $0.bindings(prefix, principals[$0.role]) }.sorted()
    }

    /// `tillsammans mail receive` and `tillsammans calendar publish`.
    package static let mailDoor = "mail"

    /// How existing bindings differ from the plan. Each list is sorted.
    package struct Difference: Sendable, Hashable {
        /// Planned, and not there: a client will be refused.
        package var missing: [AclBinding] = []
        /// There for a principal of the suite, about something of the suite's, and not planned.
        package var superfluous: [AclBinding] = []
        /// There for somebody else, and about something of the suite's.
        package var foreign: [AclBinding] = []

        package var isEmpty: Bool { missing.isEmpty && superfluous.isEmpty && foreign.isEmpty }
    }

    /// - Parameter accepted: principals of others who may reach what is the suite's, for example of a backup.
    package func difference(from existing: [AclBinding], accepting accepted: [String] = []) -> Difference {
        let others = Set(existing).subtracting(bindings).filter { found in
            // Everybody describes the group that no client joins.
            bindings.contains { $0.overlaps(found) && $0.name != Access.readerGroup }
        }
        let own = Set(bindings.map(\.principal))
        func isOwn(_ acl: AclBinding) -> Bool {
            own.contains(acl.principal) || acl.principal.hasPrefix(principals.prefix)
        }
        return Difference(
            missing: bindings.filter { !existing.contains($0) }, superfluous: others.filter(isOwn).sorted(),
            foreign: others.filter { !isOwn($0) && !accepted.contains($0.principal) }.sorted())
    }

    /// The plan as a table in Markdown, one row for each principal and resource.
    package var markdown: String {
        struct Row: Hashable { var principal, kind, name: String }
        let rows = Dictionary(grouping: bindings) { acl in
            Row(
                principal: acl.principal, kind: acl.kind.rawValue,
                name: acl.pattern == .prefixed ? "`\(acl.name)`…" : "`\(acl.name)`")
        }
        // Bindings are sorted already, so each row stands where its first binding does.
        let places = Dictionary(bindings.enumerated().map { ($1, $0) }) { first, _ in first }
        let ordered = rows.sorted { places[$0.value[0], default: 0] < places[$1.value[0], default: 0] }
        let lines = ordered.map { row, acls in
            "| `\(row.principal)` | \(acls.map(\.operation.rawValue).joined(separator: ", ")) | \(row.kind) | \(row.name) |\n"
        }
        return "| principal | may | what | name |\n|---|---|---|---|\n" + lines.joined()
    }
}

extension AclPlan {
    /// Under which principals the suite's clients log in.
    package struct Principals: Sendable {
        /// Precedes a role: `User:tillsammans-intake`.
        package let prefix: String
        /// Roles whose principals are named otherwise, for example by the subject of a certificate.
        package let named: [String: String]

        package init(prefix: String = "User:tillsammans-", named: [String: String] = [:]) {
            (self.prefix, self.named) = (prefix, named)
        }

        subscript(role: String) -> String { named[role] ?? prefix + role }
    }
}

/// What one client of Kafka may do.
private struct Access {
    /// `intake`, `publisher-my-school`, `door-mail`, `operator`.
    let role: String
    private var grants: Set<Grant> = []

    private struct Grant: Hashable {
        var operation: AclBinding.Operation
        var kind: AclBinding.Kind = .topic
        var name: String
        var pattern = AclBinding.Pattern.literal
        /// Not of this installation alone.
        var isShared = false
    }

    /// The group under which readers without a group ask (``TopicReader``).
    static let readerGroup = "reader"

    private init(_ role: String) {
        self.role = role
        grants.insert(Grant(operation: .describe, kind: .group, name: Self.readerGroup, isShared: true))
    }

    private mutating func allow(_ operation: AclBinding.Operation, _ topics: [String]) {
        for topic in topics { grants.insert(Grant(operation: operation, name: topic)) }
    }

    /// Works as its topology says: one consumer group, one transactional id for each thread of each instance.
    init(service topology: Topology) {
        self.init(topology.application)
        let edges = Topology.edges[topology.application] ?? Topology.Edges()
        let inputs = topology.inputs.map(\.name)
        allow(.read, inputs + [topology.changelog.name] + topology.globals.map(\.topic) + edges.reads.map(\.rawValue))
        allow(
            .write,
            topology.outputs.map(\.name) + [topology.changelog.name, topology.deadLetters.name]
                + edges.writes.map(\.rawValue))
        // The start refuses a topic that would lose records.
        allow(.describeConfigs, inputs + [topology.changelog.name])
        for family in topology.families {
            grants.insert(Grant(operation: .write, name: family + ".", pattern: .prefixed))
        }
        grants.insert(Grant(operation: .read, kind: .group, name: topology.application))
        grants.insert(
            Grant(operation: .write, kind: .transactionalId, name: topology.application + "-", pattern: .prefixed))
    }

    /// Works beside the streams, as its edges say: no group, no transactions.
    init(view application: String) {
        self.init(application)
        let edges = Topology.edges[application] ?? Topology.Edges()
        allow(.read, edges.reads.map(\.rawValue))
        allow(.write, edges.writes.map(\.rawValue))
    }

    /// Writes reports and reads its own receipts, in groups of its own.
    init(publisher name: String) {
        self.init("publisher-\(name)")
        allow(.write, [Codec.Topic.concernReports.rawValue])
        allow(.read, [Codec.Topic.receipts(name)])
        // With the dot, no publisher's groups begin as another's or a service's.
        grants.insert(Grant(operation: .read, kind: .group, name: "publisher-\(name).", pattern: .prefixed))
    }

    /// Passes on people's commands. It looks up in the directory whom it speaks for, and seals with the case's data key.
    init(door id: String) {
        self.init("door-\(id)")
        allow(.read, [Codec.Topic.directory, .childKeys].map(\.rawValue))
        allow(.write, Codec.Topic.allCases.filter { $0.isExternal && $0 != .concernReports }.map(\.rawValue))
    }

    /// The command line: shows facts, where cases stand and what could not be read; writes who looked (rule 22); applies
    /// the directory, with the topics of new publishers.
    static let `operator` = {
        var access = Access("operator")
        let shown: [Codec.Topic] = [
            .concernReceipts, .concerns, .mappings, .meetings, .notices, .cases, .deadLetters, .directory, .accessLog,
            .childKeys,
        ]
        access.allow(.read, shown.map(\.rawValue))
        access.allow(
            .write, [Codec.Topic.accessLog, .directory, .mappingCommands, .noticeCommands].map(\.rawValue))
        access.grants.insert(
            Grant(operation: .create, name: Codec.Topic.concernReceipts.rawValue + ".", pattern: .prefixed))
        return access
    }()

    func bindings(_ prefix: String, _ principal: String) -> [AclBinding] {
        grants.map { grant in
            AclBinding(
                principal, grant.operation, grant.kind, grant.isShared ? grant.name : prefix + grant.name,
                grant.pattern)
        }
    }
}
