import CloudEvents
import Codec
import Domain
import Foundation
import GRDB
import HTTPTypes
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("A case is worked on by forms alone")
struct FormPagesTests {
    /// A case that has just come in, whose named person is `head-school`.
    struct Desk {
        let tester: DeskTester
        let reference: String

        init(
            _ county: CountyDirectory = ExampleCounty.message, report change: (inout ConcernReported) -> Void = { _ in }
        ) async throws {
            let tester = try DeskTester(county)
            var report = SuiteInMemory.report
            change(&report)
            try tester.suite.send(report, id: "r1", key: "r1", to: .concernReports)
            let receipt = try await tester.suite.view.reader().read { try $0.receipt(of: "r1", from: "test") }
            (self.tester, reference) = (tester, try #require(receipt).registered.caseReference)
        }

        func path(_ part: String) -> String { "/case/\(reference)\(part.isEmpty ? "" : "/\(part)")" }

        func get(_ part: String, as person: String = "head-school") async throws -> DeskTester.Answer {
            try await tester.get(path(part), as: person)
        }

        func fill(
            _ part: String, _ action: String, as person: String = "head-school",
            _ change: (FilledForm) -> FilledForm = { $0 }
        ) async throws -> DeskTester.Answer {
            try await tester.fill(path(part), action, as: person, change)
        }

        func row() async throws -> CaseRow {
            let reference = reference
            return try #require(try await tester.suite.view.reader().read { try $0.status(of: reference) })
        }

        func facts<Fact: EventPayload>(_ type: Fact.Type) async throws -> [Fact] {
            let reference = reference
            let events = try await tester.suite.view.reader().read { try $0.facts(of: reference) }
            return try events.filter { $0.type == Fact.eventType }.map { try $0.decode(Fact.self) }
        }

        func day(_ days: Int) -> String { CivilTime.day(of: tester.suite.now).plus(days).description }

        // MARK: Chapters

        func inform(_ source: String, _ kind: String, _ text: String, as person: String = "head-school") async throws {
            let answer = try await fill("mapping", "add_information", as: person) {
                $0.with("add_information-source", source).with("add_information-kind", kind)
                    .with("add_information-areas", "home").with("add_information-text", text)
            }
            #expect(answer.location == "\(path("mapping"))?done=add_information")
        }

        func answerAll(as person: String = "head-school") async throws {
            let answer = try await fill("mapping", "record_answers", as: person) { form in
                (1...5).reduce(form) { $0.with("record_answers-answers-\($1)", "Svar \($1).") }
            }
            #expect(answer.location == "\(path("mapping"))?done=record_answers")
        }

        func consent(_ guardian: String, outsiders: String = "no") async throws {
            let page = try await get("consents")
            let key = page.html.firstMatch(
                of: try Regex("name=\"record_consent-giver\" value=\"([^\"]*)\"[^>]*>\\s*<label[^>]*>\(guardian)"))
            let giver = String(try #require(key?.output[1].substring))
            let answer = try await fill("consents", "record_consent") {
                $0.with("record_consent-giver", giver).with("record_consent-decision", "given")
                    .with("record_consent-organisations", "education", "social_services", "health_care")
                    .with("record_consent-form", "signature").with("record_consent-outsiders", outsiders)
            }
            #expect(answer.location == "\(path("consents"))?done=record_consent")
        }

        func mapped() async throws {
            #expect(try await fill("people", "take_on").status == .seeOther)
            try await inform("guardian", "strength", "Mormor bor nära.")
            try await inform("child", "need", "Jag vill prata med någon.")
            try await answerAll()
        }

        func cooperating() async throws {
            try await mapped()
            try await consent("Gun Exempelförälder")
            try await consent("Göran Exempelförälder")
            let answer = try await fill("outcome", "conclude") {
                $0.with("conclude-outcome", "cooperation").with("conclude-next_date", day(21))
                    .with("conclude-organisations", "social_services", "health_care")
            }
            #expect(answer.location == "\(path("outcome"))?done=conclude")
        }
    }

    @Test(
        "the worked example: taken on, delegated, heard, answered, handed back, consented, concluded, as each of its people"
    )
    func workedExample() async throws {
        let desk = try await Desk()
        #expect(try await desk.fill("people", "take_on").location == "\(desk.path("people"))?done=take_on")
        #expect(try await desk.get("people?done=take_on").html.contains("Oron är bekräftad"))
        #expect(
            try await desk.fill("people", "delegate") { $0.with("delegate-to", "teacher") }.location
                == "\(desk.path("people"))?done=delegate")
        try await desk.inform("detector", "need", "Behöver en vuxen på morgonen.", as: "teacher")
        try await desk.inform("guardian", "strength", "Mormor bor nära.", as: "teacher")
        try await desk.inform("child", "need", "Jag vill prata med någon.", as: "teacher")
        try await desk.answerAll(as: "teacher")
        // Whoever hands back does not read the case any more.
        #expect(try await desk.fill("people", "hand_back", as: "teacher").location == "/case-passed-on")
        #expect(try await desk.get("mapping", as: "teacher").status == .notFound)
        try await desk.consent("Gun Exempelförälder")
        try await desk.consent("Göran Exempelförälder")
        let concluded = try await desk.fill("outcome", "conclude") {
            $0.with("conclude-outcome", "cooperation").with("conclude-next_date", desk.day(21))
                .with("conclude-organisations", "social_services", "health_care")
        }
        #expect(concluded.location == "\(desk.path("outcome"))?done=conclude")
        #expect(try await desk.row().phase == .cooperation)
        #expect(try await desk.facts(MeetingScheduled.self).count == 1)
    }

