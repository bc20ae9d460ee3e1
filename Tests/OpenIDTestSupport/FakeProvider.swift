import Foundation
import Hummingbird
import HummingbirdCore
package import JWTKit
import Logging
import NIOCore
package import OpenID
import Synchronization

/// An OpenID provider on a free port of loopback, which is right in everything unless it is told otherwise.
package final class FakeProvider: Sendable {
    /// What it does otherwise.
    package struct Behaviour: Sendable {
        package var signature = TokenSignature.es256(TestKeys.p256)
        /// Of the token's header; nil: it names none.
        package var keyID: String? = "es256"
        /// Instead of those that are right; null: left out.
        package var claims: [String: JWTHeaderField] = [:]
        package var discovery: [String: JWTHeaderField] = [:]
        /// Instead of the whole ID token; empty: none.
        package var idToken: String?
        package var keys = TestKeys.published
        package var userInfo: [String: JWTHeaderField] = [:]
        /// Answers with more and more.
        package var endless: OpenIDFault.Endpoint?
        /// Answers with the first byte, and never with the last.
        package var slow: OpenIDFault.Endpoint?
        package var statuses: [OpenIDFault.Endpoint: Int] = [:]
    }

    private struct State {
        var port = 0
        var behaviour = Behaviour()
        /// What was asked for, by code.
        var granted: [String: [String: String]] = [:]
        var requests: [OpenIDFault.Endpoint: Int] = [:]
        var tokenRequests: [(authorization: String?, fields: [String: String])] = []
    }

    package static let clientID = "the desk"
    package static let secret = "s+e/c:r&e t"
    package static let redirect = "https://desk.example.org/sign-in/callback"

    private let state = Mutex(State())

    package var issuer: String { "http://127.0.0.1:\(state.withLock(\.port))/op" }

    /// From now on.
    package func change(_ change: @Sendable (inout Behaviour) -> Void) { state.withLock { change(&$0.behaviour) } }

    package func requests(_ endpoint: OpenIDFault.Endpoint) -> Int { state.withLock { $0.requests[endpoint] ?? 0 } }

    package var lastTokenRequest: (authorization: String?, fields: [String: String])? {
        state.withLock { $0.tokenRequests.last }
    }

    /// What a browser and a person do at the address: they come back with this query.
    package func approve(_ address: String) -> String {
        let fields = FormText.decode(String(address.split(separator: "?").last ?? "")) ?? [:]
        let code = "code \(UUID().uuidString)"
        state.withLock { $0.granted[code] = fields }
        return FormText.encode([("code", code), ("state", fields["state"] ?? ""), ("iss", issuer)])
    }

    // MARK: What it serves

    func routes() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("op/.well-known/openid-configuration") { _, _ in
            self.answer(.discovery) { self.discovery($0) }
        }
        router.get("op/keys") { _, _ in self.answer(.keys) { ["keys": .array($0.keys)] } }
        router.get("op/userinfo") { request, _ in
            guard request.headers[.authorization] == "Bearer access" else { return Response(status: .unauthorized) }
            return self.answer(.userInfo) { ["sub": "person-1"].merging($0.userInfo) { $1 } }
        }
        router.post("op/token") { request, _ in
            let body = try await request.body.collect(upTo: 10_000)
            let fields = FormText.decode(String(buffer: body)) ?? [:]
            self.state.withLock { $0.tokenRequests.append((request.headers[.authorization], fields)) }
            return self.answer(.token) { self.tokens($0, fields) }
        }
        return router
    }

    private func answer(
        _ endpoint: OpenIDFault.Endpoint, _ make: (Behaviour) -> [String: JWTHeaderField]
    ) -> Response {
        let behaviour = state.withLock { state in
            state.requests[endpoint, default: 0] += 1
            return state.behaviour
        }
        let isRefusal = endpoint == .token && behaviour.statuses[.token] == nil
        let json = make(behaviour)
        let status = behaviour.statuses[endpoint] ?? (isRefusal && json["error"] != nil ? 400 : 200)
        let body: ResponseBody
        if behaviour.endless == endpoint {
            body = .init { writer in
                while true { try await writer.write(ByteBuffer(repeating: UInt8(ascii: " "), count: 10_000)) }
            }
        } else if behaviour.slow == endpoint {
            body = .init { writer in
                try await writer.write(ByteBuffer(string: "{"))
                for await _ in AsyncStream<Void>.makeStream().stream {}
                try await writer.finish(nil)
            }
        } else {
            body = .init(byteBuffer: ByteBuffer(bytes: (try? JSONEncoder().encode(json)) ?? Data()))
        }
        return Response(status: .init(code: status), headers: [.contentType: "application/json"], body: body)
    }

    private func discovery(_ behaviour: Behaviour) -> [String: JWTHeaderField] {
        let document: [String: JWTHeaderField] = [
            "issuer": .string(issuer), "authorization_endpoint": .string(issuer + "/authorize?tenant=1"),
            "token_endpoint": .string(issuer + "/token"), "jwks_uri": .string(issuer + "/keys"),
            "userinfo_endpoint": .string(issuer + "/userinfo"), "end_session_endpoint": .string(issuer + "/end"),
            "code_challenge_methods_supported": ["plain", "S256"],
            "authorization_response_iss_parameter_supported": true,
        ]
        return document.merging(behaviour.discovery) { $1 }.filter { !$0.value.isNull }
    }

    /// RFC 6749 §4.1.3 and RFC 7636 §4.6: a code counts once, for who can prove that they asked for it.
    private func tokens(_ behaviour: Behaviour, _ fields: [String: String]) -> [String: JWTHeaderField] {
        let granted = state.withLock { $0.granted.removeValue(forKey: fields["code"] ?? "") }
        guard let granted, fields["grant_type"] == "authorization_code",
            fields["redirect_uri"] == granted["redirect_uri"],
            TestKeys.hash(fields["code_verifier"] ?? "") == granted["code_challenge"]
        else { return ["error": "invalid_grant"] }
        var answer: [String: JWTHeaderField] = ["access_token": "access", "token_type": "Bearer"]
        let token = behaviour.idToken ?? (try? idToken(behaviour, nonce: granted["nonce"] ?? "")) ?? ""
        if !token.isEmpty { answer["id_token"] = .string(token) }
        return answer
    }

    private func idToken(_ behaviour: Behaviour, nonce: String) throws -> String {
        let now = Int(Date().timeIntervalSince1970)
        let claims: [String: JWTHeaderField] = [
            "iss": .string(issuer), "sub": "person-1", "aud": .string(Self.clientID), "exp": .int(now + 300),
            "iat": .int(now), "nonce": .string(nonce), "email": "maja@example.org", "email_verified": true,
            "auth_time": .int(now - 20), "acr": "loa3",
        ]
        return try behaviour.signature.sign(
            claims.merging(behaviour.claims) { $1 }.filter { !$0.value.isNull }, keyID: behaviour.keyID)
    }

    private init() {}

    /// Runs a provider while `body` does.
    package static func run(_ body: @escaping @Sendable (FakeProvider) async throws -> Void) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let provider = FakeProvider()
        var quiet = Logger(label: "fake provider")
        quiet.logLevel = .critical
        let application = Application(
            router: provider.routes(), configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) }, logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask {
                for await port in ports {
                    provider.state.withLock { $0.port = port }
                    return try await body(provider)
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }
}
