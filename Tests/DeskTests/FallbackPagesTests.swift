import Codec
import Domain
import HTTPTypes
import TestSupport
import Testing

@testable import desk

@Suite("The pages of a case that the municipality's fallback unit has")
struct FallbackPagesTests {
    private typealias Desk = FormPagesTests.Desk

    /// A case without a unit.
    private func desk() async throws -> Desk { try await Desk { $0.unit = "" } }

    @Test(
        "rule 2: each page says that the fallback unit has the case, and the first one why; the step leads to its form")
    func visible() async throws {
        let desk = try await desk()
        let parts = ["", "mapping", "consents", "outcome", "meetings", "people", "notices"]
        for part in parts {
            let page = try await desk.get(part, as: "head-fallback").html
            #expect(page.contains(">Reservenhet</span>"), "\(part)")
        }
        let first = try await desk.get("", as: "head-fallback").html
        #expect(first.contains("Kommunens reservenhet har ärendet: ingen enhet angavs för barnet"))
        let people = try await desk.get("people", as: "head-fallback").html
        #expect(FilledForm(people, to: desk.path("do/keep_case")) != nil)
        #expect(try await desk.row().status.ownerSought)
    }

    @Test("rule 2: the owner records why the case stays, and the form is gone; what was written stands in the history")
    func kept() async throws {
        let desk = try await desk()
        let empty = try await desk.fill("people", "keep_case", as: "head-fallback")
        #expect(empty.status == .unprocessableContent)
        let kept = try await desk.fill("people", "keep_case", as: "head-fallback") {
            $0.with("keep_case-reason", "Familjen är på väg att flytta.")
        }
        #expect(kept.location == "\(desk.path("people"))?done=keep_case")
        let people = try await desk.get("people?done=keep_case", as: "head-fallback").html
        #expect(people.contains("Ärendet stannar hos reservenheten"))
        #expect(FilledForm(people, to: desk.path("do/keep_case")) == nil && people.contains(">Reservenhet</span>"))
        let first = try await desk.get("", as: "head-fallback").html
        #expect(first.contains("stannar hos kommunens reservenhet: Familjen är på väg att flytta."))
        #expect(try await !desk.row().status.ownerSought)
    }

    @Test("rule 2: a case that is handed over to a unit that fits is with the fallback unit no more")
    func handedOver() async throws {
        let desk = try await desk()
        let moved = try await desk.fill("people", "move", as: "head-fallback") {
            $0.with("move-stage", "school").with("move-unit", "school")
        }
        #expect(moved.status == .seeOther)
        let people = try await desk.get("people").html
        #expect(!people.contains(">Reservenhet</span>") && FilledForm(people, to: desk.path("do/keep_case")) == nil)
    }
}