    @Test("own measures: rows, a follow-up that goes on, and one that ends; all in words on the page")
    func ownMeasures() async throws {
        let desk = try await Desk()
        try await desk.mapped()
        let concluded = try await desk.fill("outcome", "conclude") {
            $0.with("conclude-outcome", "own_measures").with("conclude-next_date", desk.day(30))
                .with("conclude-measures-1-text", "Samtal varje vecka.").with("conclude-measures-1-area", "home")
                .with("conclude-measures-1-responsible", "teacher")
        }
        #expect(concluded.status == .seeOther)
        #expect(try await desk.row().phase == .ownMeasures)
        let page = try await desk.get("outcome").html
        #expect(page.contains("Samtal varje vecka.") && page.contains("Ansvarig: teacher Exempelson"))
        let goesOn = try await desk.fill("outcome", "follow_up") {
            $0.with("follow_up-effect", "better").with("follow_up-decision", "continue")
                .with("follow_up-text", "Det hjälper.").with("follow_up-next_date", desk.day(60))
        }
        #expect(goesOn.location == "\(desk.path("outcome"))?done=follow_up")
        #expect(try await desk.get("outcome").html.contains("Det hjälper."))
        let ends = try await desk.fill("outcome", "follow_up") {
            $0.with("follow_up-effect", "better").with("follow_up-decision", "end").with("follow_up-text", "Klart.")
        }
        #expect(ends.status == .seeOther)
        #expect(try await desk.row().phase == .closed)
        let closed = try await desk.get("outcome").html
        #expect(FilledForm(closed, to: "/do/follow_up") == nil && closed.contains("Ärendet är avslutat."))
    }

