import DeskSignIn
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Metrics
import NIOCore
import OpenIDTestSupport
import ServiceHost
import Synchronization
import TestSupport

@testable import desk

/// The pages of signing in and out, and one page behind them, with a clock and a directory that the test moves.
final class LoginTester: Sendable {
    /// Whole seconds, so that a limit is met to the second.
    let clock = TestClock(Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded()))
    let login: Login
    private let county = Mutex(ExampleCounty.county)
    private let application: Application<RouterResponder<DeskContext>>

    static let address = "https://desk.example.org"

    /// - Parameters:
    ///   - folder: for the sessions.
    ///   - desk: whose pages are behind the sign-in, in place of one page that says who has signed in.
    init(
        _ folder: TemporaryFolder, method: Login.Method = .development, limits: SessionLimits = .init(),
        desk: DeskServices? = nil, metrics: any MetricsFactory = PrometheusMetrics()
    ) throws {
        var quiet = Logger(label: "test")
        quiet.logLevel = .critical
        let (clock, address) = (clock, DeskAddress(Self.address))
        let directory = DirectoryBox()
        let renderer =
            try desk?.renderer ?? PageRenderer(assets: Assets(), names: { _ in nil }, isBehind: { false })
        guard let address else { throw HTTPError(.internalServerError) }
        login = Login(
            method: method, address: address,
            sessions: try SessionStore(folder: folder.path, limits: limits, now: { clock.now }), county: "TST",
            directory: { directory.value }, renderer: renderer, now: { clock.now },
            counter: LabelledCounter("desk_sign_ins_total", label: "result", metrics), logger: quiet)
        self.directory = directory
        if let desk {
            let server = DeskServer(
                host: "127.0.0.1", port: 0, desk: desk, login: login, session: SessionGate(login: login), logger: quiet)
            application = Application(router: server.router)
            return
        }
        let router = Router(context: DeskContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: SafeHeaders())
        router.add(middleware: ChosenLanguage())
        router.add(middleware: PlainPages(renderer: renderer))
        login.addOpenPages(to: router)
        router.add(middleware: SessionGate(login: login))
        login.addPages(to: router)
        router.get("who") { _, context in
            "\(try context.person().person) \(context.csrf) \(context.language.rawValue)"
        }
        router.get("fails") { _, _ -> String in throw HTTPError(.notFound) }
        router.post("who") { request, context in "wrote \(try await Form(request, context)["words"])" }
        application = Application(router: router)
    }

    final class DirectoryBox: Sendable {
        private let directory = Mutex(ExampleCounty.directory)
        var value: Directory { directory.withLock { $0 } }
        func change(_ change: @Sendable (inout County) -> Void) {
            directory.withLock { directory in
                directory.counties["TST"].map { county in
                    var county = county
                    change(&county)
                    directory.counties["TST"] = county
                }
            }
        }
    }

    let directory: DirectoryBox

    struct Answer: Sendable {
        let status: Int
        let location: String?
        let text: String
        let headers: HTTPFields

        /// What the answer sets a cookie to; empty: it is removed.
        func cookie(_ name: String) -> String? {
            let set = headers[values: .setCookie].last { $0.hasPrefix(name + "=") }
            return set.map { String($0.dropFirst(name.count + 1).prefix { $0 != ";" }) }
        }

        var token: String? { cookie("__Host-desk") }
        /// What the test's page shows.
        var person: String { text.split(separator: " ").first.map(String.init) ?? "" }
        var formToken: String {
            let words = text.split(separator: " ")
            return words.count > 1 ? String(words[1]) : ""
        }
    }

    /// As a browser: with its cookies, and from the same site where it is a form.
    ///
    /// - Parameter raw: a body in place of a form.
    func ask(
        _ path: String, _ method: HTTPRequest.Method = .get, cookies: [String: String] = [:],
        form: [String: String]? = nil, raw: String? = nil, headers: [String: String]? = nil
    ) async throws -> Answer {
        var fields = HTTPFields()
        if !cookies.isEmpty {
            fields[.cookie] = cookies.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
        }
        let standard = method == .get || method == .head ? [:] : ["Origin": Self.address]
        for (name, value) in headers ?? standard { fields[HTTPField.Name(name) ?? .origin] = value }
        var body: ByteBuffer?
        if let form {
            var components = URLComponents()
            components.queryItems = form.map { URLQueryItem(name: $0.key, value: $0.value) }
            if fields[.contentType] == nil { fields[.contentType] = "application/x-www-form-urlencoded" }
            body = ByteBuffer(string: (components.percentEncodedQuery ?? "").replacing("+", with: "%2B"))
        }
        if let raw {
            fields[.contentType] = "application/x-www-form-urlencoded"
            body = ByteBuffer(string: raw)
        }
        let (sent, content) = (fields, body)
        return try await application.test(.router) { client in
            try await client.execute(uri: path, method: method, headers: sent, body: content) { response in
                Answer(
                    status: response.status.code, location: response.headers[.location],
                    text: String(buffer: response.body), headers: response.headers)
            }
        }
    }

    /// The page behind the gate, with a session's token.
    func who(_ token: String?) async throws -> Answer {
        try await ask("/who", cookies: token.map { ["__Host-desk": $0] } ?? [:])
    }

    /// Signs in by the page for development.
    func signIn(_ person: String = "teacher") async throws -> String {
        let answer = try await ask("/sign-in", .post, form: ["person": person, "to": "/who"])
        guard answer.status == 303, let token = answer.token else { throw HTTPError(.unauthorized) }
        return token
    }
}
