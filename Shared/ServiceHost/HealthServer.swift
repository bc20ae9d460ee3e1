import Hummingbird
import Logging
import ServiceLifecycle

/// `/live`, `/ready` and `/metrics` over HTTP, for the container's monitoring.
struct HealthServer: Service {
    let host: String
    let port: Int
    let isLive: @Sendable () -> Bool
    let isReady: @Sendable () -> Bool
    let metrics: PrometheusMetrics
    let logger: Logger

    func run() async throws {
        let router = Router()
        router.get("live") { _, _ in Self.answer(isLive(), "live") }
        router.get("ready") { _, _ in Self.answer(isReady(), "ready") }
        router.get("metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: metrics.text)))
        }
        var quiet = logger
        quiet.logLevel = .warning
        let application = Application(
            router: router, configuration: .init(address: .hostname(host, port: port)), logger: quiet)
        try await application.run()
    }

    private static func answer(_ isSo: Bool, _ word: String) -> Response {
        Response(
            status: isSo ? .ok : .serviceUnavailable, headers: [.contentType: "text/plain"],
            body: .init(byteBuffer: ByteBuffer(string: isSo ? "\(word)\n" : "not \(word)\n")))
    }
}
