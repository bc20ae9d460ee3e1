import Domain
import StreamsTestSupport

/// Somebody at the desk's pages, who reads and presses what the catalogue says.
///
/// Each word is the name of a text in the catalogue, or stands as it is where the catalogue has no such name.
struct Person: Sendable {
    let browser: Browser
    /// Of the desk, without a slash at its end.
    let address: String
    var language = Language.swedish

    func open(_ path: String) async throws { try await browser.open(address + path) }

    /// The path of the page that is shown, without its query.
    var path: String {
        get async throws {
            String(try await browser.address.dropFirst(address.count).prefix { $0 != "?" && $0 != "#" })
        }
    }

    /// Signs in on the page that lets everybody be anybody, and goes on to where they wanted to go.
    func signIn(as id: String) async throws {
        try await fill("desk.sign_in.development.search", id)
        try await press("desk.sign_in.development.find")
        let button = try await browser.element(.css("button[name=person][value='\(id)']"))
        try await browser.leave { try await button.click() }
    }

    // MARK: Reading

    func word(_ name: String, _ values: [String: String] = [:]) -> String { Catalogue.text(name, language, values) }

    /// Waits until the page says this.
    func sees(_ name: String, _ values: [String: String] = [:]) async throws {
        _ = try await browser.element(.text(word(name, values)))
    }

    /// What a form became is said; or, on a busy machine, that it is recorded and not visible yet.
    func did(_ action: String) async throws {
        try await eventually("what \(action) became") {
            if try await doesSee("desk.done.\(action)") { return true }
            return try await doesSee("desk.waiting")
        }
    }

    func doesSee(_ name: String, _ values: [String: String] = [:]) async throws -> Bool {
        try await browser.shown(.text(word(name, values))) != nil
    }

    /// Loads the page again until it says this: for what other services do by themselves.
    func waits(for name: String, _ values: [String: String] = [:]) async throws {
        let (text, page) = (word(name, values), try await path)
        try await eventually("“\(text)” on \(page)") {
            try await browser.reload()
            return try await browser.shown(.text(text)) != nil
        }
    }

    // MARK: Writing

    /// Writes into a field, in place of what stands there.
    ///
    /// - Parameter group: the legend of the group in which the field is.
    func fill(_ label: String, _ text: String, in group: String? = nil) async throws {
        try await field(label, in: group).fill(text)
    }

    /// Chooses from a list.
    func choose(_ label: String, _ option: String, in group: String? = nil) async throws {
        try await field(label, in: group).choose(word(option))
    }

    /// Ticks a box or one of several answers.
    func tick(_ label: String, in group: String? = nil) async throws {
        // The label is what a hand hits: the wheel's own boxes are hidden behind its sectors.
        let control = try await browser.elements(.field(word(label), in: group.map { word($0) })).first
        let isSet = try await control?.isSelected ?? false
        if !isSet { try await browser.element(.label(word(label), in: group.map { word($0) })).click() }
    }

    private func field(_ label: String, in group: String?) async throws -> Element {
        try await browser.element(.field(word(label), in: group.map { word($0) }))
    }

    // MARK: Going on

    /// Presses a button that sends a form, and waits for the next page.
    func press(_ button: String) async throws {
        let button = try await browser.element(.button(word(button)))
        try await browser.leave { try await button.click() }
    }

    /// Follows a link, and waits for its page.
    func follow(_ link: String, _ values: [String: String] = [:]) async throws {
        let link = try await browser.element(.link(word(link, values)))
        try await browser.leave { try await link.click() }
    }
}
