import CloudEvents
import Codec
import Domain
import Foundation
import GRDB
import TestSupport
import Testing
import Views

@testable import desk

/// A concern's form as a browser would send it.
struct ConcernForm {
    let id = "7A0F54F2-5B7C-4A53-8C11-0E6B8C0B4F11"
    var areas = ["safety", "home"]
    var texts: [String: String] = [:]

    static func filled() -> ConcernForm {
        var form = ConcernForm()
        form.texts = [
            "strengths": "Kim ritar gärna.", "observation": "Kim är ofta ensam.", "observed_on": "2026-11-23",
            "observed_time": "08:00", "harm_suspected": "no", "name": "Kim Exempelbarn",
            "personal_number": "20170315-2387", "municipality": "0001", "stage": "school", "unit": "school",
            "guardians-0-name": "Vera Exempel", "guardians-0-email": "vera@example.org", "guardians-0-phone": "070",
        ]
        return form
    }

    subscript(name: String) -> String {
        get { texts[name] ?? "" }
        set { if name == "areas" { areas = newValue.isEmpty ? [] : [newValue] } else { texts[name] = newValue } }
    }

    func fields(_ step: String) -> [(String, String)] {
        [("csrf", "token"), ("id", id), ("step", step)] + areas.map { ("areas", $0) }
            + texts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension DeskTester {
    /// Sends a concern, and follows to its receipt.
    func sendConcern(
        _ form: ConcernForm, as person: String, language: Language = .swedish
    ) async throws -> Answer {
        let answer = try await post("/concern/new", form.fields("send"), as: person, language: language)
        return try await get(try #require(answer.location), as: person, language: language)
    }
}

extension SuiteInMemory {
    /// The concerns that Intake has registered, as facts.
    var concerns: [Event] {
        get async throws {
            try await view.reader().read { db in
                try StoredEvent.fetchAll(
                    db, sql: "SELECT event FROM fact WHERE type = ?", arguments: [ConcernRegistered.eventType]
                ).map(\.event)
            }
        }
    }
}

extension SignedIn {
    static func example(_ person: String) -> SignedIn {
        SignedIn(person: person, county: "TST", assurance: .three, at: ExampleCounty.monday)
    }
}

extension String {
    var htmlEscaped: String {
        replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    /// Names and values of what a page's form carries unseen.
    var hiddenFields: [(String, String)] {
        matches(of: #/<input type="hidden" name="([^"]*)" value="([^"]*)">/#).map { (String($0.1), String($0.2)) }
            .filter { !["back", "csrf"].contains($0.0) }
    }

    /// A page without names of the catalogue in place of words, ids that are there twice, or labels of nothing; below 100 kB.
    func expectWholePage() {
        let unnamed = firstMatch(of: #/[> "](desk\.[a-z_.]+|\{\{)/#).map { String($0.1) }
        #expect(unnamed == nil)
        #expect(matches(of: #/<h1[ >]/#).count == 1 && !contains("Optional("))
        let ids = matches(of: #/ id="([^"]*)"/#).map { String($0.1) }
        #expect(ids.count == Set(ids).count)
        let referred = matches(of: #/ (?:for|aria-describedby|aria-labelledby)="([^"]*)"/#)
            .flatMap { $0.1.split(separator: " ").map(String.init) }
        #expect(referred.filter { !ids.contains($0) } == [])
        #expect(utf8.count < 100_000)
    }
}
