import Foundation
package import OpenID
package import ServiceKit

extension Setting {
    /// How people sign in, and for how long.
    package static let login = [
        Setting(
            "DESK_ADDRESS", default: "",
            "Where browsers find the desk: https://desk.example.org. Required for openid; the provider sends them back to "
                + "/sign-in/callback below it."),
        Setting(
            "DESK_SIGN_IN", default: "openid",
            "openid, or development: everybody may be anybody, on this machine alone."),
        Setting("SESSION_IDLE_MINUTES", default: "30", "Minutes without a request that end a session, 1 to 480."),
        Setting("SESSION_HOURS", default: "8", "Hours after which a session ends, 1 to 15."),
        Setting("OIDC_ISSUER", default: "", "The OpenID provider's name for itself, to the last character."),
        Setting("OIDC_CLIENT_ID", default: "", "The desk's id at the provider."),
        Setting("OIDC_CLIENT_SECRET", default: "", isSecret: true, "The desk's secret at the provider."),
        Setting(
            "OIDC_CLIENT_AUTHENTICATION", default: "basic",
            "How the secret is sent: basic or post; none: the client has no secret."),
        Setting("OIDC_SCOPES", default: "profile email", "Asked for beside openid, separated by spaces."),
        Setting(
            "OIDC_PERSON_CLAIM", default: "email",
            "email: the directory's e-mail address; sub or preferred_username: the directory's id."),
        Setting(
            "OIDC_ACR_VALUES", default: "",
            "Authentication contexts of which one is demanded, separated by spaces; empty: any."),
        Setting(
            "OIDC_ACR_MAP", default: "",
            "What contexts are worth: context=level, separated by spaces, level 1 to 4; all others are level 1."),
        Setting(
            "OIDC_MAX_AGE_MINUTES", default: "480",
            "Minutes since the provider asked for the person's credentials, 0 to 480 (0: at each sign-in); any: also days, for a "
                + "provider that does not say when (auth_time)."),
    ]
}

