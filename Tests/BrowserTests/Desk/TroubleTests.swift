import Codec
import Domain
import Foundation
import StreamsTestSupport
import Testing

@testable import tillsammans

extension InTheBrowser {
    @Suite("What goes wrong before the desk costs nobody their work")
    struct TroubleTests {
        @Test("a form whose session has ended keeps its text; what a service refuses is said in words at its field")
        func refusedAndExpired() async throws {
            try await DeskSuite.run { suite in
                let reference = try await suite.playToConcern()
                let principal = try await suite.person("nykoping-rektor")
                try await Self.refused(principal, reference)
                try await Self.expired(principal, reference)
            }
        }

        private static func refused(_ principal: Person, _ reference: String) async throws {
            try await principal.openSoon("outcome", of: reference)
            try await principal.tick(principal.choice("outcome.nothing_further"), in: "desk.conclude.outcome")
            let today = CivilTime.day(of: Date())
            try await principal.fillDate("desk.conclude.next_date", today)
            try await principal.press("desk.conclude.submit")
            try await principal.sees("desk.errors.title")
            #expect(try await principal.browser.title.hasPrefix(principal.word("desk.field.error")))
            #expect(try await principal.browser.focused.text.contains(principal.word("desk.errors.title")))
            // The date stands as it was typed, and says what is wrong with it.
            let date = try await principal.browser.element(.field(principal.word("desk.conclude.next_date")))
            #expect(try await date.value == today.description)
            #expect(try await date.attribute("aria-invalid") == "true")
            let described = try #require(try await date.attribute("aria-describedby")?.split(separator: " ").last)
            let error = try await principal.browser.element(.css("#\(described)")).text
            #expect(error.contains(principal.word("next_date")))
            // What has no field stands in the summary.
            try await principal.sees("answers.missing", ["question": principal.word("question.1")])
        }

        private static func expired(_ principal: Person, _ reference: String) async throws {
            let text = "Mormor bor nära.\nHon hjälper gärna till."
            try await principal.open("/case/\(reference)/mapping")
            try await principal.writeInformation(text, from: "guardian", "strength", "home")
            try await principal.browser.deleteCookies()
            try await principal.press("desk.add_information.submit")
            try await principal.sees("desk.sign_in.needed")
            try await principal.follow("desk.sign_in.again")
            try await principal.signIn(as: "nykoping-rektor")
            try await principal.open("/case/\(reference)/mapping")
            try await principal.sees("desk.draft.restored")
            let field = Locator.field(principal.word("desk.add_information.text"))
            #expect(try await principal.browser.element(field).value == text)
            try await principal.writeInformation(text, from: "guardian", "strength", "home")
            try await principal.press("desk.add_information.submit")
            try await principal.did("add_information")
            #expect(try await principal.browser.element(field).value == "")
        }

        @Test(
            "the second of two tabs learns that it is done already; a double click is one command, without a script too"
        )
        func twice() async throws {
            try await DeskSuite.run { suite in
                let reference = try await suite.playToConcern()
                let principal = try await suite.person("nykoping-rektor")
                let browser = principal.browser
                try await principal.openSoon("people", of: reference)
                let first = try await browser.tab
                try await browser.openTab()
                try await principal.takeOn(reference)
                try await browser.show(tab: first)
                try await principal.press("desk.take_on.submit")
                try await principal.sees("case.taken_on")

                let texts = ["Med skript.", "Utan skript."]
                for (text, script) in zip(texts, [true, false]) {
                    let person = try await suite.person("nykoping-rektor", script: script)
                    try await person.open("/case/\(reference)/mapping")
                    try await person.writeInformation(text, from: "organisation", "need", "learning")
                    let button = try await person.browser.element(.button(person.word("desk.add_information.submit")))
                    try await person.browser.leave { try await button.doubleClick() }
                    try await person.waits(for: text)
                    try await person.browser.quit()
                }
                try await principal.add("Den sista.", from: "organisation", "need", "care", to: reference)
                let count = try await suite.count(
                    InformationAdded.self, on: .mappings, until: { $0.information.text == "Den sista." },
                    where: { texts.contains($0.information.text) })
                #expect(count == texts.count)
            }
        }

        @Test("on a telephone whose browser runs no script, a concern is reported and taken on")
        func narrowWithoutScript() async throws {
            try await DeskSuite.run { suite in
                let mentor = try await suite.person("nykoping-mentor", script: false)
                try await mentor.browser.resize(width: 360)
                let reference = try await mentor.report(.init(personalNumber: WorkedExample.fictionalNumber()))
                let principal = try await suite.person("nykoping-rektor", script: false)
                try await principal.browser.resize(width: 360)
                try await principal.takeOn(reference)
                try await principal.open("/work")
                try await principal.sees(reference)
            }
        }
    }
}
