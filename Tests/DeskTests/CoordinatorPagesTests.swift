import Codec
import Domain
import Foundation
import HTTPTypes
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("The coordinator's page (rule 15)")
struct CoordinatorPagesTests {
    private static func words(_ html: String) -> String {
        html.replacing(#/<[^>]*>/#, with: " ").replacing(#/\s+/#, with: " ")
    }

    private static func cooperating() async throws -> CaseStory {
        var story = try await CaseStory()
        try await story.map()
        try await story.consent(.given)
        try story.conclude(.cooperation)
        return story
    }

    private static func fill(
        _ story: CaseStory, _ action: String, as person: String = CaseStory.owner,
        _ change: (FilledForm) -> FilledForm
    ) async throws -> DeskTester.Answer {
        try await story.tester.fill("/case/\(story.reference)/coordinator", action, as: person, change)
    }

    private static func page(_ story: CaseStory, as person: String = CaseStory.owner) async throws -> String {
        words(try await story.tester.get("/case/\(story.reference)/coordinator", as: person).html)
    }

    @Test(
        "rule 15: the child is to be asked before the first meeting; its wish is shown in its words, with what it said before"
    )
    func wish() async throws {
        let story = try await Self.cooperating()
        let overview = try await story.tester.get("/case/\(story.reference)", as: CaseStory.owner).html
        #expect(overview.contains("Fråga barnet vem det vill ha som samordningsperson"))
        #expect(try await Self.page(story).contains("Barnet är inte tillfrågat än."))
        for (person, said) in [(CaseStory.person("nurse"), "Nils är snäll."), ("", "Vet inte längre.")] {
            let answer = try await Self.fill(story, "record_wish") {
                $0.with("record_wish-wish-person", person).with("record_wish-wish-words", said)
            }
            #expect(answer.location == "/case/\(story.reference)/coordinator?done=record_wish")
        }
        let page = try await Self.page(story)
        #expect(page.contains("Ingen särskild i katalogen") && page.contains("Vet inte längre."))
        #expect(page.contains("\(CaseStory.name(of: "nurse")): Nils är snäll."))
        let told = try await story.tester.get("/case/\(story.reference)", as: CaseStory.owner).html
        #expect(!told.contains("Fråga barnet vem det vill ha som samordningsperson"))
        #expect(Self.words(told).contains("Barnet är tillfrågat om samordningsperson: Nils är snäll."))
    }

    @Test("rule 15: the coordinator is changed between meetings; another choice than the child's asks for the reason")
    func change() async throws {
        var story = try await Self.cooperating()
        let early = try await Self.page(story)
        #expect(early.contains("Ärendet har ingen plan."))
        try await story.holdMeeting()
        let (nurse, coordinator) = (CaseStory.person("nurse"), CaseStory.person("family"))
        let refused = try await Self.fill(story, "change_coordinator", as: coordinator) {
            $0.with("change_coordinator-coordinator-person", nurse)
                .with("change_coordinator-coordinator-wish-words", "Jag vill ha kvar Fia.")
                .with("change_coordinator-coordinator-wish-person", coordinator)
        }
        #expect(refused.status == .unprocessableContent && refused.html.contains("Ange det särskilda skälet"))
        let answer = try await Self.fill(story, "change_coordinator", as: coordinator) {
            $0.with("change_coordinator-coordinator-person", nurse)
                .with("change_coordinator-coordinator-wish-words", "Jag vill ha Nils.")
                .with("change_coordinator-coordinator-wish-person", nurse)
        }
        #expect(answer.status == .seeOther)
        let page = try await Self.page(story)
        #expect(page.contains("Samordningsperson \(CaseStory.name(of: "nurse")) barnets val"))
        #expect(page.contains("Jag vill ha Nils."))
        let overview = Self.words(try await story.tester.get("/case/\(story.reference)", as: CaseStory.owner).html)
        #expect(overview.contains("Samordningsperson: \(CaseStory.name(of: "nurse"))"))
        let (former, new) = (CaseStory.name(of: "family"), CaseStory.name(of: "nurse"))
        #expect(overview.contains("Samordningsperson: \(former) → \(new)"))
    }
}
