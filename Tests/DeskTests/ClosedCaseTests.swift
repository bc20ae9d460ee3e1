import CloudEvents
import Codec
import DeskCore
import Domain
import Foundation
import HTTPTypes
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("A case that is not shown: what its page says all the same")
struct ClosedCaseTests {
    private static let reference = "TST-2026-BBBBBBBBBB"

    /// A receipt of somebody's own report. Mapping has not opened the case.
    private static func registered(by person: String) throws -> DeskTester {
        let tester = try DeskTester()
        let who = SignedIn(person: person, county: "TST", assurance: .three, at: ExampleCounty.monday)
        let report = try #require(OwnReport(UUID().uuidString, by: who))
        let receipt = ConcernReceipt.with {
            ($0.reportID, $0.reportSource) = (report.id, tester.desk.commands.source)
            $0.registered = .with { $0.caseReference = reference }
        }
        try tester.suite.view.apply(
            .init(id: "receipt", source: "intake", time: tester.suite.now, subject: nil, receipt),
            topic: .concernReceipts, key: report.id)
        return tester
    }

    private static func refresh(_ answer: DeskTester.Answer) -> String? {
        HTTPField.Name("Refresh").flatMap { answer.headers[$0] }
    }

    @Test("whoever has registered a concern is told that its case is being opened, and the page looks again by itself")
    func opening() async throws {
        let tester = try Self.registered(by: "teacher")
        let page = try await tester.get("/case/\(Self.reference)", as: "teacher")
        #expect(page.status == .accepted && page.html.contains("Ärendet öppnas"))
        #expect(HTMLCheck(page.html).faults == [])
        let refresh = try #require(Self.refresh(page))
        let next = try #require(refresh.firstMatch(of: #/^\d+; url=(.*)$/#).map { String($0.1) })
        #expect(try await tester.get(next, as: "teacher").status == .accepted)
        // It ends: then a person looks.
        var (looks, path): (Int, String?) = (0, "/case/\(Self.reference)")
        while let open = path, looks < 100 {
            let answer = try await tester.get(open, as: "teacher")
            path = Self.refresh(answer)?.firstMatch(of: #/url=(.*)$/#).map { String($0.1) }
            looks += 1
            if path == nil { #expect(answer.html.contains("längre tid än vanligt")) }
        }
        #expect(looks == 21)
    }

    @Test("nobody else learns that there is such a case, nor does anybody on another of its pages")
    func others() async throws {
        let tester = try Self.registered(by: "teacher")
        for (person, path) in [("nurse", ""), ("head-school", ""), ("teacher", "/mapping"), ("teacher", "/print")] {
            let page = try await tester.get("/case/\(Self.reference)\(path)", as: person)
            let unknown = try await tester.get("/case/TST-2026-AAAAAAAAAA\(path)", as: person)
            #expect(page.status == .notFound && Self.refresh(page) == nil)
            #expect(
                AccessWalk.comparable(page, Self.reference) == AccessWalk.comparable(unknown, "TST-2026-AAAAAAAAAA"))
        }
    }

    @Test("a case that was not opened within an hour, that is open, or that is erased is not on its way")
    func over() async throws {
        let late = try Self.registered(by: "teacher")
        try late.suite.advance(to: late.suite.now + 3_601)
        #expect(try await late.get("/case/\(Self.reference)", as: "teacher").status == .notFound)
        let erased = try Self.registered(by: "teacher")
        try erased.suite.view.apply(
            .init(id: "e", source: "mapping", time: erased.suite.now, subject: Self.reference, ChildErased()),
            topic: .mappings, key: Self.reference)
        #expect(try await erased.get("/case/\(Self.reference)", as: "teacher").status == .notFound)
        let opened = try Self.registered(by: "teacher")
        let status = CaseStatus.with {
            ($0.caseReference, $0.county, $0.phase) = (Self.reference, "TST", "mapping")
        }
        try opened.suite.view.apply(
            .init(id: "s", source: "mapping", time: opened.suite.now, subject: Self.reference, status), topic: .cases,
            key: Self.reference)
        #expect(try await opened.get("/case/\(Self.reference)", as: "teacher").status == .notFound)
    }

    @Test("rule 13: everybody of the directory has the way to a withdrawal on the case's page, whatever they may read")
    func everybody() async throws {
        let story = try await CaseStory()
        for person in CaseStory.people {
            let page = try await story.tester.get("/case/\(story.reference)", as: person)
            #expect(FilledForm(page.html, to: "/do/withhold_consent") != nil, "\(person)")
        }
    }

    @Test(
        "rule 13: whoever may not read a case can record that a consent is taken back, and is told what follows first")
    func withdrawn() async throws {
        var story = try await CaseStory()
        try await story.map()
        try await story.consent(.given)
        try story.conclude(.cooperation)
        let (tester, stranger) = (story.tester, CaseStory.person("head-kaa"))
        let told = try await tester.fill("/case/\(story.reference)", "withhold_consent", as: stranger)
        #expect(told.status == .ok && told.html.contains("Bokade möten ställs in genast"))
        #expect(!told.html.contains("Exempelförälder") && HTMLCheck(told.html).faults == [])
        #expect(try await story.facts(MeetingCancelled.self).isEmpty)
        let form = try #require(FilledForm(told.html, to: "/do/withhold_consent"))
        let missing = try await tester.post(form.action, form: form.fields, as: stranger)
        #expect(missing.status == .unprocessableContent)
        let filled = form.with("withhold_consent-giver", "others").with("withhold_consent-decision", "withdrawn")
        let done = try await tester.post(filled.action, form: filled.fields, as: stranger)
        #expect(done.status == .seeOther && done.location == "/case-passed-on")
        #expect(try await story.facts(ConsentRecorded.self).last?.consent.decision == "withdrawn")
        #expect(try await !story.facts(MeetingCancelled.self).isEmpty)
        // A reference that is wrong is said to be, so that no withdrawal is lost.
        let path = CasePage.path(of: .withholdConsent, in: "TST-2026-AAAAAAAAAA")
        let wrong = try await tester.post(path, form: filled.with("id", UUID().uuidString).fields, as: stranger)
        #expect(wrong.status == .unprocessableContent)
    }
}
