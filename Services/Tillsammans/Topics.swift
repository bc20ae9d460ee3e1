import ArgumentParser
import CloudEvents
import Codec
import Foundation
import Kafka
import ServiceKit

struct TopicsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics", abstract: "The suite's topics.", subcommands: [Apply.self])

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates the missing topics, and checks the settings of those that exist.",
            discussion: """
                Compares partitions, cleanup.policy, retention, compaction, timestamps and min.insync.replicas. Where one
                differs, says which and creates nothing. With --acls also gives each principal the rights that
                Docs/security.md lists. Run it as one who may alter the cluster.
                """)

        @OptionGroup var options: ConnectionOptions
        @OptionGroup var plan: TopicOptions
        @OptionGroup var acls: AclOptions
        @Option(help: "Partitions of each keyed topic. They cannot be changed later.")
        var partitions: Int32 = 4
        @Flag(name: .customLong("acls"), help: "Give the suite's principals their rights.")
        var appliesAcls = false
        @Flag(help: "Take away the rights of the suite's principals that are not planned.")
        var removeSuperfluous = false
        @Flag(help: "Show what would be done, and do nothing.")
        var dryRun = false

        func validate() throws {
            if removeSuperfluous && !appliesAcls {
                throw ValidationError("--remove-superfluous is about ACLs; give --acls, too")
            }
        }

        func run() async throws {
            let connection = options.connection
            let created = try await TopicsCommand.apply(
                connection, partitions: partitions, replication: plan.replication, terms: plan.terms, dryRun: dryRun)
            let verb = dryRun ? "would create" : "created"
            print(created.isEmpty ? "all topics are there" : created.map { "\(verb) \($0)" }.joined(separator: "\n"))
            tell(plan.terms.explanation)
            if appliesAcls {
                try await acls.apply(connection, removing: removeSuperfluous, dryRun: dryRun)
            }
        }
    }

    /// - Returns: the names of the topics that were created.
    static func apply(
        _ connection: Connection, partitions: Int32, replication: Int32 = -1, terms: TopicPlan.Terms = .init(),
        dryRun: Bool = false
    ) async throws -> [String] {
        try await DedicatedThread.run(name: "topics") {
            let admin = try Admin(connection.properties)
            let wanted = try wanted(connection, admin, partitions, replication, terms)
            let existing = try admin.describe(wanted.map(\.name), timeout: 10_000)
            let missing = wanted.filter { existing[$0.name] == nil }
            let faults = TopicPlan.faults(wanted, existing)
            // Nothing is made beside topics that are wrong: it may be another installation's prefix.
            guard faults.isEmpty else { throw CommandFault(faults.joined(separator: "\n")) }
            if dryRun { return missing.map(\.name) }
            try admin.create(missing, replication: replication, timeout: 30_000)
            // Created is not yet known everywhere: wait until the metadata shows them all.
            for _ in 0..<200 {
                let seen = try admin.topics(timeout: 10_000)
                if wanted.allSatisfy({ (seen[$0.name] ?? 0) > 0 }) { break }
                usleep(50_000)
            }
            // The broker's own defaults count where nothing was said: how many copies, for example.
            let made = TopicPlan.faults(missing, try admin.describe(missing.map(\.name), timeout: 10_000))
            guard made.isEmpty else { throw CommandFault(made.joined(separator: "\n")) }
            return missing.map(\.name)
        }
    }

    /// What is wrong with the topics, one line each; blocks. As many partitions are taken for right as `mappings` has.
    static func faults(
        _ connection: Connection, _ admin: Admin, _ replication: Int32, _ terms: TopicPlan.Terms
    ) throws -> [String] {
        let mappings = connection.topic(.mappings)
        let partitions = Int32(try admin.partitionCounts([mappings], timeout: 10_000)[mappings] ?? 0)
        let wanted = try wanted(connection, admin, partitions, replication, terms)
        let existing = try admin.describe(wanted.map(\.name), timeout: 10_000)
        let missing = wanted.map(\.name).filter { existing[$0] == nil }
        return missing.map { "\($0) is missing, or may not be described; create it with `tillsammans topics apply`" }
            + TopicPlan.faults(wanted, existing)
    }

    private static func wanted(
        _ connection: Connection, _ admin: Admin, _ partitions: Int32, _ replication: Int32, _ terms: TopicPlan.Terms
    ) throws -> [TopicSpecification] {
        // How many copies there will be decides how many must have a record before it counts as written.
        let copies = replication == -1 ? try admin.defaultReplication(timeout: 10_000) ?? -1 : replication
        return TopicPlan.specifications(
            partitions: partitions, prefix: connection.prefix, replication: copies,
            publishers: try publishers(connection, admin), terms: terms)
    }

    /// Creates the topics in which publishers find their own receipts, as far as they do not exist. This comes before the
    /// directory names them: Intake waits for a topic that is not there.
    static func applyReceipts(of directory: CountyDirectory, _ connection: Connection) async throws {
        let names = directory.publishers.map(\.receipts)
        guard !names.isEmpty else { return }
        let own = Set(names.map { connection.prefix + Topic.receipts($0) })
        try await DedicatedThread.run(name: "topics") {
            let admin = try Admin(connection.properties)
            let existing = try admin.topics(timeout: 10_000)
            let missing = TopicPlan.specifications(
                partitions: 1, prefix: connection.prefix,
                replication: try admin.defaultReplication(timeout: 10_000) ?? -1, publishers: names
            )
            .filter { own.contains($0.name) && existing[$0.name] == nil }
            try admin.create(missing, replication: -1, timeout: 30_000)
        }
    }

    /// The publishers' topics for receipts in all counties of the directory; none where there is no directory yet. Blocks.
    static func publishers(_ connection: Connection, _ admin: Admin) throws -> [String] {
        guard try admin.topics(timeout: 10_000)[connection.topic(.directory)] != nil else { return [] }
        var counties: [String: [String]] = [:]
        try connection.readAll([.directory]) { _, county, event in
            counties[county] = (try? event.decode(CountyDirectory.self))?.publishers.map(\.receipts)
        }
        return counties.values.flatMap(\.self)
    }

    /// Deletes the suite's topics under the connection's prefix, which must not be empty.
    static func delete(_ connection: Connection) async throws {
        precondition(!connection.prefix.isEmpty)
        try await DedicatedThread.run(name: "topics") {
            let admin = try Admin(connection.properties)
            let names = TopicPlan.specifications(
                partitions: 1, prefix: connection.prefix, publishers: try publishers(connection, admin)
            ).map(\.name)
            try admin.delete(names, timeout: 30_000)
        }
    }
}

/// How the topics are kept.
struct TopicOptions: ParsableArguments {
    @Option(help: "Copies of each partition; -1 takes the broker's own default.")
    var replication: Int32 = -1
    @Option(help: "Days for which reports are kept as publishers sent them, in clear: 7 to 365.")
    var reportDays = TopicPlan.Terms().reportDays
    @Option(help: "Days within which the value of a key that was erased must be gone from the log: 2 to 365.")
    var erasureDays = TopicPlan.Terms().erasureDays

    var terms: TopicPlan.Terms {
        var terms = TopicPlan.Terms()
        (terms.reportDays, terms.erasureDays) = (reportDays, erasureDays)
        return terms
    }

    func validate() throws {
        guard TopicPlan.Terms.allowedReportDays ~= reportDays else {
            throw ValidationError(
                "--report-days must be 7 to 365: a service refuses inputs that are kept for less than 7")
        }
        guard TopicPlan.Terms.allowedErasureDays ~= erasureDays else {
            throw ValidationError("--erasure-days must be 2 to 365: one day is for the cleaner's work")
        }
    }
}