    @Test(
        "rule 13: a consent is withdrawn from any page, with what it means said first, also by who does not read the case"
    )
    func withdrawal() async throws {
        let desk = try await Desk()
        try await desk.cooperating()
        // The button on each page leads to the page that says what follows; nothing has happened yet.
        let asked = try await desk.fill("mapping", "withhold_consent")
        #expect(asked.status == .ok && asked.html.contains("Ett samtycke kan tas tillbaka när som helst."))
        #expect(try await desk.row().phase == .cooperation)
        let form = try #require(FilledForm(asked.html, to: "/do/withhold_consent"))
        // Nor does the form on the page of consents record anything at once.
        let section = try await desk.get("consents").html.components(separatedBy: "id=\"withhold_consent\"").last ?? ""
        let unconfirmed = try #require(FilledForm(section, to: "/do/withhold_consent"))
            .with("withhold_consent-giver", "youth")
        let warned = try await desk.tester.post(unconfirmed.action, form: unconfirmed.fields, as: "head-school")
        #expect(warned.status == .ok && warned.html.contains("Ett samtycke kan tas tillbaka när som helst."))
        #expect(try await desk.row().phase == .cooperation)
        let unchosen = try await desk.tester.post(form.action, form: form.fields, as: "head-school")
        #expect(unchosen.status == .unprocessableContent && unchosen.html.contains("withhold_consent-giver-error"))
        let card = try await desk.get("consents").html.components(separatedBy: "<ul class=\"cards\">").last ?? ""
        let ofCard = try #require(FilledForm(card, to: "/do/withhold_consent"))
        let chosen = try await desk.tester.post(ofCard.action, form: ofCard.fields, as: "head-school")
        let confirmed = try #require(FilledForm(chosen.html, to: "/do/withhold_consent"))
        #expect(confirmed["withhold_consent-giver"] == ofCard["withhold_consent-giver"])
        let done = try await desk.tester.post(confirmed.action, form: confirmed.fields, as: "head-school")
        #expect(done.location == "\(desk.path("consents"))?done=withhold_consent")
        #expect(try await desk.row().phase == .awaitingConsent)
        #expect(try await desk.facts(MeetingCancelled.self).count == 1)

        // The county's function sees no name, and can still say that a guardian says no.
        let other = try await Desk()
        try await other.cooperating()
        let page = try await other.get("consents", as: "county")
        #expect(!page.html.contains("Exempelförälder"))
        let button = try #require(FilledForm(page.html, to: "/do/withhold_consent"))
        let told = button.with("withhold_consent-giver", "others").with("withhold_consent-confirmed", "yes")
        #expect(try await other.tester.post(told.action, form: told.fields, as: "county").status == .seeOther)
        #expect(try await other.row().phase == .awaitingConsent)
    }

    @Test("what is missing stands at its field, what a service refuses too, and all that was typed is kept")
    func refusals() async throws {
        let desk = try await Desk()
        let hostile = "Ord <b>\"citat\"</b> & mer"
        let missing = try await desk.fill("mapping", "add_information") {
            $0.with("add_information-source", "child").with("add_information-text", hostile)
        }
        #expect(missing.status == .unprocessableContent)
        #expect(missing.html.contains("add_information-kind-error") && missing.html.contains("Välj ett alternativ."))
        #expect(missing.html.contains("error-summary") && !missing.html.contains("<b>\"citat"))
        let kept = try #require(FilledForm(missing.html, to: "/do/add_information"))
        #expect(kept["add_information-text"] == hostile && kept["add_information-source"] == "child")

        // Mapping refuses: nothing is answered, nobody heard, and the date has passed.
        let refused = try await desk.fill("outcome", "conclude") {
            $0.with("conclude-outcome", "nothing_further").with("conclude-next_date", desk.day(-3))
        }
        #expect(refused.status == .unprocessableContent && refused.html.contains("conclude-next_date-error"))
        #expect(refused.html.contains("Barnet har inte fått komma till tals"))
        #expect(FilledForm(refused.html, to: "/do/conclude")?["conclude-next_date"] == desk.day(-3))

        let long = String(repeating: "å", count: 6_000)
        let tooLong = try await desk.fill("mapping", "add_information") {
            $0.with("add_information-source", "child").with("add_information-kind", "need")
                .with("add_information-areas", "home").with("add_information-text", long)
        }
        #expect(tooLong.html.contains("add_information-text-error"))
        #expect(FilledForm(tooLong.html, to: "/do/add_information")?["add_information-text"] == long)
        #expect(try await desk.facts(InformationAdded.self).allSatisfy { $0.by.isEmpty })
    }

    @Test("corrected information and changed answers keep their history, and only what was changed is sent")
    func history() async throws {
        let desk = try await Desk()
        try await desk.mapped()
        let id = try #require(try await desk.facts(InformationAdded.self).last).information.id
        let corrected = try await desk.fill("mapping?correct=\(id)", "correct_information") {
            $0.with("correct_information-text", "Jag vill prata med kuratorn.")
                .with("correct_information-reason", "Barnet sa det tydligare.")
        }
        #expect(corrected.location == "\(desk.path("mapping"))?done=correct_information")
        let page = try await desk.get("mapping").html
        for text in [
            "Jag vill prata med kuratorn.", "<del>Jag vill prata med någon.</del>", "Barnet sa det tydligare.",
            "Kim är ofta ensam på rasterna.", "Kim ritar gärna.",
        ] {
            #expect(page.contains(text), "\(text)")
        }
        _ = try await desk.fill("mapping", "record_answers") { $0.with("record_answers-answers-2", "Nytt svar 2.") }
        #expect(try await desk.facts(AnswersRecorded.self).last?.questions == [2])
        #expect(try await desk.get("mapping").html.contains("<del>Svar 2.</del>"))
        let unchanged = try await desk.fill("mapping", "record_answers")
        #expect(unchanged.html.contains("Du har inte ändrat något svar."))
    }

