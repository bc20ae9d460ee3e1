import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Kafka
import Logging
import NIOCore
import ServiceHost
import ServiceKit
import TestSupport

@testable import desk

/// The desk's pages with the four services behind them, all in memory.
///
///     let tester = try DeskTester()
///     let page = try await tester.get("/work", as: "head-school")
///     #expect(page.html.contains("…"))
struct DeskTester: Sendable {
    let suite: SuiteInMemory
    let desk: DeskServices
    let metrics = PrometheusMetrics()
    /// Method and path of all that is behind the sign-in.
    let routes: [String]
    /// The paths that answer to GET, with names where something is to be filled in.
    var pages: [String] { routes.filter { $0.hasPrefix("GET ") }.map { String($0.dropFirst(4)) } }
    private let application: Application<RouterResponder<DeskContext>>

    /// - Parameters:
    ///   - patience: how long a page waits for an answer. On a busy machine one takes many seconds.
    ///   - send: in place of Kafka; nil: all services read it at once.
    init(
        _ county: CountyDirectory = ExampleCounty.message, now: Date = ExampleCounty.monday,
        patience: Duration = .seconds(60),
        send: (@Sendable (ProducerRecord) throws -> Void)? = nil
    ) throws {
        let suite = try SuiteInMemory(county, now: now)
        let (keys, directory) = (SuiteInMemory.keys, DeskDirectory())
        self.suite = suite
        desk = DeskServices(
            view: suite.view, directory: directory, keys: keys,
            commands: CommandDoor(
                view: suite.view, keys: keys, door: ExampleDoor.desk, send: { try (send ?? suite.send)($0) },
                physical: \.rawValue, patience: patience, now: { suite.now },
                counter: LabelledCounter("desk_commands_total", label: "answer", metrics)),
            renderer: try PageRenderer(
                assets: Assets(), names: { directory.latest.name(of: $0) }, isBehind: { false }),
            log: AccessLog { viewed, reader in
                try suite.view.apply(
                    Event(
                        id: UUID().uuidString, source: "desk", time: suite.now, subject: viewed.caseReference, viewed),
                    topic: .accessLog, key: viewed.caseReference)
            },
            filters: try SavedFilters(), now: { suite.now })
        let server = DeskServer(
            host: "127.0.0.1", port: 0, desk: desk, session: SignedInByHeader(now: { suite.now }),
            logger: Logger(label: "test"))
        let router = server.router
        routes = router.routes.map { "\($0.method.rawValue) \($0.path)" }
        application = Application(router: router)
    }

    /// What a browser would get.
    struct Answer: Sendable {
        var status: HTTPResponse.Status
        var location: String?
        var html: String
        var headers: HTTPFields
    }

    /// - Parameter person: who has signed in; nil: nobody.
    func get(_ path: String, as person: String? = nil, language: Language = .swedish) async throws -> Answer {
        try await ask(path, .get, Self.fields(person, language), nil)
    }

    /// Whether a page is there, without the page: a stream has no end.
    func head(_ path: String, as person: String? = nil) async throws -> Answer {
        try await ask(path, .head, Self.fields(person, .swedish), nil)
    }

    /// - Parameter fields: in the order of the form. A token against forgery is added.
    func post(
        _ path: String, _ fields: KeyValuePairs<String, String>, as person: String? = nil,
        language: Language = .swedish
    ) async throws -> Answer {
        try await post(path, form: fields.map { ($0.key, $0.value) }, as: person, language: language)
    }

    func post(
        _ path: String, _ fields: [(String, String)], as person: String? = nil, language: Language = .swedish
    ) async throws -> Answer {
        try await post(path, form: fields.map { ($0.0, $0.1) }, as: person, language: language)
    }

    func post(
        _ path: String, form fields: [(name: String, value: String)], as person: String? = nil,
        language: Language = .swedish
    ) async throws -> Answer {
        var components = URLComponents()
        components.queryItems = fields.map { URLQueryItem(name: $0.name, value: $0.value) }
        let body = (components.percentEncodedQuery ?? "").replacing("+", with: "%2B")
        var headers = Self.fields(person, language)
        headers[.contentType] = "application/x-www-form-urlencoded"
        return try await ask(path, .post, headers, ByteBuffer(string: body))
    }

    private func ask(
        _ path: String, _ method: HTTPRequest.Method, _ headers: HTTPFields, _ body: ByteBuffer?
    ) async throws -> Answer {
        try await application.test(.router) { client in
            try await client.execute(uri: path, method: method, headers: headers, body: body) { response in
                Answer(
                    status: response.status, location: response.headers[.location],
                    html: String(buffer: response.body), headers: response.headers)
            }
        }
    }

    private static func fields(_ person: String?, _ language: Language) -> HTTPFields {
        var headers = HTTPFields()
        headers[SignedInByHeader.person] = person
        headers[.acceptLanguage] = language.rawValue
        return headers
    }
}

/// In place of sessions, which have tests of their own: a header says who has signed in.
struct SignedInByHeader: RouterMiddleware {
    static let person = HTTPField.Name.from
    /// When they have signed in: just now.
    var now: @Sendable () -> Date = { ExampleCounty.monday }

    func handle(
        _ request: Request, context: DeskContext, next: (Request, DeskContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.language = request.headers[.acceptLanguage] == "en" ? .english : .swedish
        context.csrf = "token"
        if let person = request.headers[Self.person] {
            context.signedIn = SignedIn(
                person: person, county: "TST", assurance: .three, at: now())
        }
        return try await next(request, context)
    }
}
