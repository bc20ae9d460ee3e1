import Foundation
package import Logging
import Metrics
package import ServiceKit
package import ServiceLifecycle
package import Streams
import UnixSignals

/// Runs one service: a stream, and what stands beside it.
///
///     @main enum Intake {
///         static func main() async {
///             await ServiceMain(…).run()
///         }
///     }
package struct ServiceMain<P: Processor>: Sendable {
    private let host: Host

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
        let acceptLoss = Host.Action(
            flag: "--accept-loss",
            help: """
                Once, while no instance runs: go on with the state that is left of a changelog that was deleted
                               or cut off, from where the group had come. What is lost stays lost.
                """
        ) { try await Self.giveUpWhatIsLost($0.streams(topology)) }
        host = Host(
            topology.application, summary, settings: Setting.common + Setting.stream + settings, actions: [acceptLoss]
        ) { settings, logger in
            let configuration = try settings.streams(topology)
            let parts = try make(settings, configuration, logger)
            let clock = try settings.clock()
            let streams = Streams(
                parts.processor, configuration, performer: parts.performer, logger: logger, ahead: { clock.ahead })
            return .init([streams] + parts.beside, isLive: { streams.isLive }, isReady: { streams.isReady })
        }
    }

    /// As ``Host/run()``.
    package func run() async -> Never { await host.run() }

    /// Accepts the loss of changelog records and keeps the remaining state. No instance may be running.
    private static func giveUpWhatIsLost(_ configuration: StreamsConfiguration) async throws {
        for (task, positions) in try await ChangelogLost.accept(configuration).sorted(by: { $0.key < $1.key }) {
            let places = positions.sorted { $0.key < $1.key }.map { "\($0.key) from \($0.value)" }
            print("task \(task) goes on: \(places.joined(separator: ", "))")
        }
    }
}
