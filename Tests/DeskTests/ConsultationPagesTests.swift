import Codec
import Domain
import Foundation
import HTTPTypes
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("An anonymous question is sent from the desk (rule 5)")
struct ConsultationPagesTests {
    private static let question = "En elev drar sig undan. Hur kan vi nå hen?"

    private func fields(
        _ question: String = question, areas: [String] = ["relationships"], municipality: String = "0001",
        id: String = "1B1D1C55-0C7B-4C0D-9B2F-43C4D4B0AA01"
    ) -> [(String, String)] {
        [("csrf", "token"), ("id", id), ("municipality", municipality), ("question", question)]
            + areas.map { ("areas", $0) }
    }

    private func withForum() -> CountyDirectory {
        var county = ExampleCounty.message
        county.forums = [
            .with {
                ($0.id, $0.name, $0.chair, $0.place) = ("forum", "Testby samverkansforum", "head-social", "Rum social")
                ($0.municipalities, $0.first, $0.everyWeeks) = (["0001"], "2026-12-02", 2)
                ($0.hours, $0.minutes) = ("13:00-15:00", 30)
            }
        ]
        return county
    }

    @Test("its reference is shown, and when the forum takes it up")
    func booked() async throws {
        let tester = try DeskTester(withForum())
        let form = try await tester.get("/consultation/new", as: "teacher")
        #expect(form.html.contains(Catalogue.text("desk.consultation.identity", .swedish)))
        let answer = try await tester.post("/consultation/new", fields(), as: "teacher")
        let path = try #require(answer.location)
        let page = try await tester.get(path, as: "teacher")
        #expect(page.html.contains("TST-Q-") && page.html.contains("Testby samverkansforum"))
        #expect(page.html.contains("onsdag 2 december 2026 kl. 13.00"))
        for page in [form, page] { page.html.expectWholePage() }
        #expect(try await tester.get(path, as: "nurse").status == .notFound)
        let again = try await tester.post("/consultation/new", fields(), as: "teacher")
        #expect(again.location == "\(path)?again=yes")
    }

    @Test("where no forum has a time, the page says who sees to it")
    func unplaced() async throws {
        let tester = try DeskTester()
        let answer = try await tester.post("/consultation/new", fields(), as: "teacher", language: .english)
        let page = try await tester.get(try #require(answer.location), as: "teacher", language: .english)
        #expect(page.html.contains("No forum has a time for the question. Chef Exempelson has been told"))
        page.html.expectWholePage()
    }

    @Test(
        "a question that seems to tell whom it is about is refused at its field, and stays there to be changed",
        arguments: [
            ("Gäller 20170315-2387.", "consultation.personal_number"),
            ("Fråga vera@example.org.", "consultation.email"), ("Ring 070-174 06 05.", "consultation.phone"),
            ("  ", "text.missing"), (String(repeating: "x", count: 20_001), "text.long"),
        ])
    func identity(question: String, code: String) async throws {
        let tester = try DeskTester()
        let page = try await tester.post("/consultation/new", fields(question), as: "teacher")
        #expect(page.status == .unprocessableContent && page.html.contains(#"id="question-error""#))
        let words = Catalogue.text(code, .swedish, ["limit": "20000"])
        #expect(page.html.contains(words))
        #expect(question == "  " || page.html.contains(question))
        #expect(page.html.contains(##"href="#question""##))
    }

    @Test("areas and municipality are asked for, and hostile text is text")
    func faults() async throws {
        let tester = try DeskTester()
        let hostile = "</textarea><script>alert(1)</script>"
        let page = try await tester.post(
            "/consultation/new", fields(hostile, areas: [], municipality: hostile), as: "teacher")
        #expect(page.html.contains(#"id="areas-error""#) && page.html.contains(#"id="municipality-error""#))
        #expect(!page.html.contains("<script>alert"))
        let sent = try await tester.post("/consultation/new", fields(hostile), as: "teacher")
        #expect(sent.status == .seeOther)
    }

    @Test("where Kafka does not take it, the page keeps the question and its id")
    func kafka() async throws {
        struct Down: Error {}
        let tester = try DeskTester(send: { _ in throw Down() })
        let page = try await tester.post("/consultation/new", fields(), as: "teacher")
        #expect(page.status == .serviceUnavailable && page.html.contains(Self.question))
        #expect(page.html.contains("1B1D1C55-0C7B-4C0D-9B2F-43C4D4B0AA01"))
    }
}
