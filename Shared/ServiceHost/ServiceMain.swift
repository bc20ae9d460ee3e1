import Foundation
package import Logging
import Metrics
package import ServiceKit
package import ServiceLifecycle
package import Streams
import UnixSignals

/// Runs one service: reads settings, starts logs, metrics, health and the stream, and shuts down gracefully.
///
///     @main enum Intake {
///         static func main() async {
///             await ServiceMain(…).run()
///         }
///     }
package struct ServiceMain<P: Processor>: Sendable {
    private let topology: Topology
    private let summary: String
    private let settings: [Setting]
    private let make: @Sendable (Settings, StreamsConfiguration, Logger) throws -> Parts

    /// The parts of one service.
    package struct Parts {
        let processor: P
        let performer: (any WishPerformer)?
        let beside: [any Service]

        /// - Parameters:
        ///   - performer: performs the processor's wishes; nil if it has none.
        ///   - beside: services that run beside the stream and end with it, such as an HTTP server.
        package init(_ processor: P, performer: (any WishPerformer)? = nil, beside: [any Service] = []) {
            (self.processor, self.performer, self.beside) = (processor, performer, beside)
        }
    }

    /// - Parameters:
    ///   - summary: one sentence for `--help`.
    ///   - settings: the settings of this service besides the common ones.
    ///   - make: makes the service's parts from its settings.
    package init(
        _ topology: Topology, _ summary: String, settings: [Setting] = [],
        make: @escaping @Sendable (Settings, StreamsConfiguration, Logger) throws -> Parts
    ) {
        (self.topology, self.summary) = (topology, summary)
        (self.settings, self.make) = (Setting.common + settings, make)
    }

    private var name: String { topology.application }

    /// Runs until SIGTERM or SIGINT, then exits with 0. A fault of the configuration exits with 78, any other with 1.
    package func run() async -> Never {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.contains("--help") || arguments.contains("-h") {
            print(help)
            exit(0)
        }
        if arguments.contains("--version") {
            print("\(name) \(Version.text)")
            exit(0)
        }
        do {
            guard arguments.isEmpty || Array(arguments) == [Self.acceptLoss] else {
                throw ConfigurationFault(
                    "\(name) takes no arguments but --help, --version and \(Self.acceptLoss); settings come from the "
                        + "environment")
            }
            try await arguments.isEmpty ? start() : giveUpWhatIsLost()
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

    private static var acceptLoss: String { "--accept-loss" }

    /// Accepts the loss of changelog records and keeps the remaining state. No instance may be running.
    private func giveUpWhatIsLost() async throws {
        let configuration = try Settings(settings, SettingsSource()).streams(topology)
        for (task, positions) in try await ChangelogLost.accept(configuration).sorted(by: { $0.key < $1.key }) {
            let places = positions.sorted { $0.key < $1.key }.map { "\($0.key) from \($0.value)" }
            print("task \(task) goes on: \(places.joined(separator: ", "))")
        }
    }

    private func start() async throws {
        let settings = try Settings(settings, SettingsSource())
        let format = try settings.value("LOG_FORMAT", expected: "plain or json", { Logs.Format(rawValue: $0) })
        let level = try settings.value("LOG_LEVEL", expected: "a log level", { Logger.Level(rawValue: $0) })
        Logs.start(format, level: level)
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        let logger = Logger(label: name)

        let configuration = try settings.streams(topology)
        let ignored = try settings.kafka().ignored
        if !ignored.isEmpty {
            logger.notice(
                "variables that are no property of librdkafka are ignored",
                metadata: ["names": "\(ignored.joined(separator: " "))"])
        }
        let port = try settings.number("HTTP_PORT", 0...65_535)
        let host = try settings.text("HTTP_HOST")
        let parts = try make(settings, configuration, logger)
        let streams = Streams(parts.processor, configuration, performer: parts.performer, logger: logger)

        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: streams, successTerminationBehavior: .gracefullyShutdownGroup)
        ]
        services += parts.beside.map { .init(service: $0) }
        if port > 0 {
            services.append(
                .init(
                    service: HealthServer(
                        host: host, port: port, isLive: { streams.isLive }, isReady: { streams.isReady },
                        metrics: metrics, logger: logger)))
        }
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(9)
        logger.info(
            "starting",
            metadata: [
                "kafka": "\(configuration.kafka["bootstrap.servers"] ?? "")", "instance": "\(configuration.instance)",
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
        return """
            \(name): \(summary)

            Settings come from the environment, then from the YAML file that CONFIG_FILE names (kafka.bootstrap.servers
            for KAFKA_BOOTSTRAP_SERVERS). Any other KAFKA_… variable sets the librdkafka property of that name; one that
            librdkafka does not know is ignored, and in the file it is a fault, as any other unknown key.

            --accept-loss  Once, while no instance runs: go on with the state that is left of a changelog that was deleted
                           or cut off, from where the group had come. What is lost stays lost.

            \(rows.map { "  \(padded($0.0, width))  \(padded($0.1, middle))  \($0.2)" }.joined(separator: "\n"))
            """
    }
}
