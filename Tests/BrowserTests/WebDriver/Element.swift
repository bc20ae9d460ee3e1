import Foundation

/// An element of a page, as long as the page is there.
struct Element: Sendable {
    let browser: Browser
    let reference: Reference

    init(_ browser: Browser, _ reference: Reference) { (self.browser, self.reference) = (browser, reference) }

    /// As the standard writes it in JSON.
    struct Reference: Codable, Sendable {
        let id: String

        private enum CodingKeys: String, CodingKey { case id = "element-6066-11e4-a52e-4f735466cecf" }
    }

    private var path: String { "\(browser.path)/element/\(reference.id)" }

    // MARK: What it is

    /// What a person sees of it.
    var text: String { get async throws { try await browser.client.get(path + "/text") } }

    /// The name of its tag.
    var name: String { get async throws { try await browser.client.get(path + "/name") } }

    /// The name that a screen reader says.
    var label: String { get async throws { try await browser.client.get(path + "/computedlabel") } }

    /// The role that a screen reader says.
    var role: String { get async throws { try await browser.client.get(path + "/computedrole") } }

    var isDisplayed: Bool { get async throws { try await browser.client.get(path + "/displayed") } }

    var isSelected: Bool { get async throws { try await browser.client.get(path + "/selected") } }

    var isEnabled: Bool { get async throws { try await browser.client.get(path + "/enabled") } }

    /// What is typed into it.
    var value: String { get async throws { try await browser.client.get(path + "/property/value") } }

    func attribute(_ name: String) async throws -> String? {
        try await browser.client.get("\(path)/attribute/\(name)")
    }

    func elements(_ locator: Locator) async throws -> [Element] {
        try await browser.client.post(path + "/elements", locator, as: [Reference].self).map { Element(browser, $0) }
    }

    // MARK: What is done with it

    func click() async throws { try await browser.client.post(path + "/click") }

    /// Two clicks, as fast as a hand makes them.
    func doubleClick() async throws {
        try await browser.client.post(browser.path + "/actions", Pointer(twiceOn: reference))
    }

    /// Types at the end of what stands there.
    func type(_ text: String) async throws { try await browser.client.post(path + "/value", ["text": text]) }

    /// Types in place of what stands there.
    func fill(_ text: String) async throws {
        try await browser.client.post(path + "/clear")
        try await type(text)
    }

    /// Chooses an option of a list by its text.
    func choose(_ option: String) async throws {
        let found = try await elements(.xpath(".//option[normalize-space(.)=\(Locator.literal(option))]"))
        guard let first = found.first else {
            let all = try await elements(.css("option"))
            var texts: [String] = []
            for option in all { texts.append(try await option.text) }
            throw WebDriverError(error: "no such element", message: "no option “\(option)” among \(texts)")
        }
        try await first.click()
    }

    /// Of itself alone, as PNG.
    func picture() async throws -> Data {
        Data(base64Encoded: try await browser.client.get(path + "/screenshot", as: String.self)) ?? Data()
    }
}

/// A pointer's doings (WebDriver, section "Actions").
private struct Pointer: Encodable {
    let actions: [Source]

    init(twiceOn element: Element.Reference) {
        let press = [Step(type: "pointerDown", button: 0), Step(type: "pointerUp", button: 0)]
        actions = [Source(actions: [Step(type: "pointerMove", x: 0, y: 0, origin: element)] + press + press)]
    }

    struct Source: Encodable {
        var type = "pointer"
        var id = "mouse"
        let actions: [Step]
    }

    struct Step: Encodable {
        let type: String
        var button: Int?
        var x: Int?
        var y: Int?
        var origin: Element.Reference?
    }
}
