import Codec
import Domain
import HTTPTypes
import TestSupport
import Testing

@testable import desk

@Suite("A case is closed on its page")
struct ClosingPagesTests {
    private typealias Desk = FormPagesTests.Desk

    private func end(_ desk: Desk, _ effect: String, because reason: String) async throws -> DeskTester.Answer {
        try await desk.fill("outcome", "follow_up") {
            $0.with("follow_up-effect", effect).with("follow_up-text", "Det har hänt mycket.")
                .with("follow_up-decision", "end").with("follow_up-closing_reason", reason)
        }
    }

    @Test("rule 10: after worse the form asks why, at its field; then the case is closed, and two people are told")
    func worse() async throws {
        let desk = try await Desk()
        try await desk.mapped()
        _ = try await desk.fill("outcome", "conclude") {
            $0.with("conclude-outcome", "nothing_further").with("conclude-next_date", desk.day(14))
        }
        let refused = try await end(desk, "worse", because: "")
        #expect(refused.status == .unprocessableContent)
        #expect(
            refused.html.contains("id=\"follow_up-closing_reason-error\"")
                && refused.html.contains("Skriv varför ärendet avslutas."))
        #expect(refused.html.contains("Det har hänt mycket."), "what was typed is not lost")
        let closed = try await end(desk, "worse", because: "Familjen har flyttat utomlands.")
        #expect(closed.location == "\(desk.path("outcome"))?done=follow_up")
        let page = try await desk.get("").html
        #expect(page.contains("rendet avslutat: Familjen har flyttat utomlands."))
        let told = try await desk.facts(NoticeQueued.self).filter { $0.kind == "closed" }.map(\.recipient)
        #expect(Set(told) == ["head-school", "manager"])
    }
}
