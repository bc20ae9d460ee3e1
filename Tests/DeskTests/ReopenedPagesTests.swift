import Codec
import Domain
import Foundation
import TestSupport
import Testing

@testable import desk

@Suite("The pages of a case whose mapping is done again")
struct ReopenedPagesTests {
    private typealias Desk = FormPagesTests.Desk

    private func reopened() async throws -> Desk {
        let desk = try await Desk()
        try await desk.mapped()
        let concluded = try await desk.fill("outcome", "conclude") {
            $0.with("conclude-outcome", "nothing_further").with("conclude-next_date", desk.day(14))
        }
        #expect(concluded.location == "\(desk.path("outcome"))?done=conclude")
        try desk.tester.suite.advance(to: desk.tester.suite.now + 60)
        let reopened = try await desk.fill("outcome", "reopen") { $0.with("reopen-reason", "Mer har hänt.") }
        #expect(reopened.location == "\(desk.path("outcome"))?done=reopen")
        return desk
    }

    @Test("rules 7, 9 and 10: former answers, information and the child's former words are shown as former")
    func former() async throws {
        let desk = try await reopened()
        let overview = try await desk.tester.get("/case/\(desk.reference)", as: "head-school").html
        #expect(overview.contains("<h4>Styrkor (tidigare kartläggning)</h4>"))
        #expect(overview.contains("<h4>Behov (tidigare kartläggning)</h4>"))
        #expect(overview.components(separatedBy: "Jag vill prata med någon.").count > 1)
        let mapping = try await desk.get("mapping").html
        let voice = try #require(mapping.firstRange(of: "Jag vill prata med någon."))
        #expect(mapping[voice.upperBound...].prefix(200).contains("(tidigare kartläggning)"))
        #expect(mapping.contains("<p class=\"words\">Svar 1.</p>"), "in the question's history")
        #expect(!mapping.contains(">Svar 1.</textarea>"), "the form asks anew")
        let print = try await desk.get("print").html
        #expect(
            print.components(separatedBy: "(tidigare kartläggning)</p>").count > 5, "each question's former answer")
        #expect(overview.contains("1, 2, 3, 4, 5 besvarad (tidigare kartläggning)"), "also in what has happened")
    }

    @Test(
        "rule 10: the outcome that was decided is former, and all that a new one needs is missing until it is done anew"
    )
    func needs() async throws {
        let desk = try await reopened()
        let page = try await desk.get("outcome").html
        #expect(page.contains("Vad som var bestämt innan kartläggningen öppnades igen"))
        #expect(page.components(separatedBy: ">saknas<").count == 8, "five answers, the child and the guardians")
        try await desk.inform("child", "need", "Det har blivit värre.")
        let afterwards = try await desk.get("outcome").html
        #expect(afterwards.components(separatedBy: ">saknas<").count == 7)
        let known = try await desk.tester.get("/case/\(desk.reference)", as: "head-school").html
        let (new, old) = (known.firstRange(of: "blivit värre"), known.firstRange(of: "prata med någon"))
        #expect(try #require(new).lowerBound < #require(old).lowerBound, "what this mapping has found comes first")
    }
}
