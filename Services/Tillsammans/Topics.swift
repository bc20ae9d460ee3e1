import ArgumentParser
import Foundation
import Kafka
import ServiceKit

struct TopicsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics", abstract: "The suite's topics.", subcommands: [Apply.self])

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Creates the topics that do not exist yet, and refuses others that are not as they must be.",
            discussion: "Compares partitions, cleanup.policy, retention and min.insync.replicas.")

        @OptionGroup var options: ConnectionOptions
        @Option(help: "Partitions of each keyed topic: the unit of scale, fixed for ever.")
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
        let wanted = TopicPlan.specifications(
            partitions: partitions, prefix: connection.prefix, replication: replication)
        return try await DedicatedThread.run(name: "topics") {
            let admin = try Admin(connection.properties)
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

    /// Deletes the suite's topics under the connection's prefix, which must not be empty.
    static func delete(_ connection: Connection) async throws {
        precondition(!connection.prefix.isEmpty)
        try await DedicatedThread.run(name: "topics") {
            let admin = try Admin(connection.properties)
            try admin.delete(
                TopicPlan.specifications(partitions: 1, prefix: connection.prefix).map(\.name), timeout: 30_000)
        }
    }
}
