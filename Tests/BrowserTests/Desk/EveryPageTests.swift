import Domain
import StreamsTestSupport
import Testing

@testable import tillsammans

extension InTheBrowser {
    @Suite("Every page, as everybody meets it")
    struct EveryPageTests {
        /// A page, and who opens it. Its name is also that of its pictures.
        struct Shown: Sendable {
            let name: String
            /// `CASE` stands for the reference of the case.
            let path: String
            /// In the directory; nil for somebody who has not signed in.
            var by: String?
            /// What is done there before it is looked at.
            var deed: @Sendable (Person) async throws -> Void = { _ in }
        }

        static let open = [
            Shown(name: "sign-in", path: "/"),
            Shown(name: "sign-in-nobody-found", path: "/sign-in?q=ingen"),
            Shown(name: "signed-out", path: "/sign-out"),
            Shown(name: "sign-out", path: "/sign-out", by: "eskilstuna-bhv"),
            Shown(name: "not-found", path: "/assets/none/none.css"),
        ]

        /// The case's named person, who has all there is.
        static let owners = [
            Shown(name: "work", path: "/work"),
            Shown(name: "work-list", path: "/work?list=own"),
            Shown(name: "work-not-found", path: "/work") { person in
                try await person.fill("desk.find.label", "ingen beteckning")
                try await person.press("desk.find.submit")
            },
            Shown(name: "case", path: "/case/CASE"),
            Shown(name: "case-known-area", path: "/case/CASE/known/safety"),
            Shown(name: "case-known-source", path: "/case/CASE/known/detector"),
            Shown(name: "case-known-concerns", path: "/case/CASE/known/concerns"),
            Shown(name: "case-mapping", path: "/case/CASE/mapping"),
            Shown(name: "case-consents", path: "/case/CASE/consents"),
            Shown(name: "case-withhold", path: "/case/CASE") { try await $0.press("desk.withhold.button") },
            Shown(name: "case-outcome", path: "/case/CASE/outcome"),
            Shown(name: "case-meetings", path: "/case/CASE/meetings"),
            Shown(name: "case-coordinator", path: "/case/CASE/coordinator"),
            Shown(name: "case-people", path: "/case/CASE/people"),
            Shown(name: "case-notices", path: "/case/CASE/notices"),
            Shown(name: "case-print", path: "/case/CASE/print"),
            Shown(name: "case-not-found", path: "/case/SRM-AAAA-AAAA-AA"),
            Shown(name: "sign-out", path: "/sign-out"),
        ].map { Shown(name: $0.name, path: $0.path, by: "nykoping-rektor", deed: $0.deed) }

        /// A second case, in the midst of its mapping.
        static let mapping = [
            Shown(name: "mapping-people", path: "/case/CASE/people"),
            Shown(name: "mapping-information", path: "/case/CASE/mapping"),
            Shown(name: "mapping-correct", path: "/case/CASE/mapping") { try await $0.follow("desk.mapping.correct") },
            Shown(name: "mapping-refused", path: "/case/CASE/mapping") {
                try await $0.press("desk.add_information.submit")
            },
            Shown(name: "mapping-outcome", path: "/case/CASE/outcome"),
            Shown(name: "mapping-outcome-refused", path: "/case/CASE/outcome") {
                try await $0.press("desk.conclude.submit")
            },
        ].map { Shown(name: $0.name, path: $0.path, by: "nykoping-rektor", deed: $0.deed) }

        /// The same case, whose guardians the unit's manager looks at.
        static let guardians = [
            Shown(name: "mapping-guardian", path: "/case/CASE/people", by: "nykoping-samordnare") {
                try await $0.follow("desk.guardians.correct", ["name": "Vera Exempel"])
            },
            Shown(name: "mapping-objection", path: "/case/CASE/consents", by: "nykoping-samordnare") { person in
                try await person.tick(person.choice("desk.giver.other"), in: "desk.withhold_consent.giver")
                try await person.press("desk.withhold_consent.submit")
                try await person.press("desk.withhold_consent.submit")
                try await person.did("withhold_consent")
            },
        ]

