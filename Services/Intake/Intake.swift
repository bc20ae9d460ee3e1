import ServiceHost
import ServiceKit

/// Upptäcka: every report is registered with its named person, or refused with reasons.
@main enum Intake {
    static func main() async {
        await ServiceMain(
            .intake, "registers reported concerns with the child's named person, or refuses them with reasons.",
            settings: [.keySecret] + Door.settings
        ) { settings, configuration, logger in
            .init(
                IntakeProcessor(secret: try settings.keySecret()),
                beside: try Door.services(settings, configuration, logger))
        }.run()
    }
}
