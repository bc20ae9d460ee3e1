import CloudEvents
import Codec
import ServiceHost
import ServiceKit
import Streams

/// Notices to staff, by e-mail and calendar.
@main enum Notifications {
    static func main() async {
        await ServiceMain(
            .notifications, "tells staff by e-mail and calendar what they must know, without personal data.",
            settings: NoticeWriter.settings + Setting.mail
        ) { settings, configuration, logger in
            let writer = try NoticeWriter(settings)
            let cases = CaseWatch(
                topic: configuration.physical(Topic.cases.rawValue), configuration.kafka, logger)
            let delivery = try Delivery(
                mailer: settings.mailer(), sender: writer.sender, cases: cases, clock: settings.clock(), configuration,
                logger)
            return .init(NotificationsProcessor(writer: writer), performer: delivery, beside: [cases])
        }.run()
    }
}
