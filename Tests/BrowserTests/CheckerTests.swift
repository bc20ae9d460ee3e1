import Foundation
import StreamsTestSupport
import Testing

extension InTheBrowser {
    @Suite("What checks pages finds what is wrong")
    struct CheckerTests {
        @Test(
            "axe-core finds what keeps people out, each in the colours that are shown",
            .enabled(if: BrowserTools.hasAxe, BrowserTools.noAxe))
        func accessibility() async throws {
            let style =
                "<style>body { color: #333; background: #fff } "
                + "@media (prefers-color-scheme: dark) { body { background: #222 } }</style>"
            let page = SamplePages.page("Sida", "<h1>Sida</h1><p>Text</p>").replacing(
                "</head>", with: style + "</head>")
            let pages = ["/": page, "/image": SamplePages.page("Bild", "<h1>Bild</h1><img src='x.png'>")]
            try await SamplePages.served(pages, policy: "default-src 'self'; style-src 'unsafe-inline'") { address in
                try await ChromeDriver.run { driver in
                    let browser = try await driver.newBrowser()
                    try await browser.open(address)
                    try await browser.prefer(.light)
                    #expect(try await browser.violations().map(\.id) == [])
                    try await browser.prefer(.dark)
                    #expect(try await browser.violations().map(\.id) == ["color-contrast"])
                    try await browser.open(address + "/image")
                    let violations = try await browser.violations()
                    #expect(violations.map(\.id) == ["image-alt"])
                    #expect(violations.first?.description.contains("img") == true)
                }
            }
        }

        @Test(
            "the HTML checker finds what a browser mends, and names the page",
            .enabled(if: BrowserTools.hasChecker, BrowserTools.noChecker))
        func html() async throws {
            let broken = SamplePages.page("Trasig", "<h1>Trasig</h1><p><ul><li>x</ul></p>")
            let faults = try await HTMLChecker.faults(in: [("whole", SamplePages.form), ("broken", broken)])
            #expect(faults.count == 1)
            #expect(faults.first?.hasPrefix("broken:2: ") == true)
        }

        @Test("a review finds a page that is too wide or too heavy, and writes pictures of all")
        func review() async throws {
            let wide = "<h1>Bred</h1><p style='width: 340px'>x</p><p>\(String(repeating: "tung ", count: 20_000))</p>"
            let pages = ["/wide": SamplePages.page("Bred", wide), "/good": SamplePages.page("God", "<h1>God</h1>")]
            let policy = "default-src 'self'; style-src 'unsafe-inline'"
            let folder = TemporaryFolder()
            defer { folder.remove() }
            let review = try PageReview(folder: folder.path)
            try await SamplePages.served(pages, policy: policy) { address in
                try await ChromeDriver.run { driver in
                    let browser = try await driver.newBrowser()
                    for name in ["wide", "good"] {
                        try await browser.open("\(address)/\(name)")
                        try await review.look(at: browser, name)
                    }
                }
            }
            let faults = try await review.faults()
            #expect(faults.count == 2)
            #expect(faults.contains { $0.hasPrefix("wide, 320 px: is 3") })
            #expect(faults.contains { $0.hasPrefix("wide: weighs 100") })
            let pictures = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(pictures.count == 2 * PageReview.widths.count * 2)
        }
    }
}
