import Foundation
import HTTPTypes
import StreamsTestSupport
import Testing

/// One browser after the other: each takes a core.
@Suite("In a real browser", .serialized, .enabled(if: ChromeDriver.isInstalled, ChromeDriver.missing))
enum InTheBrowser {}

extension InTheBrowser {
    @Suite("The browser's tools see what they are to see")
    struct WebDriverTests {
        @Test("a form's fields are found by their labels, and the page after it is whole")
        func form() async throws {
            try await Self.opened { browser, _ in
                try await browser.element(.field("Barnets \"smek'namn\"")).type("Alva")
                try await browser.element(.field("Vad har du sett?")).fill("Åker <bort>")
                try await browser.element(.field("Enhet")).choose("Vård")
                try await browser.element(.field("Ja", in: "Barnet")).click()
                let button = try await browser.element(.button("Skicka"))
                #expect(try await button.role == "button")
                #expect(try await button.label == "Skicka")
                try await browser.leave { try await button.click() }
                #expect(try await browser.title == "Skickat")
                let sent = try await browser.element(.css("pre")).text
                #expect(sent == "name=Alva&seen=Åker+<bort>&unit=Vård&b=2")
                try await browser.back()
                _ = try await browser.element(.heading("Med skript"))
            }
        }

        @Test("the keyboard reaches each field in its order")
        func keyboard() async throws {
            try await Self.opened { browser, _ in
                var reached: [String] = []
                for _ in 0..<6 {
                    try await browser.press(.tab)
                    reached.append(try await browser.focused.label)
                }
                let order = ["Barnets \"smek'namn\"", "Vad har du sett?", "Enhet", "Ja", "Ja", "Skicka"]
                #expect(reached == order)
                try await browser.pressWithShift(.tab)
                #expect(try await browser.focused.attribute("name") == "b")
            }
        }

        @Test("a browser without JavaScript runs no script of a page")
        func withoutScript() async throws {
            try await Self.opened(script: false) { browser, _ in
                _ = try await browser.element(.heading("Utan skript"))
                try await browser.leave { try await browser.element(.button("Skicka")).click() }
                #expect(try await browser.title == "Skickat")
            }
        }

        @Test("tabs share their cookies, and two browsers do not")
        func tabs() async throws {
            try await SamplePages.served { address in
                try await ChromeDriver.run { driver in
                    let (one, other) = (try await driver.newBrowser(), try await driver.newBrowser())
                    try await one.open(address)
                    let first = try await one.tab
                    try await one.openTab()
                    try await one.open(address + "/other")
                    #expect(try await one.cookies.map(\.name) == ["sample"])
                    let cookie = try #require(try await one.cookies.first)
                    #expect(cookie.httpOnly && cookie.sameSite == "Strict" && cookie.path == "/" && !cookie.secure)
                    try await one.show(tab: first)
                    #expect(try await one.address == address + "/")
                    try await other.open("about:blank")
                    #expect(try await other.cookies.isEmpty)
                    try await one.deleteCookies()
                    #expect(try await one.cookies.isEmpty)
                }
            }
        }

        @Test("a double click is two clicks")
        func doubleClick() async throws {
            let page = SamplePages.page("Klick", "<h1>Klick</h1><button>Räkna</button>")
            try await Self.opened(["/": page]) { browser, _ in
                try await browser.run(
                    "let n = 0; document.querySelector('button').onclick = () => document.title = String(++n)")
                try await browser.element(.button("Räkna")).doubleClick()
                #expect(try await browser.title == "2")
            }
        }

        @Test("pictures show the whole page, light or dark and as narrow as was asked for; it is printed as PDF")
        func pictures() async throws {
            let page = SamplePages.page("Lång", "<h1>Lång</h1>" + String(repeating: "<p>Rad</p>", count: 100))
            try await Self.opened(["/": page]) { browser, _ in
                try await browser.resize(width: 360)
                let (narrow, window) = (try await browser.picture(), try await browser.view())
                #expect(Self.size(ofPNG: narrow).width == 360)
                #expect(Self.size(ofPNG: narrow).height > 2_000 && Self.size(ofPNG: window).height < 1_000)
                for scheme in Browser.ColourScheme.allCases {
                    try await browser.prefer(scheme)
                    let query = "return matchMedia('(prefers-color-scheme: \(scheme.rawValue))').matches"
                    #expect(try await browser.run(query, as: Bool.self))
                }
                #expect(try await browser.printed().starts(with: Data("%PDF".utf8)))
            }
        }

        @Test("the page's source is what was served, and its weight is that of all that it brought")
        func source() async throws {
            try await Self.opened { browser, _ in
                _ = try await browser.element(.heading("Med skript"))
                #expect(try await browser.source() == SamplePages.form)
                #expect(try await browser.weight() == (SamplePages.form + SamplePages.script).utf8.count)
                try await browser.leave { try await browser.element(.button("Skicka")).click() }
                #expect(try await browser.source().contains("<h1>Tack</h1>"))
            }
        }

        @Test("the console tells what a page's policy forbade")
        func policy() async throws {
            let page = SamplePages.page("Stil", "<h1 style='color: red'>Stil</h1>")
            try await Self.opened(["/": page]) { browser, _ in
                let complaints = try await browser.complaints()
                #expect(complaints.contains { $0.contains("inline style") })
            }
        }

        @Test("a browser ends with its driver, even one that was killed, and leaves no file")
        func killed() async throws {
            let folder = try await ChromeDriver.run { driver in
                let browser = try await driver.newBrowser()
                let status = try String(contentsOfFile: "/proc/\(browser.processID)/stat", encoding: .utf8)
                // After the name in parentheses come the state and the parent.
                let parent = status.split(separator: ")").last?.split(separator: " ").dropFirst().first
                _ = kill(try #require(parent.flatMap { Int32($0) }), SIGKILL)
                try await eventually("the browser's end") { kill(browser.processID, 0) != 0 }
                return driver.folder
            }
            #expect(!FileManager.default.fileExists(atPath: folder))
        }

        /// Opens the sample in a browser of its own.
        private static func opened(
            _ pages: [String: String] = SamplePages.pages, script: Bool = true,
            _ body: @escaping @Sendable (Browser, _ address: String) async throws -> Void
        ) async throws {
            try await SamplePages.served(pages) { address in
                try await ChromeDriver.run { driver in
                    let browser = try await driver.newBrowser(script: script)
                    try await browser.open(address)
                    try await body(browser, address)
                }
            }
        }

        /// As its header says.
        private static func size(ofPNG data: Data) -> (width: Int, height: Int) {
            let numbers = [16, 20].map { at in data.dropFirst(at).prefix(4).reduce(0) { $0 << 8 | Int($1) } }
            return (numbers[0], numbers[1])
        }
    }
}