    @Test("each form is there for who may, and says why not to the others; a stranger gets nothing")
    func others() async throws {
        let desk = try await Desk()
        _ = try await desk.fill("people", "delegate") { $0.with("delegate-to", "teacher") }
        let page = try await desk.get("people", as: "teacher").html
        #expect(FilledForm(page, to: "/do/take_on") != nil && FilledForm(page, to: "/do/delegate") == nil)
        #expect(page.contains("Du kan inte göra det här nu:"))
        // Sent all the same, it is refused.
        let form: [(name: String, value: String)] = [("id", UUID().uuidString), ("delegate-to", "head-school")]
        let refused = try await desk.tester.post(desk.path("do/delegate"), form: form, as: "teacher")
        #expect(refused.status == .unprocessableContent)
        for part in ["people", "mapping", "consents", "outcome"] {
            #expect(try await desk.get(part, as: "head-kaa").status == .notFound, "\(part)")
        }
        #expect(try await desk.tester.post(desk.path("do/take_on"), form: form, as: "head-kaa").status == .notFound)
        #expect(
            try await desk.tester.post(desk.path("do/confirm_move"), form: form, as: "head-kaa").status == .notFound)
    }

    @Test("a form without its id, or of an action that does not exist, is no form")
    func malformed() async throws {
        let desk = try await Desk()
        for id in ["", "1", "../../etc/passwd", "'; DROP TABLE fact; --"] {
            let answer = try await desk.tester.post(desk.path("do/take_on"), ["id": id], as: "head-school")
            #expect(answer.status == .badRequest, "\(id)")
        }
        let id = UUID().uuidString
        #expect(try await desk.tester.post(desk.path("do/erase"), ["id": id], as: "head-school").status == .notFound)
        let unknown = try await desk.tester.post("/case/TST-0000-0000-00/do/take_on", ["id": id], as: "head-school")
        #expect(unknown.status == .notFound)
        #expect(try await desk.get("people?done=%3Cscript%3E&to=%22%3E%3Cscript%3E").html.contains("<script>") == false)
    }

    @Test("the pages are whole in both languages: each id once, each word in the catalogue, no id of a person, small")
    func pages() async throws {
        let desk = try await Desk()
        try await desk.cooperating()
        for language in Language.allCases {
            for part in ["people", "mapping", "consents", "outcome"] {
                let page = try await desk.tester.get(desk.path(part), as: "head-school", language: language).html
                let ids = page.matches(of: #/ id="([^"]*)"/#).map { String($0.1) }
                #expect(ids.count == Set(ids).count, "\(part)")
                let described = page.matches(of: #/ (?:for|aria-describedby|aria-labelledby)="([^"]*)"/#)
                    .flatMap { $0.1.split(separator: " ").map(String.init) }
                #expect(described.filter { !ids.contains($0) } == [], "\(part)")
                let unnamed = page.firstMatch(of: #/[> "](desk\.[a-z_.]+)/#).map { String($0.1) }
                #expect(unnamed == nil, "\(part)")
                let text = page.replacing(#/<[^>]*>/#, with: " ")
                #expect(!text.contains("head-school") && !text.contains("{{"), "\(part)")
                #expect(page.utf8.count < 100_000, "\(part): \(page.utf8.count)")
                #expect(page.matches(of: #/<h1/#).count == 1, "\(part)")
            }
        }
    }

    @Test("the pages are written where they are asked for")
    func written() async throws {
        guard let folder = ProcessInfo.processInfo.environment["GUIDE_DIRECTORY"] else { return }
        let desk = try await Desk()
        try await desk.mapped()
        for part in ["people", "mapping", "consents", "outcome"] {
            let page = try await desk.get(part).html.replacing("\"/assets/", with: "\"assets/")
            try page.write(
                to: URL(filePath: folder).appending(path: "case-\(part).html"), atomically: true, encoding: .utf8)
        }
    }
}
