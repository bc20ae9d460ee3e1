import Codec
import DeskSignIn
import Domain
import Logging
import OpenID
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
        own.method.tell(logger)
    }
}

extension LoginSettings.Method {
    /// Writes to the log how people sign in, and plainly what is not demanded of them.
    func tell(_ logger: Logger) {
        switch self {
        case .openID(let configuration, let claim, _):
            let age = configuration.maximumAge.map { "\($0 / 60)" }
            logger.notice(
                "people sign in with OpenID",
                metadata: [
                    "issuer": "\(configuration.issuer)", "claim": "\(claim.rawValue)",
                    "acr": "\(configuration.contexts.isEmpty ? "any" : configuration.contexts.joined(separator: " "))",
                    "max_age_minutes": "\(age ?? "any")",
                ])
            if age == nil {
                logger.warning(
                    "no age of the authentication is demanded (OIDC_MAX_AGE_MINUTES=any): whoever is signed in at the provider, for whatever time, is signed in here"
                )
            }
        case .development: logger.warning("everybody may be anybody (DESK_SIGN_IN=development)")
        }
    }
}
