import AsyncHTTPClient
import CryptoExtras
import Foundation
import GRDB
import JWTKit
import NIOCore
import NIOHTTP1
import OpenID
import StreamsTestSupport

/// The OpenID provider of the distribution, on a port and with a database of its own.
package final class Glewlwyd: Sendable {
    private let address: String
    private let folder: TemporaryFolder
    private let process: Process
    private let http: HTTPClient

    private static let schema = "/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"

    /// Nil, with a reason that prints, where it is not installed or does not start.
    package static func start() async throws -> Glewlwyd? {
        let files = FileManager.default
        guard files.isExecutableFile(atPath: "/usr/bin/glewlwyd"), files.isReadableFile(atPath: schema) else {
            print("skipped: Glewlwyd is not installed here (apt-get install glewlwyd)")
            return nil
        }
        for _ in 0..<5 {
            let glewlwyd = try Glewlwyd(port: try freePort())
            // A port that another program took in the meantime ends it, and the next one is tried.
            do {
                try await eventually("Glewlwyd", within: .seconds(10)) {
                    let isHere = (try? await glewlwyd.ask(.GET, "/api/", expected: nil)) != nil
                    return isHere || !glewlwyd.process.isRunning
                }
                if glewlwyd.process.isRunning { return glewlwyd }
            } catch is NotInTime {}
            await glewlwyd.close()
        }
        print("skipped: Glewlwyd does not start here")
        return nil
    }

    private init(port: Int) throws {
        (address, folder) = ("http://127.0.0.1:\(port)", TemporaryFolder())
        let database = try DatabaseQueue(path: folder.path + "/glewlwyd.sqlite")
        try database.write { db in
            try db.execute(sql: String(contentsOfFile: Self.schema, encoding: .utf8))
        }
        try database.close()
        let file = folder.path + "/glewlwyd.conf"
        try Data(Self.configuration(port, address, folder.path).utf8).write(to: URL(filePath: file))
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/glewlwyd")
        process.arguments = ["--config-file=\(file)"]
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try process.start()
        http = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))
    }

    private static func configuration(_ port: Int, _ address: String, _ folder: String) -> String {
        """
        port = \(port)
        bind_address = "127.0.0.1"
        external_url = "\(address)"
        login_url = "login.html"
        api_prefix = "api"
        log_mode = "console"
        log_level = "NONE"
        cookie_secure = 0
        session_expiration = 3600
        session_key = "session"
        admin_scope = "g_admin"
        profile_scope = "g_profile"
        user_module_path = "/usr/lib/glewlwyd/user"
        client_module_path = "/usr/lib/glewlwyd/client"
        user_auth_scheme_module_path = "/usr/lib/glewlwyd/scheme"
        plugin_module_path = "/usr/lib/glewlwyd/plugin"
        hash_algorithm = "SHA512"
        database = { type = "sqlite3"; path = "\(folder)/glewlwyd.sqlite"; };
        """
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        folder.remove()
    }

    package func close() async { try? await http.shutdown() }

    package var issuer: String { address + "/api/oidc" }

    // MARK: As its administrator

    /// People by name, each with an e-mail address, and one client.
    package func setUp(
        people: [String: String] = ["teacher": "teacher@example.org"], secret: String, redirect: String
    ) async throws {
        let cookies = try await signIn("admin", "password")
        let key = TestKeys.rsa
        let plugin: [String: JWTHeaderField] = [
            "iss": .string(issuer), "jwt-type": "rsa", "jwt-key-size": "256", "key": .string(key.pemRepresentation),
            "cert": .string(key.publicKey.pemRepresentation), "access-token-duration": 3_600,
            "refresh-token-duration": 3_600, "code-duration": 600, "refresh-token-rolling": false,
            "allow-non-oidc": false, "auth-type-code-enabled": true, "auth-type-code-revoke-replayed": true,
            "auth-type-token-enabled": false, "auth-type-id-token-enabled": true, "auth-type-none-enabled": false,
            "auth-type-password-enabled": false, "auth-type-client-enabled": false,
            "auth-type-device-enabled": false, "auth-type-refresh-enabled": false, "scope": [],
            "additional-parameters": [], "claims": [], "name-claim": "on-demand", "email-claim": "mandatory",
            "allowed-scope": ["openid"], "subject-type": "public", "pkce-allowed": true,
            "pkce-method-plain-allowed": false, "pkce-required": true, "session-management-allowed": false,
            "request-parameter-allow": false,
        ]
        let users = people.map { name, email -> [String: JWTHeaderField] in
            [
                "username": .string(name), "email": .string(email), "password": .string(Self.password),
                "scope": ["openid"], "enabled": true,
            ]
        }
        let client: [String: JWTHeaderField] = [
            "client_id": "desk", "confidential": true, "enabled": true, "password": .string(secret),
            "client_secret": .string(secret), "scope": ["openid"], "redirect_uri": [.string(redirect)],
            "authorization_type": ["code"], "token_endpoint_auth_method": ["client_secret_basic"],
        ]
        let requests: [(String, [String: JWTHeaderField])] =
            [("/api/mod/plugin/", ["module": "oidc", "name": "oidc", "parameters": .object(plugin)])]
            + users.map { ("/api/user/", $0) } + [("/api/client/", client)]
        for (path, body) in requests { _ = try await ask(.POST, path, cookies: cookies, body) }
    }

    /// Of everybody whom ``setUp(people:secret:redirect:)`` makes.
    package static let password = "correct horse"

    // MARK: As a browser

    /// Signs in with the name and the password, allows the client what it asks for, and gives the query with which the provider
    /// sends the browser back.
    ///
    /// - Throws: ``Unexpected`` for any other answer on the way.
    package func approve(_ address: String, as person: String = "teacher") async throws -> String {
        let path = String(address.dropFirst(self.address.count))
        let page = try await ask(.GET, path, expected: .found)
        guard page.headers.first(name: "location")?.contains("/login.html?") == true else {
            throw Unexpected(description: "no page to sign in on follows \(path)")
        }
        let cookies = try await signIn(person, Self.password)
        _ = try await ask(.PUT, "/api/auth/grant/desk/", cookies: cookies, ["scope": "openid"])
        let answer = try await ask(.GET, path + "&g_continue", cookies: cookies, expected: .found)
        let parts = (answer.headers.first(name: "location") ?? "").split(separator: "?", maxSplits: 1)
        guard parts.count == 2, parts[0] == FakeProvider.redirect else {
            throw Unexpected(description: "the way back leads to \(parts.first ?? "nowhere")")
        }
        return String(parts[1])
    }

    package struct Unexpected: Error, CustomStringConvertible {
        package let description: String
    }

    /// The cookies of whoever has signed in.
    private func signIn(_ name: String, _ password: String) async throws -> String {
        let answer = try await ask(
            .POST, "/api/auth/", ["username": .string(name), "password": .string(password)])
        return answer.headers["set-cookie"].map { String($0.prefix { $0 != ";" }) }.joined(separator: "; ")
    }

    private func ask(
        _ method: HTTPMethod, _ path: String, cookies: String = "", _ body: [String: JWTHeaderField]? = nil,
        expected: HTTPResponseStatus? = .ok
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: address + path)
        request.method = method
        if !cookies.isEmpty { request.headers.add(name: "cookie", value: cookies) }
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(try JSONEncoder().encode(body))
        }
        let answer = try await http.execute(request, timeout: .seconds(20))
        if answer.status == expected ?? answer.status { return answer }
        let words = try await answer.body.collect(upTo: 10_000)
        throw Unexpected(
            description: "\(method) \(path) is answered by \(answer.status.code): \(String(buffer: words))")
    }
}
