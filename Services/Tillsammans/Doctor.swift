import ArgumentParser
import DeskSignIn
import Foundation
import Kafka
import OpenID
import ServiceKit
import Streams

/// Compares an installation with what the suite needs, and says what to do. Changes nothing.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Compares connection, topics, rights, folders and signing in with what the suite needs. Changes nothing.",
        discussion: """
            Exit code 0 where everything is as it must be, else 1. Run it as one who may describe the cluster, and with the
            desk's settings (in the environment, or in CONFIG_FILE), so that it can look at how people sign in.
            """)

    @OptionGroup var options: ConnectionOptions
    @OptionGroup var topics: TopicOptions
    @OptionGroup var acls: AclOptions
    @Option(help: "A principal of others that may reach the suite's topics, for example of a backup. May be repeated.")
    var accept: [String] = []
    @Option(help: "A folder of state files, messages or keys (else STATE_DIRECTORY, where set). May be repeated.")
    var folder: [String] = []

    func run() async throws {
        let connection = options.connection
        let environment = ProcessInfo.processInfo.environment
        let folders = folder.isEmpty ? [environment["STATE_DIRECTORY"]].compactMap(\.self) : folder
        let findings = try await DedicatedThread.run(name: "doctor") {
            try Self.connection(connection) + broker(connection) + Self.folders(folders) + [Self.signIn(environment)]
        }
        for finding in findings { print(finding.text) }
        if findings.contains(where: { !$0.faults.isEmpty }) { throw ExitCode(1) }
    }

    /// One thing that was looked at.
    struct Finding: Equatable {
        let what: String
        /// What is wrong and what to do; empty where nothing is.
        var faults: [String] = []
        var good = "as it must be"

        var text: String {
            faults.isEmpty ? "\(what): \(good)" : "\(what):\n" + faults.map { "  \($0)" }.joined(separator: "\n")
        }
    }

    /// Whether somebody on the way could read along or log in as somebody else.
    static func connection(_ connection: Connection) throws -> [Finding] {
        let properties = try connection.properties
        let transport = (properties["security.protocol"] ?? "plaintext").lowercased()
        var finding = Finding(what: "connection", good: transport)
        if !transport.hasSuffix("ssl"), !PublishedSecret.isLoopback(connection.bootstrapServers) {
            finding.faults.append(
                "\(transport) sends reports and passwords in clear; set KAFKA_SECURITY_PROTOCOL to ssl or sasl_ssl")
        }
        if !transport.hasPrefix("sasl"), properties["ssl.certificate.location"] == nil,
            properties["ssl.keystore.location"] == nil
        {
            finding.faults.append(
                "this client has no name to log in with, so that the brokers can give it no rights of its own; set "
                    + "KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD, or a certificate")
        }
        return [finding]
    }

    private func broker(_ connection: Connection) throws -> [Finding] {
        let admin = try Admin(connection.properties)
        guard admin.isAnswered(within: 10_000) else {
            let fault = "no broker answers at \(connection.bootstrapServers), or it refuses this client's login"
            return [Finding(what: "brokers", faults: [fault])]
        }
        let wrong: [String]
        do { wrong = try TopicsCommand.faults(connection, admin, topics.replication, topics.terms) } catch let error
            as KafkaError
        {
            wrong = ["\(error): this principal may not describe them; log in as the operator"]
        }
        return [
            Finding(what: "brokers", good: "answer"), Finding(what: "topics", faults: wrong),
            try rights(connection, admin),
        ]
    }

    private func rights(_ connection: Connection, _ admin: Admin) throws -> Finding {
        do {
            let existing = try AclOptions.existing(admin)
            // librdkafka before 2.6.0 shows a principal without the right to see them none, and no error.
            if existing.isEmpty {
                let fault = "none is seen: there are none, or this principal may not see or set rights"
                return Finding(what: "rights", faults: [fault])
            }
            let difference = try acls.plan(connection, admin).difference(from: existing, accepting: accept)
            return Finding(what: "rights", faults: Self.faults(difference, connection))
        } catch let fault as CommandFault {
            return Finding(what: "rights", faults: [fault.description])
        }
    }

    /// One line for each binding, with what to do about it.
    static func faults(_ difference: AclPlan.Difference, _ connection: Connection) -> [String] {
        let missing = difference.missing.map { "missing: \($0)" }
        let superfluous = difference.superfluous.map { "not planned: \($0)" }
        let foreign = difference.foreign.map {
            "of somebody else: \($0)\n    \(AclOptions.command("--remove --force", $0, connection))\n"
                + "    or, where it must be so: --accept '\($0.principal)'"
        }
        let apply = difference.missing.isEmpty ? [] : ["missing ones are made by `tillsammans topics apply --acls`"]
        let remove =
            difference.superfluous.isEmpty
            ? []
            : ["those that are not planned are taken away by `tillsammans topics apply --acls --remove-superfluous`"]
        return missing + superfluous + foreign + apply + remove
    }

    /// What stops the desk's start, in the desk's own words. The provider itself is not asked.
    static func signIn(_ environment: [String: String]) -> Finding {
        let known = Setting.desk + Setting.login
        do {
            let source = try SettingsSource(environment)
            guard known.contains(where: { source[$0.name] != nil }) else {
                return Finding(
                    what: "signing in at the desk", good: "not looked at: none of the desk's settings is given")
            }
            let settings = try Settings(Setting.common + known, source)
            let (host, port) = (try settings.text("DESK_HOST"), try settings.number("DESK_PORT", 0...65_535))
            switch try LoginSettings(settings, host: host, port: port).method {
            case .openID(let configuration, _, _):
                return Finding(what: "signing in at the desk", good: "with OpenID, by \(configuration.issuer)")
            case .development:
                return Finding(what: "signing in at the desk", good: "everybody may be anybody, on this machine alone")
            }
        } catch { return Finding(what: "signing in at the desk", faults: [Complaint(error).text]) }
    }

    private static func folders(_ paths: [String]) -> [Finding] {
        paths.map { path in
            let exposed = PrivateFolder.exposed(below: path)
            return Finding(
                what: "folder \(path)", faults: exposed.map { "\($0); run: chmod go-rwx on it" }, good: "private")
        }
    }
}
