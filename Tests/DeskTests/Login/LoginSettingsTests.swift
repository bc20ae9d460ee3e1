import DeskSignIn
import Foundation
import InMemoryLogging
import Logging
import OpenID
import ServiceKit
import StreamsTestSupport
import TestSupport
import Testing

@testable import desk

@Suite("What is missing or contradicts itself in how people sign in stops the start")
struct LoginSettingsTests {
    private static let openID = [
        "DESK_ADDRESS": "https://desk.example.org", "OIDC_ISSUER": "https://login.example.org",
        "OIDC_CLIENT_ID": "desk",
        "OIDC_CLIENT_SECRET": "secret",
    ]

    private func read(_ environment: [String: String], host: String = "127.0.0.1") throws -> LoginSettings {
        let settings = try Settings(Setting.common + Setting.desk + Setting.login, SettingsSource(environment))
        return try LoginSettings(settings, host: host, port: 8090)
    }

    private func fault(_ environment: [String: String], host: String = "127.0.0.1") -> String {
        do {
            _ = try read(environment, host: host)
            return ""
        } catch { return "\(error)" }
    }

    @Test("OpenID needs an address, an issuer, a client and its secret")
    func openID() throws {
        let settings = try read(Self.openID)
        guard case .openID(let configuration, let claim, _) = settings.method else {
            Issue.record("no OpenID")
            return
        }
        #expect(configuration.redirectAddress == "https://desk.example.org/sign-in/callback")
        #expect(configuration.maximumAge == 480 * 60 && configuration.claims == ["email"] && claim == .email)
        #expect(settings.limits.idle == 1_800 && settings.limits.absolute == 28_800)
        for name in Self.openID.keys {
            #expect(fault(Self.openID.filter { $0.key != name }).contains(name), "\(name)")
        }
    }

    @Test("the age of the authentication is demanded in minutes, or none is, in a word of its own")
    func age() throws {
        for (text, seconds) in [("any", nil), ("0", 0), ("15", 900)] as [(String, Int?)] {
            let settings = try read(Self.openID.merging(["OIDC_MAX_AGE_MINUTES": text]) { $1 })
            guard case .openID(let configuration, _, _) = settings.method else {
                Issue.record("no OpenID")
                return
            }
            #expect(configuration.maximumAge == seconds)
        }
    }

    @Test("the log says plainly at the start what is not demanded, and no secret")
    func told() throws {
        func lines(_ environment: [String: String]) throws -> [InMemoryLogHandler.Entry] {
            let log = InMemoryLogHandler()
            try read(environment).method.tell(Logger(label: "test") { _ in log })
            return log.entries
        }
        let usual = try lines(Self.openID)
        #expect(usual.map(\.level) == [.notice] && usual[0].metadata["max_age_minutes"] == "480")
        let any = try lines(Self.openID.merging(["OIDC_MAX_AGE_MINUTES": "any"]) { $1 })
        #expect(any.map(\.level) == [.notice, .warning] && "\(any[1].message)".contains("OIDC_MAX_AGE_MINUTES=any"))
        #expect(try lines(["DESK_SIGN_IN": "development"]).map(\.level) == [.warning])
        #expect(!"\(usual + any)".contains("OIDC_CLIENT_SECRET") && !"\(usual + any)".contains("\"secret\""))
    }

    @Test(
        "a value that cannot be used is named",
        arguments: [
            ("DESK_ADDRESS", "http://desk.example.org"), ("DESK_ADDRESS", "https://desk.example.org/desk"),
            ("DESK_ADDRESS", "desk.example.org"), ("OIDC_ISSUER", "http://login.example.org"),
            ("OIDC_ISSUER", "https://login.example.org?a=b"), ("OIDC_CLIENT_AUTHENTICATION", "none"),
            ("OIDC_CLIENT_AUTHENTICATION", "jwt"), ("OIDC_PERSON_CLAIM", "name"), ("OIDC_ACR_MAP", "a=9"),
            ("OIDC_MAX_AGE_MINUTES", "480000"), ("OIDC_MAX_AGE_MINUTES", "-1"), ("OIDC_MAX_AGE_MINUTES", "never"),
            ("DESK_SIGN_IN", "password"), ("SESSION_IDLE_MINUTES", "0"),
            ("SESSION_HOURS", "25"),
        ])
    func wrong(name: String, value: String) {
        let text = fault(Self.openID.merging([name: value]) { $1 })
        #expect(text.contains(name) && !text.contains("secret "))
    }

    @Test("the desk does not start where everybody could be anybody from elsewhere, and says so")
    func exitCode() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let desk = try ChildProcess(
            "desk",
            environment: [
                "DESK_SIGN_IN": "development", "DESK_HOST": "0.0.0.0", "DESK_PORT": "0", "STATE_DIRECTORY": folder.path,
                "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
            ])
        try await desk.ended()
        #expect(desk.exitCode == ConfigurationFault.exitCode && desk.text.contains("DESK_HOST 0.0.0.0 is not loopback"))
    }

    @Test("a client without a secret says so")
    func publicClient() throws {
        var environment = Self.openID
        environment["OIDC_CLIENT_SECRET"] = nil
        environment["OIDC_CLIENT_AUTHENTICATION"] = "none"
        _ = try read(environment)
    }

    @Test(
        "signing in without proof is refused unless the desk is on loopback",
        arguments: [
            "0.0.0.0", "::", "192.168.1.10", "desk.example.org", "127.evil.example.org", "128.0.0.1", "",
        ])
    func notLoopback(host: String) {
        #expect(fault(["DESK_SIGN_IN": "development"], host: host).contains("not loopback"))
        if !host.isEmpty, !host.contains(":") {
            let text = fault(["DESK_SIGN_IN": "development", "DESK_ADDRESS": "https://\(host)"])
            #expect(text.contains("not loopback"))
        }
    }

    @Test(
        "signing in without proof works on loopback, and not beside a provider",
        arguments: [
            ("127.0.0.1", "http://127.0.0.1:8090"), ("127.8.9.1", "http://127.8.9.1:8090"),
            ("localhost", "http://localhost:8090"), ("::1", "http://[::1]:8090"),
        ])
    func loopback(host: String, origin: String) throws {
        let settings = try read(["DESK_SIGN_IN": "development"], host: host)
        #expect(settings.address.origin == origin)
        let text = fault(["DESK_SIGN_IN": "development", "OIDC_ISSUER": "https://login.example.org"], host: host)
        #expect(text.contains("contradict"))
    }
}
