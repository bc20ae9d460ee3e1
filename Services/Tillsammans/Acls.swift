import ArgumentParser
import Kafka
import ServiceKit

/// Under which principals the suite's clients log in, and what is done about their rights.
struct AclOptions: ParsableArguments {
    @Option(help: "Precedes each role: User:tillsammans-intake.")
    var principalPrefix = AclPlan.Principals().prefix

    @Option(help: "A role's principal that is named otherwise: intake=User:CN=intake. May be given more than once.")
    var principal: [String] = []

    @Option(help: "A door for commands, besides that for mail: its id. May be given more than once.")
    var door: [String] = []

    func validate() throws {
        guard principal.allSatisfy({ $0.contains("=User:") }) else {
            throw ValidationError("--principal must be a role, =, and a principal that begins with User:")
        }
        guard principalPrefix.hasPrefix("User:"), principalPrefix != "User:" else {
            throw ValidationError("--principal-prefix must be User: and the beginning of the suite's names")
        }
    }

    /// Blocks.
    func plan(_ connection: Connection, _ admin: Admin) throws -> AclPlan {
        let named = principal.map { text in
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            return (parts[0], parts[1])
        }
        return AclPlan(
            prefix: connection.prefix, publishers: try TopicsCommand.publishers(connection, admin),
            doors: door + [AclPlan.mailDoor],
            AclPlan.Principals(prefix: principalPrefix, named: Dictionary(named) { $1 }))
    }

    /// Creates what is missing, and with `removing` deletes what the suite's principals have beyond the plan.
    ///
    /// - Throws: `ExitCode` 1 if something is left for a person to do.
    func apply(_ connection: Connection, removing: Bool, dryRun: Bool) async throws {
        let left = try await DedicatedThread.run(name: "acls") {
            let admin = try Admin(connection.properties)
            let difference = try plan(connection, admin).difference(from: try Self.existing(admin))
            let superfluous = removing ? difference.superfluous : []
            if !dryRun {
                try admin.create(difference.missing.filter(Self.canBeSet), timeout: 30_000)
                try admin.delete(superfluous.filter(Self.canBeSet), timeout: 30_000)
            }
            for acl in difference.missing where dryRun || Self.canBeSet(acl) {
                print("\(dryRun ? "would allow" : "allowed") \(acl)")
            }
            for acl in superfluous where dryRun || Self.canBeSet(acl) {
                print("\(dryRun ? "would take away" : "took away") \(acl)")
            }
            if difference.missing.isEmpty && superfluous.isEmpty { print("all rights are there") }
            if !removing && !difference.superfluous.isEmpty {
                tell("\(difference.superfluous.count) rights are not planned: see `tillsammans doctor`")
            }
            return (difference.missing.map { ("--add", $0) } + superfluous.map { ("--remove --force", $0) })
                .filter { !Self.canBeSet($1) }
        }
        guard !left.isEmpty else { return }
        tell("librdkafka before 2.6.0 cannot set the rights of transactional ids. Run these with Kafka's own tool:")
        for (action, acl) in left { print(Self.command(action, acl, connection)) }
        if !dryRun { throw ExitCode(1) }
    }

    /// The bindings of the cluster; blocks.
    ///
    /// - Throws: ``CommandFault`` that says what to do, where they cannot be seen.
    static func existing(_ admin: Admin) throws -> [AclBinding] {
        do { return try admin.acls(timeout: 10_000) } catch  where error.hasNoAuthorizer {
            throw CommandFault(
                "the brokers have no authoriser, so that everybody may do everything: set authorizer.class.name, and "
                    + "allow.everyone.if.no.acl.found=false, on each of them")
        } catch  where error.isAuthorization {
            throw CommandFault(
                "this principal may not see or set rights: log in as one of the brokers' super.users, or as one who may "
                    + "Describe and Alter the cluster")
        }
    }

    private static func canBeSet(_ acl: AclBinding) -> Bool {
        acl.kind != .transactionalId || Admin.knowsTransactionalIds
    }

    static func command(_ action: String, _ acl: AclBinding, _ connection: Connection) -> String {
        "kafka-acls.sh --bootstrap-server \(connection.bootstrapServers) --command-config admin.properties \(action) "
            + acl.arguments
    }
}
