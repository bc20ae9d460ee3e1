import Logging
import ServiceHost
import ServiceKit
import Synchronization

/// Upptäcka: every report is registered with its named person, or refused with reasons.
@main enum Intake {
    static func main() async {
        await ServiceMain(
            .intake, "registers reported concerns with the child's named person, or refuses them with reasons.",
            settings: [.keySecret, .previousKeySecret] + Door.settings
        ) { settings, configuration, logger in
            let unsigned = UnsignedWarning(logger)
            return .init(
                IntakeProcessor(secrets: try settings.keySecrets(), onUnsigned: { unsigned.warn() }),
                beside: try Door.services(settings, configuration, logger))
        }.run()
    }
}

/// Says once that reports are taken whose source nobody has proven.
private final class UnsignedWarning: Sendable {
    private let logger: Logger
    private let wasSaid = Mutex(false)

    init(_ logger: Logger) { self.logger = logger }

    func warn() {
        let isFirst = wasSaid.withLock { wasSaid in
            defer { wasSaid = true }
            return !wasSaid
        }
        guard isFirst else { return }
        logger.warning(
            "reports are taken from sources that have no key; settings.unsigned_reports: false in the directory ends that"
        )
    }
}
