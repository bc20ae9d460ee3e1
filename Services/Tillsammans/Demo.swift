import ArgumentParser
import Foundation
import Kafka
import ServiceKit
import Synchronization

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plays the pupil in year 6 through the suite, and shows the invitation that staff receive.",
        discussion: """
            Starts a suite of its own, unless --against-running. Exit code 0 only when every step happened. What comes from the
            meeting on is played on the embedded broker alone, whose time can be moved on to it.
            """)

    @OptionGroup var options: SuiteOptions
    @Option(help: "The example's reports and commands.")
    var example = "Examples/worked-example"
    @Flag(
        help: "Play it against a suite that is running already (its keys and mail are its own; set DOOR_KEY_FILE).")
    var againstRunning = false
    @Option(help: "Where a running suite writes its messages.")
    var mail: String?
    @Flag(help: "Show the services' logs.")
    var logs = false
    @Flag(help: "Keep the suite running afterwards, with its desk, until Ctrl-C.")
    var keep = false

    func run() async throws {
        let script = try WorkedExample(folder: example)
        if againstRunning {
            let connection = Connection(
                bootstrapServers: options.bootstrapServers
                    ?? ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"] ?? "localhost:9092",
                prefix: options.prefix ?? ProcessInfo.processInfo.environment["TOPIC_PREFIX"] ?? "",
                doorKeyFile: ProcessInfo.processInfo.environment["DOOR_KEY_FILE"], keyFile: Connection.keyFile,
                clock: Connection.clock)
            if connection.clock.isMovable {
                try await DedicatedThread.run(name: "clock") {
                    try connection.clock.requireEmbeddedBroker(connection.properties)
                }
            }
            return try await script.play(on: connection, mailFolder: mail)
        }
        let (logs, log) = (logs, LogFile())
        var suite = try options.suite { line in
            if logs { tell(line) }
            log.append(line)
        }
        if !keep { suite.environment["DESK_PORT"] = "0" }
        // On a shared Kafka the demo keeps to topics of its own, and takes them away again.
        let cleansUp = suite.bootstrapServers != nil && suite.prefix.isEmpty
        if cleansUp {
            suite.prefix = "demo-\(UUID().uuidString.lowercased().prefix(8))-"
            suite.environment["KEY_SECRET"] = UUID().uuidString + UUID().uuidString
        }
        let mailFolder = suite.mailFolder
        let result = await Result { [suite] in
            try await suite.run { connection in
                tell("Starting \(Suite.processes.joined(separator: ", ")) on \(connection.bootstrapServers) …")
                try await script.play(on: connection, mailFolder: mailFolder)
                guard keep else { return }
                tell("\nThe desk: \(suite.deskAddress), where you can be anybody of the example. Ctrl-C ends it.")
                try await Task.sleep(for: .seconds(Int64(Int32.max)))
            }
        }
        if cleansUp, let servers = suite.bootstrapServers {
            try await TopicsCommand.delete(Connection(bootstrapServers: servers, prefix: suite.prefix))
        }
        if case .failure(let error) = result {
            tell("\nThe services' last lines:")
            for line in log.last(25) { tell("  \(line)") }
            throw error
        }
    }
}

/// The last lines that the services wrote, for when something goes wrong.
private final class LogFile: Sendable {
    private let lines = Mutex<[String]>([])

    func append(_ line: String) {
        lines.withLock {
            $0.append(line)
            if $0.count > 200 { $0.removeFirst(100) }
        }
    }

    func last(_ count: Int) -> [String] { lines.withLock { Array($0.suffix(count)) } }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
