import Codec
import Domain
import Logging
import ServiceKit

extension Login {
    /// - Throws: `ConfigurationFault`; what keeps the sessions' file from being opened.
    init(_ settings: Settings, _ own: LoginSettings, _ desk: DeskServices, _ logger: Logger) throws {
        self.init(
            method: Method(own.method), address: own.address,
            sessions: try SessionStore(
                folder: try settings.folder("STATE_DIRECTORY") + "/sessions", limits: own.limits, now: desk.now),
            county: desk.commands.door.door.split(separator: "/").first.map(String.init) ?? "",
            directory: { try await desk.read { _, directory in directory } }, renderer: desk.renderer, now: desk.now,
            logger: logger)
    }
}
