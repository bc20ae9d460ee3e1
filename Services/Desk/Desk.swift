import DeskSignIn
import ServiceHost
import ServiceKit
import Views

/// The pages for staff: what has happened in a case, what happens, and what comes next; and what they do about it.
@main enum Desk {
    static func main() async {
        await Host(
            "desk", "shows staff their cases, and passes on what they do as signed commands.",
            settings: Setting.common + Setting.desk + Setting.login
        ) { settings, logger in
            let (host, port) = (try settings.text("DESK_HOST"), try settings.number("DESK_PORT", 0...65_535))
            let signIn = try LoginSettings(settings, host: host, port: port)
            let (kafka, prefix) = (try settings.kafka().properties, try settings.text("TOPIC_PREFIX"))
            var configuration = ViewConfiguration(
                folder: try settings.folder("STATE_DIRECTORY") + "/views", kafka: kafka)
            configuration.prefix = prefix
            let view = ViewFollower(DeskView(), configuration, logger: logger)
            let desk = try DeskServices(settings, view: view, kafka, prefix: prefix)
            let login = try Login(settings, signIn, desk, logger)
            let server = DeskServer(
                host: host, port: port, desk: desk, login: login, session: SessionGate(login: login), logger: logger)
            return .init([server, view, login], isReady: { view.isCaughtUp })
        }.run()
    }
}
