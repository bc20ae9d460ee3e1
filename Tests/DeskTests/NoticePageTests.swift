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

@Suite("A case's notices: what became of each, and sending one again")
struct NoticePageTests {
    /// A case whose first notice did not arrive.
    private func failed() async throws -> (tester: DeskTester, path: String, notice: String) {
        let tester = try DeskTester()
        let reference = try await tester.report()
        let facts = try await tester.suite.view.reader().read { try $0.facts(of: reference, on: [.notices]) }
        let queued = try facts.compactMap { $0.type == NoticeQueued.eventType ? try $0.decode(NoticeQueued.self) : nil }
        let notice = try #require(queued.first { $0.kind == "concern" })
        try tester.suite.send(
            DeliveryReported.with {
                ($0.noticeID, $0.attempt, $0.result, $0.detail) = (notice.noticeID, 1, "permanent", "SMTP 550")
            }, key: notice.noticeID, to: .noticeSteps)
        return (tester, "/case/\(reference)/notices", notice.noticeID)
    }

    @Test("each notice has its kind, recipient, status and what the mail server said, in words")
    func list() async throws {
        let (tester, path, _) = try await failed()
        let page = try await tester.get(path, as: "head-school")
        #expect(page.status == .ok)
        for words in ["Ett nytt ärende väntar på dig", "Chef Exempelson", "misslyckat", "SMTP 550", "Skicka igen"] {
            #expect(page.html.contains(words), "\(words)")
        }
        #expect(!page.html.contains("head-school"))
        #expect(try await tester.get(path, as: "head-school", language: .english).html.contains("Send again"))
    }

    @Test("one that failed is sent again, once, however often the button is pressed")
    func resend() async throws {
        let (tester, path, notice) = try await failed()
        let id = UUID().uuidString.lowercased()
        for _ in 0..<2 {
            let answer = try await tester.post(path, ["id": id, "notice": notice], as: "head-school")
            #expect(answer.location == path + "?resent=yes")
        }
        let page = try await tester.get(path + "?resent=yes", as: "head-school")
        #expect(page.html.contains("Meddelandet skickas igen") && page.html.contains("köat"))
        let facts = try await tester.suite.view.reader().read { try $0.consequences(of: id) }
        #expect(facts.filter { $0.type == NoticeQueued.eventType }.count == 1)
        // Another form, from a page that was opened before.
        let late = UUID().uuidString.lowercased()
        let answer = try await tester.post(path, ["id": late, "notice": notice], as: "head-school")
        #expect(answer.location == nil && answer.html.contains("Meddelandet skickades inte igen"))
    }

    @Test("what is not there, and what is no form of ours, is answered without a command")
    func wrong() async throws {
        let (tester, path, notice) = try await failed()
        let id = UUID().uuidString.lowercased()
        #expect(try await tester.post(path, ["id": id, "notice": "other"], as: "head-school").status == .badRequest)
        #expect(try await tester.post(path, ["id": "1", "notice": notice], as: "head-school").status == .badRequest)
        #expect(try await tester.post(path, ["id": id, "notice": notice], as: "nurse").status == .notFound)
        // The county's function sees where the case stands, and not its course.
        #expect(try await tester.get(path, as: "county").status == .notFound)
    }
}
