import Hummingbird
import HummingbirdCore
import Logging
import ServiceLifecycle

/// The pages over HTTP. TLS ends in front of them.
struct DeskServer<Session: RouterMiddleware>: Service where Session.Context == DeskContext {
    let host: String
    let port: Int
    let desk: DeskServices
    /// Signing in and out; nil where something else says who has.
    var login: Login?
    /// Finds who has signed in.
    let session: Session
    /// Seconds in which a request must have come, and after which a connection that is not used is closed.
    var patience: Int64 = 60
    /// How often an open stream asks whether its reader may still follow it.
    var heartbeat: Duration = .seconds(15)
    var onListening: @Sendable (Int) async -> Void = { _ in }
    let logger: Logger

    func run() async throws {
        var quiet = logger
        quiet.logLevel = .error
        let application = Application(
            router: router,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [SlowRequests(patience: .seconds(patience))],
                    idleTimeout: .seconds(patience))),
            configuration: .init(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(1_024)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? port
                logger.info("the desk is open", metadata: ["port": "\(port)"])
                await onListening(port)
            }, logger: quiet)
        try await application.run()
    }

    /// All routes. Assets and sign-in are open to everybody; the rest is for who has signed in.
    var router: Router<DeskContext> {
        let router = Router(context: DeskContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: PageMetrics())
        router.add(middleware: SafeHeaders())
        router.add(middleware: ChosenLanguage())
        router.add(middleware: PlainPages(renderer: desk.renderer))
        desk.renderer.assets.add(to: router)
        login?.addOpenPages(to: router)
        router.add(middleware: session)
        login?.addPages(to: router)
        router.add(middleware: ClosedCases(renderer: desk.renderer))
        WorkPages(desk: desk).add(to: router)
        NumberPages(desk: desk).add(to: router)
        FormPages(desk: desk).add(to: router)
        ConcernPages(desk: desk).add(to: router)
        ConsultationPages(desk: desk).add(to: router)
        CasePages(desk: desk).add(to: router)
        NoticePages(desk: desk).add(to: router)
        ReaderPages(desk: desk).add(to: router)
        EmergencyPages(desk: desk).add(to: router)
        LiveChanges(desk: desk, heartbeat: heartbeat).add(to: router)
        return router
    }
}
