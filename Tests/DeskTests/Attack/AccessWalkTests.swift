import CloudEvents
import Codec
import DeskCore
import Domain
import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import TestSupport
import Testing

@testable import desk

@Suite("Every page, as every role, with every consent, protected or not: nobody sees more than Docs/access.md says")
struct AccessWalkTests {
    /// What a route asks of whoever opens it.
    private enum Need {
        /// To be somebody in the directory.
        case nothing
        /// To have sent the report oneself.
        case ownReport
        case reading(Reading.Extent)
        case logOfCase, logOfCounty, numbers
        /// The page tells nothing of the case, whether there is one or not.
        case emergency
        /// What is read without being shown is not logged: that something has changed.
        case changes
    }

    /// All that is behind the sign-in. A route that is not here fails the first test.
    private static let needs: [String: Need] = [
        "GET /": .nothing, "GET /work": .nothing, "POST /work/find": .nothing, "GET /work/find": .nothing,
        "POST /work/filters": .nothing, "GET /work/filters": .nothing, "POST /work/filters/remove": .nothing,
        "GET /concern/new": .nothing, "POST /concern/new": .nothing, "GET /concern/sent/{form}": .ownReport,
        "GET /consultation/new": .nothing, "POST /consultation/new": .nothing,
        "GET /consultation/sent/{form}": .ownReport, "GET /case-passed-on": .nothing,
        "GET /case/{reference}": .reading(.status), "GET /case/{reference}/print": .reading(.status),
        "GET /case/{reference}/people": .reading(.status), "GET /case/{reference}/consents": .reading(.status),
        "GET /case/{reference}/mapping": .reading(.course), "GET /case/{reference}/outcome": .reading(.course),
        "GET /case/{reference}/notices": .reading(.course), "POST /case/{reference}/notices": .reading(.course),
        "GET /case/{reference}/known/{list}": .reading(.whole), "GET /case/{reference}/meetings": .reading(.plan),
        "GET /case/{reference}/coordinator": .reading(.plan),
        "GET /case/{reference}/readers": .logOfCase,
        "GET /case/{reference}/changes": .changes, "GET /case/{reference}/emergency": .emergency,
        "POST /case/{reference}/emergency": .emergency, "POST /case/{reference}/do/{action}": .reading(.status),
        "GET /readings": .logOfCounty, "POST /readings": .logOfCounty, "GET /numbers": .numbers,
        "GET /assets/{hash}/{name}": .nothing,
    ]

    static let unknown = "TST-2026-AAAAAAAAAA"

    @Test("each route says what it asks for, so that none is forgotten here")
    func routes() throws {
        #expect(Set(try DeskTester().routes) == Set(Self.needs.keys))
    }

