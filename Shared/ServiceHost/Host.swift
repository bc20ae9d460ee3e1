import Foundation
import Kafka
package import Logging
import Metrics
package import ServiceKit
package import ServiceLifecycle
import UnixSignals

/// Runs one process of the suite from start to end: reads settings, starts logs, metrics and health, and shuts down gracefully.
package struct Host: Sendable {
    /// What runs, and how it is.
    package struct Parts: Sendable {
        let services: [any Service]
        let isLive: @Sendable () -> Bool
        let isReady: @Sendable () -> Bool

        /// - Parameters:
        ///   - services: start in this order. The process ends when the first one does.
        ///   - isLive: false asks for a restart.
        ///   - isReady: false keeps work away.
        package init(
            _ services: [any Service], isLive: @escaping @Sendable () -> Bool = { true },
            isReady: @escaping @Sendable () -> Bool
        ) {
            (self.services, self.isLive, self.isReady) = (services, isLive, isReady)
        }
    }

    /// What a process does once, and then ends.
    package struct Action: Sendable {
        let flag: String
        /// Lines for `--help`.
        let help: String
        let run: @Sendable (Settings) async throws -> Void
    }

    private let name: String
    private let summary: String
    private let settings: [Setting]
    private let actions: [Action]
    private let make: @Sendable (Settings, Logger) throws -> Parts

    /// - Parameters:
    ///   - name: of the executable.
    ///   - summary: one sentence for `--help`.
    ///   - settings: all that it has.
    ///   - make: makes what runs from the settings.
    package init(
        _ name: String, _ summary: String, settings: [Setting], actions: [Action] = [],
        make: @escaping @Sendable (Settings, Logger) throws -> Parts
    ) {
        (self.name, self.summary) = (name, summary)
        (self.settings, self.actions, self.make) = (settings, actions, make)
    }

    /// Runs until SIGTERM or SIGINT, then exits with 0. A fault of the configuration exits with 78, any other with 1.
    package func run() async -> Never {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.contains("--help") || arguments.contains("-h") {
            print(help)
            exit(0)
        }
        if arguments.contains("--version") {
            print("\(name) \(Version.text)")
            exit(0)
        }
        do {
            let action = actions.first { [$0.flag] == arguments }
            guard arguments.isEmpty || action != nil else {
                let flags = ["--help", "--version"] + actions.map(\.flag)
                throw ConfigurationFault(
                    "\(name) takes no arguments but \(flags.joined(separator: ", ")); settings come from the environment"
                )
            }
            let settings = try Settings(settings, SettingsSource())
            if let action { try await action.run(settings) } else { try await start(settings) }
            exit(0)
        } catch {
            let complaint = Complaint(error)
            let line = complaint.line(of: name, Self.logFormat) + "\n"
            try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
            exit(complaint.exitCode)
        }
    }

    /// How logs are written, also where another setting is wrong.
    private static var logFormat: Logs.Format {
        let environment = ProcessInfo.processInfo.environment
        let text = (try? SettingsSource(environment))?["LOG_FORMAT"] ?? environment["LOG_FORMAT"]
        return text.flatMap { Logs.Format(rawValue: $0) } ?? .plain
    }

    private func start(_ settings: Settings) async throws {
        let format = try settings.value("LOG_FORMAT", expected: "plain or json", { Logs.Format(rawValue: $0) })
        let level = try settings.value("LOG_LEVEL", expected: "a log level", { Logger.Level(rawValue: $0) })
        Logs.start(format, level: level)
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        let logger = Logger(label: name)

        let kafka = try settings.kafka()
        if !kafka.ignored.isEmpty {
            logger.notice(
                "variables that are no property of librdkafka are ignored",
                metadata: ["names": "\(kafka.ignored.joined(separator: " "))"])
        }
        let clock = try settings.clock()
        if clock.isMovable {
            try await DedicatedThread.run(name: "clock") { try clock.requireEmbeddedBroker(kafka.properties) }
        }
        let port = try settings.number("HTTP_PORT", 0...65_535)
        let host = try settings.text("HTTP_HOST")
        let parts = try make(settings, logger)

        var services = parts.services.enumerated().map { index, service in
            ServiceGroupConfiguration.ServiceConfiguration(
                service: service,
                successTerminationBehavior: index == 0 ? .gracefullyShutdownGroup : .cancelGroup)
        }
        if port > 0 {
            services.append(
                .init(
                    service: HealthServer(
                        host: host, port: port, isLive: parts.isLive, isReady: parts.isReady, metrics: metrics,
                        logger: logger)))
        }
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(9)
        let instance = try settings.text("INSTANCE_ID")
        logger.info(
            "starting",
            metadata: [
                "kafka": "\(kafka.properties["bootstrap.servers"] ?? "")",
                "instance": "\(instance)",
            ])
        try await ServiceGroup(configuration: group).run()
        logger.info("stopped")
    }

    private var help: String {
        let rows = settings.map { setting in
            (setting.name, setting.standard.map { $0.isEmpty ? "(empty)" : $0 } ?? "(required)", setting.help)
        }
        let width = rows.map(\.0.count).max() ?? 0
        let middle = rows.map(\.1.count).max() ?? 0
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        let flags = actions.map { "\($0.flag)  \($0.help)\n\n" }.joined()
        return """
            \(name): \(summary)

            Settings come from the environment, then from the YAML file that CONFIG_FILE names (kafka.bootstrap.servers
            for KAFKA_BOOTSTRAP_SERVERS). Any other KAFKA_… variable sets the librdkafka property of that name; one that
            librdkafka does not know is ignored, and in the file it is a fault, as any other unknown key.

            \(flags)\(rows.map { "  \(padded($0.0, width))  \(padded($0.1, middle))  \($0.2)" }.joined(separator: "\n"))
            """
    }
}
