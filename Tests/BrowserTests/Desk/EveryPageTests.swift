import Testing

extension InTheBrowser {
    @Suite("Every page, as everybody meets it")
    struct EveryPageTests {
        /// The pages that nobody needs to sign in for, by the names of their pictures.
        static let open = [("not-signed-in", "/"), ("not-found", "/assets/none/none.css")]

        @Test(
            "no page keeps anybody out, is no HTML, scrolls sideways on a telephone or weighs too much",
            .enabled(if: BrowserTools.hasAxe, BrowserTools.noAxe))
        func pages() async throws {
            let review = try PageReview()
            try await DeskSuite.run { suite in
                let nobody = try await suite.nobody()
                for (name, path) in Self.open {
                    try await nobody.open(path)
                    try await review.look(at: nobody.browser, name)
                }
            }
            let faults = try await review.faults()
            #expect(faults == [])
        }
    }
}
