import Foundation

extension ChromeDriver {
    /// Starts a browser with a profile of its own. It ends with the driver.
    ///
    /// - Parameter script: false: its pages run no JavaScript, as a county's browser may be set.
    func newBrowser(script: Bool = true) async throws -> Browser {
        let options = ChromeOptions(
            args: Self.arguments + ["--user-data-dir=\(folder)/\(UUID().uuidString)"],
            prefs: script ? [:] : ["profile.managed_default_content_settings.javascript": Self.blocked])
        let wish = Wish(options: options)
        let session = try await client.post("/session", ["capabilities": ["alwaysMatch": wish]], as: Session.self)
        return Browser(
            client: client, session: session.sessionId, processID: session.capabilities.processID)
    }

    /// A pipe to the driver in place of a port: when the driver is gone, so is the browser. No name but loopback's is
    /// looked up, and nothing is fetched that no page asked for.
    private static let arguments = [
        "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--remote-debugging-pipe", "--disable-gpu",
        "--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-crash-reporter",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost", "--lang=sv",
        "--force-color-profile=srgb", "--hide-scrollbars", "--window-size=1280,900",
    ]

    /// CONTENT_SETTING_BLOCK
    private static let blocked = 2

    private struct Wish: Encodable {
        var browserName = "chrome"
        var timeouts = ["pageLoad": 30_000, "script": 30_000, "implicit": 0]
        var logs = ["browser": "ALL", "performance": "ALL"]
        let options: ChromeOptions

        private enum CodingKeys: String, CodingKey {
            case browserName, timeouts
            case logs = "goog:loggingPrefs"
            case options = "goog:chromeOptions"
        }
    }

    private struct ChromeOptions: Encodable {
        let args: [String]
        let prefs: [String: Int]
    }

    private struct Session: Decodable {
        let sessionId: String
        let capabilities: Capabilities

        struct Capabilities: Decodable {
            let processID: Int32

            private enum CodingKeys: String, CodingKey { case processID = "goog:processID" }
        }
    }
}

extension Browser {
    /// Ends it, and waits until it has ended.
    func quit() async throws { try await client.delete(path) }

    /// What its console tells since it was asked last: errors of scripts, and what a page's own policy forbade.
    func complaints() async throws -> [String] {
        try await log("browser").filter { ["SEVERE", "WARNING"].contains($0.level) }.map(\.message)
    }

    /// What a log has had since it was asked for last.
    func log(_ name: String) async throws -> [LogEntry] {
        try await client.post(path + "/se/log", ["type": name])
    }

    struct LogEntry: Decodable {
        let level: String
        let message: String
    }
}
