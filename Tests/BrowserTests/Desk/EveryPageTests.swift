import Testing

extension InTheBrowser {
    @Suite("Every page, as everybody meets it")
    struct EveryPageTests {
        /// A page, and who opens it. Its name is also that of its pictures.
        struct Shown {
            let name: String
            let path: String
            /// In the directory; nil for somebody who has not signed in.
            var by: String?
        }

        static let pages = [
            Shown(name: "sign-in", path: "/"),
            Shown(name: "sign-in-nobody-found", path: "/sign-in?q=ingen"),
            Shown(name: "signed-out", path: "/sign-out"),
            Shown(name: "concern", path: "/concern/new", by: "eskilstuna-bhv"),
            Shown(name: "consultation", path: "/consultation/new", by: "eskilstuna-bhv"),
            Shown(name: "not-found", path: "/assets/none/none.css"),
        ]

        @Test(
            "no page keeps anybody out, is no HTML, scrolls sideways on a telephone or weighs too much",
            .enabled(if: BrowserTools.hasAxe, BrowserTools.noAxe))
        func reviewed() async throws {
            let review = try PageReview()
            try await DeskSuite.run { suite in
                for (id, pages) in Dictionary(grouping: Self.pages, by: \.by) {
                    let person = if let id { try await suite.person(id) } else { try await suite.nobody() }
                    for page in pages {
                        try await person.open(page.path)
                        try await review.look(at: person.browser, page.name)
                    }
                    try await person.browser.quit()
                }
            }
            let faults = try await review.faults()
            #expect(faults == [])
        }
    }
}
