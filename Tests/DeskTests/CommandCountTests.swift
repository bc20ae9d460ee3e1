import CloudEvents
import Codec
import Domain
import Foundation
import HTTPTypes
import Kafka
import ServiceHost
import TestSupport
import Testing

@testable import desk

@Suite("What became of each command and report is counted, once for whatever was sent twice")
struct CommandCountTests {
    private func counts(_ tester: DeskTester) -> [String: Int] {
        let lines = tester.metrics.text.matches(of: #/(?m)^desk_commands_total\{answer="([a-z]+)"\} (\d+)$/#)
        return Dictionary(uniqueKeysWithValues: lines.map { (String($0.1), Int($0.2) ?? -1) })
    }

    @Test("reports and forms that happened, and that were refused")
    func answered() async throws {
        let tester = try DeskTester()
        #expect(counts(tester) == ["happened": 0, "refused": 0, "pending": 0, "unsent": 0])
        let form = ConcernForm.filled()
        for _ in 0..<2 { _ = try await tester.sendConcern(form, as: "teacher") }
        #expect(counts(tester)["happened"] == 1)
        let registered = try #require(try await tester.suite.concerns.first).decode(ConcernRegistered.self)
        let path = "/case/\(registered.caseReference)/people"
        let page = try await tester.get(path, as: "head-school")
        let taken = try #require(FilledForm(page.html, to: "/do/take_on"))
        for _ in 0..<2 { _ = try await tester.post(taken.action, form: taken.fields, as: "head-school") }
        #expect(counts(tester)["happened"] == 2)
        _ = try await tester.post(
            taken.action, form: taken.with("id", UUID().uuidString).fields, as: "head-school")
        #expect(counts(tester) == ["happened": 2, "refused": 1, "pending": 0, "unsent": 0])
    }

    @Test("what is on its topic without an answer, and what Kafka has not confirmed")
    func unanswered() async throws {
        let isAway = Guarded(false)
        let tester = try DeskTester(patience: .zero) { _ in
            if isAway.with({ $0 }) { throw KafkaError.late("a test") }
        }
        _ = try await tester.post("/concern/new", ConcernForm.filled().fields("send"), as: "teacher")
        #expect(counts(tester)["pending"] == 1)
        isAway.with { $0 = true }
        let answer = try await tester.post("/concern/new", ConcernForm.filled().fields("send"), as: "teacher")
        #expect(answer.status == .serviceUnavailable)
        #expect(counts(tester) == ["happened": 0, "refused": 0, "pending": 1, "unsent": 1])
    }
}
