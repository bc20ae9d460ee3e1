import CaseReading
import Codec
import Domain
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import desk

@Suite(
    "A case is opened in an emergency: by whoever is in the directory, for some hours, and everybody learns of it (rule 22)"
)
struct EmergencyPagesTests {
    private static let nurse = CaseStory.person("head-bhv")

    private static func id(_ html: String) throws -> String {
        try String(#require(html.firstMatch(of: #/name="id" value="([^"]+)"/#)).1)
    }

    @Test("a case's page that is not shown offers it, and so does the page of a case that does not exist")
    func offered() async throws {
        let story = try await CaseStory()
        for reference in [story.reference, "TST-0000-0000-00"] {
            let page = try await story.tester.get("/case/\(reference)", as: Self.nurse)
            #expect(page.status == .notFound)
            #expect(page.html.contains("/case/\(reference)/emergency"))
            let form = try await story.tester.get("/case/\(reference)/emergency", as: Self.nurse)
            #expect(form.status == .ok && form.html.contains("dataskyddsombudet får veta det genast"))
            #expect(HTMLCheck(form.html).faults == [])
        }
        let nobody = try await story.tester.get("/case/\(story.reference)/a/b", as: Self.nurse)
        #expect(nobody.status == .notFound)
    }

    @Test("with a reason the case is open at once, the access log says why, and who is responsible is told")
    func opened() async throws {
        let story = try await CaseStory()
        let path = "/case/\(story.reference)/emergency"
        let form = try await story.tester.get(path, as: Self.nurse)
        let fields: KeyValuePairs = ["id": try Self.id(form.html), "reason": "Barnet är på akuten nu."]
        let answer = try await story.tester.post(path, fields, as: Self.nurse)
        #expect(answer.status == .seeOther && answer.location == "/case/\(story.reference)")
        let page = try await story.tester.get("/case/\(story.reference)", as: Self.nurse)
        #expect(page.status == .ok && page.html.contains("Du läser ärendet i nödläge"))
        // A double click is one command.
        #expect(try await story.tester.post(path, fields, as: Self.nurse).status == .seeOther)
        let opened = try await story.facts(EmergencyOpened.self)
        #expect(opened.count == 1)
        #expect(opened.first?.to.contains(CaseStory.owner) == true)
        let signedIn = SignedIn(
            person: CaseStory.person("officer"), county: "TST", assurance: .three, at: story.tester.suite.now)
        let log = try await story.tester.desk.cases.openLog(of: story.reference, for: signedIn)
        #expect(log.contains { $0.by == Self.nurse && $0.why == "emergency_access" })
        #expect(
            try await story.tester.get("/case/\(story.reference)", as: CaseStory.person("nurse")).status == .notFound)
    }

    @Test("a reason that is missing or too long is told at its field, and what was written stays")
    func faults() async throws {
        let story = try await CaseStory()
        let path = "/case/\(story.reference)/emergency"
        let id = UUID().uuidString
        let empty = try await story.tester.post(path, ["id": id, "reason": " "], as: Self.nurse)
        #expect(empty.html.contains(##"<a href="#reason">"##) && empty.html.contains("Fyll i det här fältet."))
        let long = String(repeating: "å", count: 501)
        let refused = try await story.tester.post(path, ["id": id, "reason": long], as: Self.nurse)
        #expect(refused.html.contains("aria-invalid") && refused.html.contains(long))
        #expect(try await story.facts(EmergencyOpened.self).isEmpty)
        #expect(try await story.tester.post(path, ["id": "1", "reason": "Nu."], as: Self.nurse).status == .badRequest)
    }

    @Test("that a case does not exist is told after the command alone, with what was written kept")
    func unknown() async throws {
        let story = try await CaseStory()
        let fields: KeyValuePairs = ["id": UUID().uuidString, "reason": "Barnet är på akuten nu."]
        let answer = try await story.tester.post("/case/TST-0000-0000-00/emergency", fields, as: Self.nurse)
        #expect(answer.status == .ok)
        #expect(answer.html.contains("Ärendet finns inte.") && answer.html.contains("Barnet är på akuten nu."))
    }
}
