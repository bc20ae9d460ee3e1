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
            discussion:
                "Compares partitions, cleanup.policy, retention and min.insync.replicas. Where one differs, says which and creates nothing."
        )

        @OptionGroup var options: ConnectionOptions
        @Option(help: "Partitions of each keyed topic. They cannot be changed later.")
        var partitions: Int32 = 4
        @Option(help: "Copies of each partition; -1 takes the broker's own default.")
        var replication: Int32 = -1

        func run() async throws {
            let connection = options.connection
            let created = try await TopicsCommand.apply(connection, partitions: partitions, replication: replication)
            print(created.isEmpty ? "all topics are there" : created.map { "created \($0)" }.joined(separator: "\n"))
        }
    }

    /// - Returns: the names of the topics that were created.
    static func apply(
        _ connection: Connection, partitions: Int32, replication: Int32 = -1
    ) async throws -> [String] {
        try await DedicatedThread.run(name: "topics") {
            let admin = try Admin(connection.properties)
            // How many copies there will be decides how many must have a record before it counts as written.
            let copies = replication == -1 ? try admin.defaultReplication(timeout: 10_000) ?? -1 : replication
            let wanted = TopicPlan.specifications(
                partitions: partitions, prefix: connection.prefix, replication: copies,
                publishers: try isThere(connection.topic(.directory), admin) ? publishers(connection) : [])
            let existing = try admin.describe(wanted.map(\.name), timeout: 10_000)
            let missing = wanted.filter { existing[$0.name] == nil }
            let faults = TopicPlan.faults(wanted, existing)
            // Nothing is made beside topics that are wrong: it may be another installation's prefix.
            guard faults.isEmpty else { throw CommandFault(faults.joined(separator: "\n")) }
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

    private static func isThere(_ topic: String, _ admin: Admin) throws -> Bool {
        try admin.topics(timeout: 10_000)[topic] != nil
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

    /// Of all counties in the directory; blocks.
    private static func publishers(_ connection: Connection) throws -> [String] {
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
                partitions: 1, prefix: connection.prefix, publishers: try publishers(connection)
            ).map(\.name)
            try admin.delete(names, timeout: 30_000)
        }
    }
}
