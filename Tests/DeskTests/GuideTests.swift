import DeskCore
import Domain
import Foundation
import Hummingbird
import Logging
import NIOEmbedded
import Testing

@testable import desk

/// With `GUIDE_DIRECTORY` set, the guide is written there, to be looked at in a browser (`make guide`).
@Suite("The desk's look: style sheet, script, and every component on one page")
struct GuideTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardizedFileURL
    private static let templates = Templates.embedded.mapValues { String(decoding: $0, as: UTF8.self) }

    private static func asset(_ name: String) throws -> String {
        try String(contentsOf: root.appending(path: "Services/Desk/Assets/\(name)"), encoding: .utf8)
    }

    private static func page(
        _ page: Page, _ language: Language = .swedish, isBehind: Bool = true
    ) throws -> String {
        let renderer = try PageRenderer(
            and: GuidePage.templates, assets: Assets(), names: { _ in ("Rut Rektor", "Testby skola") },
            isBehind: { isBehind })
        var context = DeskContext(
            source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: Logger(label: "guide")))
        (context.language, context.csrf) = (language, "token")
        context.signedIn = SignedIn(
            person: "head-school", county: "TST", assurance: .three, at: Date(timeIntervalSince1970: 0))
        return renderer.html(page, path: "/guide", context)
    }

    private static func guide(_ language: Language = .swedish) throws -> String {
        try page(
            Page(template: "guide", title: "Guide", model: GuidePage.model(language), place: "work"), language)
    }

    @Test("the guide shows each partial, and nothing in it is left unfilled", arguments: Language.allCases)
    func guide(language: Language) throws {
        let html = try Self.guide(language)
        let isFilled = !html.contains("{{") && !html.contains("Optional(")
        #expect(isFilled)
        let unnamed = html.firstMatch(of: #/>(desk\.[a-z.]+)/#).map { String($0.1) }
        #expect(unnamed == nil)
        let shown = (GuidePage.templates.values.joined() + Self.templates.values.joined()).matches(
            of: #/\{\{> ?([a-z_]+)\}\}/#
        )
        .map { String($0.1) }
        let chosen = ["field_text", "field_area", "field_select", "field_choices", "field_hidden", "wheel_form"]
        let pages = Self.templates.filter { $0.value.contains("{{<layout}}") }.keys + ["layout", "form"]
        #expect(Set(Self.templates.keys).subtracting(shown + chosen + pages) == [])
        for template in chosen { #expect(GuidePage.fields(language).contains { $0.template == template }) }
    }

    @Test("each template of the folder is in the program")
    func embedded() throws {
        let folder = Self.root.appending(path: "Services/Desk/Templates").path
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".mustache") }
        #expect(Set(files) == Set(Self.templates.keys.map { "\($0).mustache" }))
    }

    @Test("what somebody has written is text on the page, never markup")
    func escaped() throws {
        let html = try Self.guide()
        let isEscaped =
            !html.contains("<script>alert") && html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;")
        #expect(isEscaped)
    }

    @Test("each id is there once, and what is described, labelled or linked to is there")
    func ids() throws {
        let html = try Self.guide()
        let ids = html.matches(of: #/ id="([^"]*)"/#).map { String($0.1) }
        #expect(ids.count == Set(ids).count)
        let referred = html.matches(of: #/ (?:for|aria-describedby|aria-labelledby)="([^"]*)"/#)
            .flatMap { $0.1.split(separator: " ").map(String.init) }
        #expect(referred.filter { !ids.contains($0) } == [])
        let links = html.matches(of: #/ href="#([^"]+)"/#).map { String($0.1) }.filter { !$0.hasPrefix("area-") }
        #expect(links.filter { !ids.contains($0) } == [])
    }

    @Test("no template has a script, a style or a handler in it (the policy would stop it), or markup made of a value")
    func inline() {
        for (name, text) in Self.templates {
            #expect(
                text.firstMatch(of: #/<style| style=| on[a-z]+="|<script(?! type="module" src=)/#) == nil, "\(name)")
            // In a component `text` would be its own property, and no words of the catalogue.
            #expect(!text.contains("{{{") && !text.contains("{{&") && !text.contains("{{text}}"), "\(name)")
        }
    }

    @Test("a template's optional values are its own: `{{#.error}}` never takes the error of what is around it")
    func own() {
        for (name, text) in Self.templates {
            for variable in ["error", "hint", "link", "tag", "due", "detail", "count", "describedBy"] {
                #expect(!text.contains("{{#\(variable)}}") || variable == "due" || variable == "tag", "\(name)")
            }
        }
    }

    @Test("each class that a template uses is in the style sheet")
    func classes() throws {
        let css = try Self.asset("desk.css")
        let html = try Self.guide()
        let used = Set(html.matches(of: #/ class="([^"]*)"/#).flatMap { $0.1.split(separator: " ").map(String.init) })
        // What the icon's tag and the wheel's parts need no rule of their own for.
        let plain: Set = ["strength", "need", "obstacle", "notice-information"]
        #expect(used.subtracting(plain).filter { !css.contains(".\($0)") }.sorted() == [])
    }

    @Test("a finger on a sector touches its checkbox: the style sheet has the wheel's own places")
    func touch() throws {
        let css = try Self.asset("desk.css")
        for sector in Wheel().sectors {
            let name = sector.area.rawValue
            #expect(css.contains(".wheel-touch-\(name) { clip-path: \(sector.touch); }"), "\(name)")
            #expect(css.contains("#areas-\(name):checked) .in-\(name)"), "\(name)")
        }
    }

    @Test("style sheet and script are small, and fetch nothing")
    func sizes() throws {
        let (css, script) = (try Self.asset("desk.css"), try Self.asset("desk.js"))
        #expect(css.utf8.count <= 25 * 1_024 && script.utf8.count <= 10 * 1_024)
        #expect(css.replacing("http://www.w3.org/2000/svg", with: "").contains("http") == false)
        #expect(!css.contains("@import") && !script.contains("http") && !script.contains("innerHTML"))
        #expect(try Self.guide().utf8.count < 60_000)
    }

    @Test("what cannot be shown is told on a plain page in both languages", arguments: Language.allCases)
    func plain(language: Language) throws {
        for status in [
            HTTPResponse.Status.badRequest, .forbidden, .notFound, .internalServerError, .serviceUnavailable,
        ] {
            let html = try Self.page(PlainPages.page(status, language), language)
            let isWhole = html.contains("<h1>") && !html.contains("desk.error")
            #expect(isWhole, "\(status)")
        }
    }

    @Test("the guide is written where it is asked for")
    func written() throws {
        guard let folder = ProcessInfo.processInfo.environment["GUIDE_DIRECTORY"] else { return }
        let directory = URL(filePath: folder)
        let assets = Assets()
        for name in ["desk.css", "desk.js"] {
            let path = directory.appending(path: String(assets.path(of: name).dropFirst()))
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Self.asset(name).write(to: path, atomically: true, encoding: .utf8)
        }
        func write(_ html: String, _ name: String) throws {
            // Opened as a file, the page finds the style sheet beside it.
            try html.replacing("\"/assets/", with: "\"assets/")
                .write(to: directory.appending(path: name), atomically: true, encoding: .utf8)
        }
        try write(Self.guide(), "guide.html")
        try write(Self.guide(.english), "guide-en.html")
        try write(Self.page(PlainPages.page(.notFound, .swedish)), "not-found.html")
        for name in ["case", "form"] {
            let page = Page(template: "guide_of_\(name)", title: "Guide", model: GuidePage.pictured)
            try write(Self.page(page, isBehind: false), "\(name).html")
        }
    }
}