    @Test("nobody comes in without a session, by any route and method, whatever header says who they are")
    func nobody() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let (tester, login) = (try DeskTester(), try LoginTester(folder).login)
        let server = DeskServer(
            host: "127.0.0.1", port: 0, desk: tester.desk, login: login, session: SessionGate(login: login),
            logger: Logger(label: "test"))
        let open = ["/sign-in", "/sign-out", "/language", "/assets"]
        var fields = HTTPFields()
        fields[.from] = "head-school"
        fields[.authorization] = "Bearer head-school"
        let headers = fields
        try await Application(router: server.router).test(.router) { client in
            for route in server.router.routes where !open.contains(where: { "\(route.path)".hasPrefix($0) }) {
                for method in [HTTPRequest.Method.get, .post, .head, .put, .delete] {
                    let path = "\(route.path)".replacing("{reference}", with: Self.unknown)
                    let answer = try await client.execute(uri: path, method: method, headers: headers)
                    let isForm = method != .get && method != .head
                    #expect(answer.status == (isForm ? .unauthorized : .seeOther), "\(method) \(path)")
                    #expect(answer.headers[.location]?.hasPrefix("/sign-in") ?? isForm)
                }
            }
        }
    }

    static let states = AccessWalk.Consent.allCases.flatMap { [($0, false), ($0, true)] }

    @Test(
        "each page opens to whom the policy opens it, shows no more, and stands in the access log first",
        arguments: Self.states)
    func pages(consent: AccessWalk.Consent, isProtected: Bool) async throws {
        let walk = try await AccessWalk(consent, isProtected: isProtected)
        let pages = Self.needs.filter { $0.key.hasPrefix("GET") && !$0.key.contains("assets") }
        for (role, person) in AccessWalk.roles {
            for (route, need) in pages where route.contains("/case/") {
                try await look(at: route, need, as: person, walk, "\(role), \(route)")
            }
            // The others show no one case, so one state of it is enough.
            guard consent == .given else { continue }
            for (route, need) in pages where !route.contains("/case/") {
                let path = String(route.dropFirst(4)).replacing("{form}", with: UUID().uuidString)
                let answer = try await walk.tester.get(path, as: person)
                let place: Comment = "\(role), \(route)"
                #expect(Self.isOpen(need, to: person, walk) == (answer.status.code < 400), place)
                #expect(walk.excesses(of: answer.html, walk.permit(person), showsNames: true) == [], place)
            }
        }
    }

    private func look(
        at route: String, _ need: Need, as person: String, _ walk: AccessWalk, _ place: Comment
    ) async throws {
        func get(_ reference: String) async throws -> DeskTester.Answer {
            let path = String(route.dropFirst(4)).replacing("{reference}", with: reference)
                .replacing("{list}", with: "home")
            if case .changes = need { return try await walk.tester.head(path, as: person) }
            return try await walk.tester.get(path, as: person)
        }
        let before = try await walk.readings(by: person)
        let answer = try await get(walk.story.reference)
        let logged = try await walk.readings(by: person) - before
        // Whoever may see the log sees who has read, and the reason that was given for an emergency (rule 22).
        let isLog = if case .logOfCase = need { true } else { false }
        let excesses = walk.excesses(of: answer.html, walk.permit(person), showsNames: isLog)
            .filter { !isLog || $0 != walk.emergencyReason }
        #expect(excesses == [], place)
        let isOpen = Self.isOpen(need, to: person, walk)
        #expect(isOpen == (answer.status.code < 400), place)
        switch need {
        case .reading, .logOfCase: #expect(logged == (isOpen ? 1 : 0), place)
        default: #expect(logged == 0, place)
        }
        if isOpen { return }
        let unknown = try await get(Self.unknown)
        #expect(answer.status == .notFound, place)
        #expect(
            AccessWalk.comparable(answer, walk.story.reference) == AccessWalk.comparable(unknown, Self.unknown), place)
        #expect(Set(answer.headers.map(\.name)) == Set(unknown.headers.map(\.name)), place)
    }

    private static func isOpen(_ need: Need, to person: String, _ walk: AccessWalk) -> Bool {
        switch need {
        case .nothing, .emergency: true
        case .ownReport: false
        case .reading(let least): walk.permit(person, from: least) != nil
        case .changes: walk.permit(person) != nil
        case .logOfCase: walk.mayReadLog(person, ofCase: true)
        case .logOfCounty: walk.mayReadLog(person, ofCase: false)
        case .numbers: walk.mayReadNumbers(person)
        }
    }

    @Test(
        "the roles have the reading that they are named for: what is written in Docs/access.md, once more and by hand",
        arguments: Self.states)
    func extents(consent: AccessWalk.Consent, isProtected: Bool) async throws {
        let walk = try await AccessWalk(consent, isProtected: isProtected)
        var expected: [String: Reading.Extent] = [
            "owner": .whole, "owner's deputy": .whole, "delegate": .whole, "delegate's deputy": .whole,
            "manager": isProtected ? .status : .whole, "county's function": .status, "emergency access": .whole,
        ]
        // Without a consent that counts today for their organisation, nothing is opened to who comes in by consent.
        if consent == .given || consent == .narrowed {
            (expected["coordinator"], expected["coordinator's deputy"]) = (.plan, .plan)
        }
        if consent == .given { expected["participant"] = isProtected ? .status : .plan }
        for (role, person) in AccessWalk.roles {
            #expect(walk.permit(person)?.extent == expected[role], "\(role)")
        }
    }

    @Test("whoever sends somebody else's form does what the policy lets them do, and nothing more")
    func othersForms() async throws {
        let story = try await CaseStory()
        let forms: [(part: String, action: CaseAction, fields: [(String, String)])] = [
            ("people", .takeOn, []),
            (
                "mapping", .addInformation,
                [
                    ("add_information-source", "organisation"), ("add_information-kind", "need"),
                    ("add_information-areas", "home"), ("add_information-text", "Något nytt."),
                ]
            ), ("people", .delegate, [("delegate-to", CaseStory.person("teacher"))]),
        ]
        let tester = story.tester
        func facts() async throws -> Int {
            let facts = try await tester.suite.view.reader().read { try $0.facts(of: story.reference, on: [.mappings]) }
            return facts.filter { $0.type != CommandRefused.eventType }.count
        }
        for form in forms {
            let page = try await tester.get("/case/\(story.reference)/\(form.part)", as: CaseStory.owner)
            var filled = try #require(FilledForm(page.html, to: "/do/\(form.action.rawValue)"))
            for (name, value) in form.fields { filled = filled.with(name, value) }
            let before = try await facts()
            for (role, person) in AccessWalk.roles where !["owner", "manager", "county's function"].contains(role) {
                let mine = filled.with("id", UUID().uuidString)
                let answer = try await tester.post(mine.action, form: mine.fields, as: person)
                #expect([404, 422].contains(answer.status.code), "\(role), \(form.action)")
            }
            let (owners, unchanged) = (filled, try await facts())
            #expect(unchanged == before)
            let done = try await tester.post(owners.action, form: owners.fields, as: CaseStory.owner)
            #expect(done.status == .seeOther)
            #expect(try await facts() > before, "the form is one that does something")
        }
    }

    @Test("references that are guessed and reports of others are not found, and look alike")
    func guesses() async throws {
        let story = try await CaseStory()
        let form = UUID().uuidString.lowercased()
        let guesses = [
            "/case/\(story.reference.lowercased())x", "/case/\(story.reference)%20", "/case/%00",
            "/case/\(story.reference)%2Fmapping",
            "/case/' OR '1'='1", "/case/\(String(repeating: "A", count: 10_000))", "/case/*", "/case/%25",
        ].map { $0.replacing(" ", with: "%20") }
        for path in guesses {
            #expect(try await story.tester.get(path, as: CaseStory.owner).status == .notFound, "\(path.prefix(60))")
        }
        for kind in ["concern", "consultation"] {
            var pages: Set<String> = []
            for guess in [form, UUID().uuidString, "r1", "1", "%00", String(repeating: "a", count: 5_000)] {
                for query in ["", "?recorded=1", "?again=yes"] {
                    let answer = try await story.tester.get("/\(kind)/sent/\(guess)\(query)", as: CaseStory.owner)
                    #expect(answer.status == .notFound)
                    // The language's form comes back to the address.
                    pages.insert(
                        answer.html.replacing(#/(value|href)="[^"]*sent[^"]*"/#, with: "").replacing(
                            "value=\"/\"", with: ""))
                }
            }
            #expect(pages.count <= 2, "\(pages.count)")
        }
    }
}
