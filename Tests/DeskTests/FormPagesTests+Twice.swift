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

extension FormPagesTests {
    @Test("two tabs: a form of an old page is refused in words, and its text is still there")
    func twoTabs() async throws {
        let desk = try await Desk()
        try await desk.mapped()
        let old = try #require(FilledForm(try await desk.get("mapping").html, to: "/do/record_answers"))
            .with("record_answers-answers-3", "Ett nytt svar.")
        _ = try await desk.fill("outcome", "conclude") {
            $0.with("conclude-outcome", "nothing_further").with("conclude-next_date", desk.day(30))
        }
        let answer = try await desk.tester.post(old.action, form: old.fields, as: "head-school")
        #expect(answer.status == .unprocessableContent)
        #expect(answer.html.contains("Kartläggningen är avslutad. Öppna den igen först."))
        #expect(FilledForm(answer.html, to: "/do/record_answers")?["record_answers-answers-3"] == "Ett nytt svar.")
        let fresh = try await desk.get("mapping").html
        #expect(FilledForm(fresh, to: "/do/record_answers") == nil && fresh.contains("Svar 3."))
        #expect(
            try await desk.fill("outcome", "reopen") { $0.with("reopen-reason", "Nya uppgifter.") }.status == .seeOther)
        #expect(try await desk.row().phase == .mapping)
    }

    @Test("a double click is one command; other words from the same page, after going back, are another one")
    func doubleClick() async throws {
        let desk = try await Desk()
        let before = try await desk.facts(InformationAdded.self).count
        let form = try #require(FilledForm(try await desk.get("mapping").html, to: "/do/add_information"))
            .with("add_information-source", "guardian").with("add_information-kind", "need")
            .with("add_information-areas", "home").with("add_information-text", "En gång.")
        async let first = desk.tester.post(form.action, form: form.fields, as: "head-school")
        async let second = desk.tester.post(form.action, form: form.fields, as: "head-school")
        for answer in try await [first, second] { #expect(answer.status == .seeOther) }
        #expect(try await desk.facts(InformationAdded.self).count == before + 1)
        let edited = form.with("add_information-text", "Andra ord.")
        #expect(try await desk.tester.post(edited.action, form: edited.fields, as: "head-school").status == .seeOther)
        #expect(try await desk.facts(InformationAdded.self).count == before + 2)
    }
}
