import Foundation
import StreamsTestSupport

/// One browser with a profile of its own, as one person sits at it.
struct Browser: Sendable {
    let client: WebDriverClient
    let session: String
    /// Chromium's own.
    let processID: Int32

    var path: String { "/session/\(session)" }

    // MARK: Pages

    func open(_ address: String) async throws { try await client.post(path + "/url", ["url": address]) }

    func reload() async throws { try await client.post(path + "/refresh") }

    func back() async throws { try await client.post(path + "/back") }

    var address: String { get async throws { try await client.get(path + "/url") } }

    var title: String { get async throws { try await client.get(path + "/title") } }

    /// What stands on the page, as a person sees it.
    var text: String {
        get async throws {
            guard let body = try await elements(.css("body")).first else { return "" }
            return try await body.text
        }
    }

    // MARK: Elements

    /// All elements that are there now.
    func elements(_ locator: Locator) async throws -> [Element] {
        try await client.post(path + "/elements", locator, as: [Element.Reference].self).map { Element(self, $0) }
    }

    /// Waits until an element is there and seen; the first of several.
    func element(_ locator: Locator, within duration: Duration = Self.patience) async throws -> Element {
        do {
            return try await awaited("", within: duration) { try await shown(locator) }
        } catch is NotInTime {
            throw NotInTime(what: "\(locator) on \(await whereabouts), which says: \(try await text.prefix(1_000))")
        }
    }

    /// The first element that is there and seen now.
    func shown(_ locator: Locator) async throws -> Element? {
        do {
            for element in try await elements(locator) where try await element.isDisplayed { return element }
        } catch let error as WebDriverError where error.isOfChangingPage {}
        return nil
    }

    /// Does what leaves the page, and waits until the next one is whole.
    func leave(by deed: () async throws -> Void) async throws {
        guard let root = try await elements(.css(":root")).first else { return try await deed() }
        let place = await whereabouts
        try await deed()
        try await eventually("the page after \(place)", within: Self.patience) {
            do {
                _ = try await root.name
                return false
            } catch let error as WebDriverError where error.isOfChangingPage {
                return try await run("return document.readyState", as: String.self) == "complete"
            }
        }
    }

    /// The longest that a page or a change on it may take.
    static let patience = Duration.seconds(30)

    /// For errors: the address without its query.
    private var whereabouts: String {
        get async { await ((try? address) ?? "a page").split(separator: "?").first.map(String.init) ?? "" }
    }

    // MARK: Scripts

    func run(_ script: String, _ arguments: [ScriptArgument] = []) async throws {
        try await client.post(path + "/execute/sync", Script(script: script, args: arguments))
    }

    func run<Value: Decodable>(
        _ script: String, _ arguments: [ScriptArgument] = [], as type: Value.Type
    ) async throws -> Value {
        try await client.post(path + "/execute/sync", Script(script: script, args: arguments))
    }

    /// A script that ends by calling its last argument with its value.
    func runAsync<Value: Decodable>(
        _ script: String, _ arguments: [ScriptArgument] = [], as type: Value.Type
    ) async throws -> Value {
        try await client.post(path + "/execute/async", Script(script: script, args: arguments))
    }

    private struct Script: Encodable {
        let script: String
        let args: [ScriptArgument]
    }

    // MARK: Cookies

    struct Cookie: Decodable, Sendable {
        let name: String
        let value: String
        let path: String
        let secure: Bool
        let httpOnly: Bool
        let sameSite: String?
        /// Seconds since 1970; nil where it ends with the browser.
        let expiry: Int?
    }

    var cookies: [Cookie] { get async throws { try await client.get(path + "/cookie") } }

    func deleteCookies() async throws { try await client.delete(path + "/cookie") }

    // MARK: Tabs

    /// The tab in which the next commands are done.
    var tab: String { get async throws { try await client.get(path + "/window") } }

    /// Opens a tab beside this one, with the same cookies, and goes on in it.
    func openTab() async throws {
        let new = try await client.post(path + "/window/new", ["type": "tab"], as: NewTab.self)
        try await show(tab: new.handle)
    }

    func show(tab: String) async throws { try await client.post(path + "/window", ["handle": tab]) }

    private struct NewTab: Decodable { let handle: String }
}

/// What is handed to a script.
enum ScriptArgument: Encodable {
    case text(String)
    case texts([String])
    case element(Element)

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .texts(let texts): try container.encode(texts)
        case .element(let element): try container.encode(element.reference)
        }
    }
}