/// How people sign in.
package struct LoginSettings: Sendable {
    package enum Method: Sendable {
        case openID(RelyingPartyConfiguration, PersonClaim, AssuranceMap)
        /// Everybody may be anybody: for one machine.
        case development
    }

    package static let callbackPath = "/sign-in/callback"

    package let method: Method
    package let address: DeskAddress
    package let limits: SessionLimits

    /// - Parameters:
    ///   - host: where the desk listens.
    ///   - port: of the same; 0 where it is not known yet.
    /// - Throws: `ConfigurationFault` for what is missing or contradicts itself.
    package init(_ settings: Settings, host: String, port: Int) throws(ConfigurationFault) {
        var limits = SessionLimits()
        limits.idle = TimeInterval(try settings.number("SESSION_IDLE_MINUTES", 1...480)) * 60
        limits.absolute = TimeInterval(try settings.number("SESSION_HOURS", 1...15)) * 3_600
        self.limits = limits
        switch try settings.text("DESK_SIGN_IN") {
        case "development":
            address = try Self.developmentAddress(settings, host: host, port: port)
            method = .development
        case "openid":
            address = try settings.value(
                "DESK_ADDRESS", expected: "https://, a host and nothing after it: people sign in there",
                DeskAddress.init)
            method = try Self.openID(settings, address)
        default: throw ConfigurationFault("DESK_SIGN_IN must be openid or development")
        }
    }

    // MARK: Development

    private static func developmentAddress(
        _ settings: Settings, host: String, port: Int
    ) throws(ConfigurationFault) -> DeskAddress {
        guard DeskAddress.isLoopback(host) else {
            throw ConfigurationFault(
                "DESK_SIGN_IN=development lets everybody be anybody, and DESK_HOST \(host) is not loopback; set it to "
                    + "127.0.0.1, or let people sign in with OpenID (OIDC_ISSUER)")
        }
        guard try settings.text("OIDC_ISSUER").isEmpty else {
            throw ConfigurationFault("DESK_SIGN_IN=development and OIDC_ISSUER contradict each other; set one of them")
        }
        let text = try settings.text("DESK_ADDRESS")
        let own = "http://\(host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host):\(port)"
        guard let address = DeskAddress(text.isEmpty ? own : text), address.isLoopback else {
            throw ConfigurationFault(
                "DESK_SIGN_IN=development lets everybody be anybody, and DESK_ADDRESS \(text) is not loopback; leave it "
                    + "out, or let people sign in with OpenID (OIDC_ISSUER)")
        }
        return address
    }

    // MARK: OpenID

    private static func openID(_ settings: Settings, _ address: DeskAddress) throws(ConfigurationFault) -> Method {
        let claim = try settings.value(
            "OIDC_PERSON_CLAIM", expected: "email, sub or preferred_username", PersonClaim.init)
        let map = try settings.value(
            "OIDC_ACR_MAP", expected: "context=level, separated by spaces, each level 1, 2, 3 or 4", AssuranceMap.init)
        for name in ["OIDC_ISSUER", "OIDC_CLIENT_ID"] where try settings.text(name).isEmpty {
            throw ConfigurationFault(
                "\(name) is not set: people sign in with OpenID, unless DESK_SIGN_IN is development")
        }
        do {
            var configuration = try RelyingPartyConfiguration(
                issuer: settings.text("OIDC_ISSUER"), clientID: settings.text("OIDC_CLIENT_ID"),
                authentication: authentication(settings), redirectAddress: address.origin + callbackPath)
            configuration.scopes = try words(settings, "OIDC_SCOPES")
            configuration.contexts = try words(settings, "OIDC_ACR_VALUES")
            configuration.claims = claim == .subject ? [] : [claim.rawValue]
            configuration.maximumAge = try maximumAge(settings)
            return .openID(configuration, claim, map)
        } catch let fault as OpenIDFault {
            throw ConfigurationFault("OIDC_ISSUER, OIDC_CLIENT_ID or OIDC_CLIENT_SECRET: \(fault)")
        } catch let fault as ConfigurationFault { throw fault } catch { throw ConfigurationFault("\(error)") }
    }

    /// In seconds; nil: any.
    ///
    /// The proof of who acts counts for 24 hours after the authentication, and a session lasts for 15 at most.
    private static func maximumAge(_ settings: Settings) throws(ConfigurationFault) -> Int? {
        let name = "OIDC_MAX_AGE_MINUTES"
        if try settings.text(name) == "any" { return nil }
        return try settings.value(name, expected: "a number from 0 to 480, or any: no age is demanded") { text in
            Int(text).flatMap { (0...480).contains($0) ? $0 * 60 : nil }
        }
    }

    private static func authentication(
        _ settings: Settings
    ) throws(ConfigurationFault) -> RelyingPartyConfiguration.ClientAuthentication {
        let secret = try settings.text("OIDC_CLIENT_SECRET")
        switch (try settings.text("OIDC_CLIENT_AUTHENTICATION"), secret.isEmpty) {
        case ("basic", false): return .basic(secret: secret)
        case ("post", false): return .post(secret: secret)
        case ("none", true): return .none
        case ("none", false):
            throw ConfigurationFault(
                "OIDC_CLIENT_AUTHENTICATION is none, and OIDC_CLIENT_SECRET is set; set it to basic or post")
        case ("basic", true), ("post", true):
            throw ConfigurationFault(
                "OIDC_CLIENT_SECRET is not set; a client without one has OIDC_CLIENT_AUTHENTICATION=none")
        default: throw ConfigurationFault("OIDC_CLIENT_AUTHENTICATION must be basic, post or none")
        }
    }

    private static func words(_ settings: Settings, _ name: String) throws(ConfigurationFault) -> [String] {
        try settings.text(name).split(separator: " ").map(String.init)
    }
}