        static let others = [
            Shown(name: "concern", path: "/concern/new", by: "nykoping-mentor") { person in
                for area in ["safety", "home"] { try await person.tick(person.choice("area.\(area)")) }
                try await person.fill("desk.concern.strengths", "Tycker om slöjd. Har en nära vän i klassen.")
            },
            Shown(name: "concern-refused", path: "/concern/new", by: "nykoping-mentor") {
                try await $0.press("desk.concern.submit")
            },
            Shown(name: "concern-check", path: "/concern/new", by: "nykoping-mentor") {
                try await $0.write(.init(personalNumber: WorkedExample.fictionalNumber()))
            },
            Shown(name: "concern-sent", path: "/concern/new", by: "nykoping-mentor") {
                _ = try await $0.report(.init(personalNumber: WorkedExample.fictionalNumber()))
            },
            Shown(name: "consultation", path: "/consultation/new", by: "nykoping-mentor"),
            Shown(name: "consultation-sent", path: "/consultation/new", by: "nykoping-mentor") { person in
                try await person.tick(person.choice("area.home"))
                try await person.fill("desk.consultation.question", "Hur når vi en familj som har det svårt?")
                try await person.press("desk.consultation.submit")
            },
            Shown(name: "case-closed-to-reader", path: "/case/CASE", by: "nykoping-mentor"),
            Shown(name: "case-withhold-outside", path: "/case/CASE", by: "nykoping-mentor") {
                try await $0.press("desk.withhold.button")
            },
            Shown(name: "emergency", path: "/case/CASE/emergency", by: "nykoping-mentor"),
            Shown(name: "coordinators-work", path: "/work", by: "nykoping-familjestod"),
            Shown(name: "coordinators-case", path: "/case/CASE", by: "nykoping-familjestod"),
            Shown(name: "coordinators-meetings", path: "/case/CASE/meetings", by: "nykoping-familjestod"),
            Shown(name: "participants-case", path: "/case/CASE", by: "nykoping-psykolog"),
            Shown(name: "managers-work", path: "/work?list=unit", by: "nykoping-samordnare"),
            Shown(name: "countys-work", path: "/work?list=county", by: "lansfunktion"),
            Shown(name: "countys-case", path: "/case/CASE", by: "lansfunktion"),
            Shown(name: "countys-consents", path: "/case/CASE/consents", by: "lansfunktion"),
            Shown(name: "readers", path: "/case/CASE/readers", by: "dataskyddsombud"),
            Shown(name: "readings", path: "/readings", by: "dataskyddsombud"),
            Shown(name: "readings-found", path: "/readings", by: "dataskyddsombud") { person in
                try await person.fill("desk.readings.who", "nykoping.rektor@example.org")
                try await person.press("desk.readings.submit")
            },
            Shown(name: "numbers", path: "/numbers", by: "styrgrupp-ordforande"),
        ]

        @Test(
            "no page keeps anybody out, is no HTML, scrolls sideways on a telephone or weighs too much",
            .enabled(if: BrowserTools.hasAxe, BrowserTools.noAxe))
        func reviewed() async throws {
            let review = try PageReview()
            try await DeskSuite.run { suite in
                let called = try await suite.playToMeeting()
                try await suite.answer(.accepted, to: called.meeting, by: "nykoping-familjestod")
                // While the meeting stands, who takes part reads the case; afterwards somebody coordinates it.
                try await Self.look(Self.open + Self.owners, called.reference, suite, review)
                try await suite.record(called.meeting, coordinator: "nykoping-familjestod")
                let other = try await suite.playToConcern()
                try await Self.prepare(other, suite)
                try await Self.look(Self.mapping, other, suite, review)
                try await Self.look(Self.guardians, other, suite, review)
                try await Self.look(Self.others, called.reference, suite, review)
            }
            let faults = try await review.faults()
            #expect(faults == [])
        }

        /// A case that is taken on, with words of two sources.
        private static func prepare(_ reference: String, _ suite: DeskSuite) async throws {
            let principal = try await suite.person("nykoping-rektor")
            try await principal.takeOn(reference)
            try await principal.add("Vill ha lugn.", from: "child", "need", "safety", to: reference)
            try await principal.add("Läser gärna.", from: "organisation", "strength", "learning", to: reference)
            try await principal.browser.quit()
        }

        private static func look(
            _ pages: [Shown], _ reference: String, _ suite: DeskSuite, _ review: PageReview
        ) async throws {
            for (id, pages) in Dictionary(grouping: pages, by: \.by).sorted(by: { $0.key ?? "" < $1.key ?? "" }) {
                let person = if let id { try await suite.person(id) } else { try await suite.nobody() }
                for page in pages {
                    try await person.open(page.path.replacing("CASE", with: reference))
                    try await review.listen(to: person.browser, page.name)
                    try await page.deed(person)
                    try await review.look(at: person.browser, page.name)
                }
                try await person.browser.quit()
            }
        }
    }
}
