import Foundation

/// Pages as everybody meets them: light and dark, wide and narrow, read by axe-core and the HTML checker.
///
/// Where `SCREENSHOTS` names a folder, each is written there as a picture.
actor PageReview {
    /// Of a page and all that it brings, in bytes before compression.
    static let heaviest = 100_000
    /// A wide window; a telephone; and what WCAG 2.2 asks for: 320 CSS pixels without scrolling sideways (1.4.10).
    static let widths = [1_280, 360, 320]

    /// Pages that the README shows, by name: their pictures there.
    static let documented = ["work": "desk-work", "case": "desk-case", "concern": "desk-concern"]
    /// Of such a picture, in CSS pixels, and the most bytes that it may have.
    private static let (documentedWidth, documentedHeight, heaviestPicture) = (1_000, 1_100.0, 200_000)

    private var sources: [(name: String, html: String)] = []
    private var found: [String] = []
    private let folder: String?

    init(folder: String? = ProcessInfo.processInfo.environment["SCREENSHOTS"]) throws {
        self.folder = folder
        if let folder { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
    }

    /// Looks at the page that a browser shows.
    ///
    /// - Parameter name: in faults, and of the pictures' files.
    func look(at browser: Browser, _ name: String) async throws {
        sources.append((name, try await browser.source()))
        let weight = try await browser.weight()
        if weight > Self.heaviest { found.append("\(name): weighs \(weight) bytes") }
        try await listen(to: browser, name)
        for width in Self.widths {
            try await browser.resize(width: width)
            let needed = try await browser.run("return document.documentElement.scrollWidth", as: Int.self)
            if needed > width { found.append("\(name), \(width) px: is \(needed) px wide") }
            for scheme in Browser.ColourScheme.allCases {
                try await browser.prefer(scheme)
                if BrowserTools.hasAxe {
                    found += try await browser.violations().map { "\(name), \(width) px, \(scheme): \($0)" }
                }
                if let folder {
                    let file = URL(filePath: "\(folder)/\(name)-\(width)-\(scheme).png")
                    try await browser.picture().write(to: file)
                }
            }
        }
        try await browser.prefer(.light)
        if let picture = Self.documented[name] { try await document(browser, as: picture) }
        try await browser.resize(width: Self.widths[0])
    }

    /// Hears what the browser has complained of since the last time: of the page that it shows, and of those on the way there.
    func listen(to browser: Browser, _ name: String) async throws {
        // A page that says that something is not there has that status itself, and the console tells it.
        let own = try await browser.address + " - Failed to load resource"
        // WebDriver leaves pages without a user's gesture, so that the browser does not ask before text is lost.
        let unasked = "Blocked attempt to show a 'beforeunload'"
        found += try await browser.complaints().filter { !$0.hasPrefix(own) && !$0.contains(unasked) }
            .map { "\(name): \($0)" }
    }

    /// Pictures in the README are small enough for whoever reads it.
    private func document(_ browser: Browser, as name: String) async throws {
        try await browser.resize(width: Self.documentedWidth)
        let picture = try await browser.picture(tallest: Self.documentedHeight)
        if picture.count > Self.heaviestPicture { found.append("\(name).png has \(picture.count) bytes") }
        if let folder { try picture.write(to: URL(filePath: "\(folder)/\(name).png")) }
    }

    /// What is wrong with the pages that were looked at.
    func faults() async throws -> [String] {
        guard BrowserTools.hasChecker else {
            print(BrowserTools.noChecker)
            return found
        }
        return try await found + HTMLChecker.faults(in: sources)
    }
}
