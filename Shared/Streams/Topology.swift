/// What one processor reads, publishes and keeps, as one value.
///
/// Everything else is derived from it: which topics are created, which of them must have the same number of partitions,
/// the consumer group, and the transactional ids.
public struct Topology: Sendable {
    /// The consumer group, the source of the processor's events, and the first part of its transactional ids.
    public let application: String
    /// Topics with the same keys and the same number of partitions.
    public let inputs: [Topic]
    /// The only topics that the processor may publish to.
    public let outputs: [Topic]
    /// Names of outputs that are families: `receipts` stands for `receipts.a`, `receipts.b` and so on, of which there can be
    /// more later. Whoever adds one creates its topic first; the start does not check them.
    public let families: Set<String>
    /// The topic that holds the state.
    public let changelog: Topic
    /// The names of the state's tables.
    public let tables: Set<String>
    /// Topics that every thread reads to the end before its first record.
    public let globals: [any GlobalTableDeclaration]
    public let deadLetters: Topic

    /// A topic's name without the installation's prefix, and how it must be configured on the broker.
    public struct Topic: Sendable, Hashable {
        public let name: String
        public let cleanup: Cleanup
        public let partitions: Partitions
        /// Others than the installation's own processors write to it. What they say of a chain of events is not passed
        /// on, and their records may lie under any key and on any partition: see ``Turn/forward(_:to:key:sealedUnder:)``.
        public let isFromOutside: Bool

        public init(
            _ name: String, _ cleanup: Cleanup = .deleted, _ partitions: Partitions = .keyed,
            isFromOutside: Bool = false
        ) {
            (self.name, self.cleanup, self.partitions) = (name, cleanup, partitions)
            self.isFromOutside = isFromOutside
        }
    }

    public enum Cleanup: Sendable, Hashable {
        /// The latest value of each key is kept for ever.
        case compacted
        /// Records are kept for the installation's retention time.
        case deleted
    }

    public enum Partitions: Sendable, Hashable {
        /// One per task.
        case keyed
        /// One partition is enough, and no order per key is needed.
        case one
    }

    /// - Parameter tables: the tables' names. They must be unique: a name is part of every key in the changelog.
    public init(
        _ application: String, inputs: [Topic], outputs: [Topic] = [], families: Set<String> = [],
        changelog: Topic, tables: [String] = [],
        globals: [any GlobalTableDeclaration] = [],
        deadLetters: Topic = Topic("dead-letters", .deleted, .one)
    ) {
        precondition(Set(tables).count == tables.count, "\(application) has two tables of one name: \(tables)")
        precondition(
            changelog.cleanup == .compacted, "\(application) would lose its state: its changelog is not compacted")
        (self.application, self.inputs, self.outputs, self.changelog) = (application, inputs, outputs, changelog)
        self.families = families
        (self.tables, self.globals, self.deadLetters) = (Set(tables), globals, deadLetters)
    }

    /// Every topic that the processor needs.
    public var topics: Set<Topic> {
        Set(inputs + outputs + [changelog, deadLetters] + globals.map { Topic($0.topic, .compacted, .one) })
    }

    private func publishes(to topic: String) -> Bool { outputs.contains { $0.name == topic } || isOfFamily(topic) }

    func isOfFamily(_ topic: String) -> Bool {
        topic.lastIndex(of: ".").map { families.contains(String(topic[..<$0])) } ?? false
    }

    /// - Throws: ``Undeclared`` if the turn publishes to a topic or writes to a table that the topology does not
    ///   declare.
    package func check(_ turn: Turn) throws(Undeclared) {
        for output in turn.outputs where !publishes(to: output.topic) {
            throw Undeclared(application, publishesTo: output.topic)
        }
        for write in turn.writes where !StateKey.isOfRuntime(write.key) {
            let table = StateKey.table(of: write.key)
            guard tables.contains(table) else {
                throw Undeclared("\(application) writes to \(table), which is none of its topology's tables")
            }
        }
    }
}

/// A processor used a topic or table that its topology does not declare. This is a programming error, so a retry cannot
/// help.
public struct Undeclared: Error, Sendable, CustomStringConvertible {
    public let description: String

    package init(_ description: String) { self.description = description }

    init(_ application: String, publishesTo topic: String) {
        self.init("\(application) publishes to \(topic), which is none of its topology's outputs")
    }
}
