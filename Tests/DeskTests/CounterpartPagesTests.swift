import Codec
import Domain
import Foundation
import HTTPTypes
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("Before school the other of the two is seen on the case's pages, asked by a form, and answers by one (rule 2)")
struct CounterpartPagesTests {
    private static func words(_ html: String) -> String {
        html.replacing(#/<[^>]*>/#, with: " ").replacing(#/\s+/#, with: " ")
    }

    @Test("rules 2, 7 and 13: told, asked with everybody's consent, and answered, by its own named person")
    func asked() async throws {
        let story = try await CaseStory(report: { ($0.unit, $0.stage) = ("unitid-preschool", "before_school") })
        let owner = try #require(try await story.facts(ConcernRegistered.self).first).namedPerson
        let other = try #require(try await story.facts(CounterpartTold.self).first).person
        let path = "/case/\(story.reference)"
        let overview = Self.words(try await story.tester.get(path, as: owner).html)
        #expect(overview.contains("Den andra verksamheten:") && overview.contains("vet att ärendet finns"))
        #expect(try await story.tester.get(path, as: other).status == .notFound)
        let early = try await story.tester.fill("\(path)/mapping", "ask_counterpart", as: owner)
        #expect(early.status == .unprocessableContent)
        for guardian in try await story.facts(ConcernRegistered.self).flatMap(\.guardians) {
            let reference = story.reference
            try story.send(
                RecordConsent.with {
                    ($0.caseReference, $0.by, $0.giver) = (reference, owner, guardian)
                    ($0.decision, $0.form, $0.organisations) = ("given", "spoken", ["health_care", "education"])
                }, by: owner)
        }
        let asked = try await story.tester.fill("\(path)/mapping", "ask_counterpart", as: owner) {
            $0.with("ask_counterpart-areas", "health")
        }
        #expect(asked.location == "\(path)/mapping?done=ask_counterpart")
        #expect(try await !story.tester.get("/work", as: owner).html.contains("Läs planen och berätta"))
        let work = try await story.tester.get("/work", as: other).html
        #expect(work.contains("Läs planen och berätta vad ni vet") && work.contains("Jag är tillfrågad"))
        #expect(work.contains("\(path)/mapping#add_information"))
        #expect(try await story.tester.get(path, as: other).html.contains("\(path)/mapping#add_information"))
        let answer = try await story.tester.fill("\(path)/mapping", "add_information", as: other) {
            $0.with("add_information-source", "organisation").with("add_information-kind", "strength")
                .with("add_information-areas", "health").with("add_information-text", "Sover gott.")
        }
        #expect(answer.status == .seeOther)
        #expect(try await !story.tester.get("/work", as: other).html.contains(story.reference))
        let after = try await story.tester.get(path, as: owner).html
        #expect(Self.words(after).contains("svarade 2026-") && after.contains("Sover gott."))
    }
}
