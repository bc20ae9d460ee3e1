import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the whole suite on this machine until it is stopped.",
        discussion: """
            With KAFKA_BOOTSTRAP_SERVERS (or --bootstrap-servers) against that Kafka, else on an embedded broker: in memory
            only, about 5 MB kept per partition, aborted transactions not hidden. That is for trying and developing.

            With HTTP_PORT, each process has a port of its own for /live, /ready and /metrics, from that one on.
            """)

    @OptionGroup var options: SuiteOptions

    func run() async throws {
        let suite = try options.suite { tell($0) }
        let service = Running(suite: suite)
        var quiet = Logger(label: "tillsammans")
        quiet.logLevel = .error
        let group = ServiceGroup(services: [service], gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        try await group.run()
    }

    private struct Running: Service {
        let suite: Suite

        func run() async throws {
            do {
                try await cancelWhenGracefulShutdown {
                    try await suite.run { connection in
                        tell("the suite is starting on \(connection.bootstrapServers); stop it with Ctrl-C")
                        tell(
                            "  export KAFKA_BOOTSTRAP_SERVERS=\(connection.bootstrapServers) TOPIC_PREFIX=\(connection.prefix)"
                        )
                        tell(
                            "  export DOOR_KEY_FILE=\(connection.doorKeyFile ?? "")  # signs what you do as staff; mail.jwk: mail receive"
                        )
                        tell("  export KEY_ENCRYPTION_KEY_FILE=\(connection.keyFile ?? "")")
                        if let file = suite.clockFile {
                            tell("  export CLOCK_FILE=\(file)  # `tillsammans clock --to` moves the suite's time on")
                        }
                        tell("  desk: \(suite.deskAddress)  # be anybody of the directory")
                        for (service, port) in try suite.healthPorts().sorted(by: { $0.value < $1.value }) {
                            tell("  \(service): http://127.0.0.1:\(port)/ready")
                        }
                        tell("  messages are written to \(suite.mailFolder)")
                        try await Task.sleep(for: .seconds(Int64(Int32.max)))
                    }
                }
            } catch is CancellationError {}
        }
    }
}

/// The options of the commands that run the suite themselves.
struct SuiteOptions: ParsableArguments {
    @Option(help: "Brokers, host:port (else KAFKA_BOOTSTRAP_SERVERS, else an embedded broker).")
    var bootstrapServers: String?

    @Option(help: "Stands before the names of all topics (else TOPIC_PREFIX).")
    var prefix: String?

    @Option(help: "The county's directory.")
    var directory = "Examples/soermland.yaml"

    @Option(help: "Folder for state files and messages.")
    var folder = ".run/\(UUID().uuidString.lowercased().prefix(8))"

    func suite(show: @escaping @Sendable (String) -> Void) throws -> Suite {
        let environment = ProcessInfo.processInfo.environment
        let absolute = folder.hasPrefix("/") ? folder : FileManager.default.currentDirectoryPath + "/" + folder
        return Suite(
            bootstrapServers: bootstrapServers ?? environment["KAFKA_BOOTSTRAP_SERVERS"],
            prefix: prefix ?? environment["TOPIC_PREFIX"] ?? "", folder: absolute,
            directory: try DirectoryFile(directory).directory, show: show)
    }
}
