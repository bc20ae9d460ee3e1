import Codec
import Domain
import Foundation
import Streams
import TestSupport
import Testing

@testable import intake

@Suite("Upptäcka: every report is registered or refused with reasons")
struct IntakeTests {
    private func tester() throws -> ProcessorTester<IntakeProcessor> {
        ProcessorTester(
            IntakeProcessor(secret: try KeySecret("a-secret-of-at-least-32-characters")), application: "intake",
            directory: ExampleCounty.directory, now: ExampleCounty.monday)
    }

    @Test("a report that holds is registered with its named person, and answered (rules 1 and 2)")
    func registered() throws {
        var tester = try tester()
        try tester.process(ExampleCounty.report, key: "any", id: "r1", source: "urn:school")
        let receipt = try #require(tester.published(ConcernReceipt.self).first)
        let concern = try #require(tester.published(ConcernRegistered.self).first)
        #expect((receipt.reportID, receipt.reportSource, receipt.registered.unit) == ("r1", "urn:school", "school"))
        #expect(!receipt.registered.fallback && !receipt.registered.dutyToReport)
        #expect(concern.namedPerson == "head-school")
        #expect(concern.caseReference == receipt.registered.caseReference)
        #expect(tester.published.first { $0.topic == "concerns" }?.key == concern.child)
        #expect(tester.published.first { $0.topic == "concern-receipts" }?.key == "urn:school")
        #expect(concern.guardians.count == 1)
        #expect(concern.youthConsentFrom == "2029-03-15")
    }

    @Test(
        "the named person follows stage and unit: each row of the table (rule 2)",
        arguments: [
            ("before_school", "preschool", "preschool", false), ("before_school", "bhv", "bhv", false),
            ("before_school", "", "bhv", false), ("school", "school", "school", false),
            ("school", "", "fallback", true),
            ("school", "gymnasium", "fallback", true), ("upper_secondary", "gymnasium", "gymnasium", false),
            ("upper_secondary", "unknown", "fallback", true), ("upper_secondary_elsewhere", "", "follow-up", false),
            ("outside_upper_secondary", "", "kaa", false), ("", "school", "school", false),
        ])
    func routing(stage: String, unit: String, owner: String, fallback: Bool) throws {
        var tester = try tester()
        var report = ExampleCounty.report
        (report.stage, report.unit) = (stage, unit)
        try tester.process(report, key: "any")
        let answer = try #require(tester.published(ConcernReceipt.self).first?.registered)
        #expect((answer.unit, answer.fallback) == (owner, fallback))
    }

    @Test(
        "a child is under 18 at the time of the observation, to the day (rule 4)",
        arguments: [
            ("2032-03-14T12:00:00Z", true), ("2032-03-15T12:00:00Z", false),
        ])
    func adult(observed: String, isChild: Bool) throws {
        var tester = try tester()
        tester.now = try Date("2032-03-16T12:00:00Z", strategy: .iso8601)
        var report = ExampleCounty.report
        report.observedAt = .init(try Date(observed, strategy: .iso8601))
        try tester.process(report, key: "any")
        let receipt = try #require(tester.published(ConcernReceipt.self).first)
        #expect((receipt.registered.caseReference != "") == isChild)
        if !isChild { #expect(receipt.refused.reasons.map(\.code) == ["child.adult"]) }
    }

    @Test("everything that is wrong is told at once, by path, in two languages, without repeating what was sent")
    func refused() throws {
        var tester = try tester()
        try tester.process(
            ConcernReported.with {
                ($0.personalNumber, $0.municipality, $0.areas, $0.observation, $0.stage) = (
                    "20140315-2381", "9999", ["mood"], "  ", "retired"
                )
            }, key: "any")
        let reasons = try #require(tester.published(ConcernReceipt.self).first?.refused.reasons)
        #expect(
            Set(reasons.map(\.code)) == [
                "personal_number.checksum", "municipality.unknown", "areas.unknown", "observation.missing",
                "reporter.email",
                "reporter.organisation", "stage.unknown",
            ])
        #expect(reasons.first { $0.code == "areas.unknown" }?.path == "areas[0]")
        #expect(reasons.allSatisfy { !$0.swedish.isEmpty && !$0.english.isEmpty && !"\($0)".contains("2381") })
        #expect(tester.published(ConcernRegistered.self).isEmpty)
    }

    @Test("a report that comes again is answered as received before, for 30 days (rule 4)")
    func again() throws {
        var tester = try tester()
        for _ in 0..<2 { try tester.process(ExampleCounty.report, key: "any", id: "r1", source: "s") }
        #expect(tester.published(ConcernRegistered.self).count == 1)
        #expect(tester.published(ConcernReceipt.self).last?.refused.reasons.map(\.code) == ["report.already_received"])
        try tester.advance(to: ExampleCounty.monday + 31 * 24 * 3_600)
        try tester.process(ExampleCounty.report, key: "any", id: "r1", source: "s")
        #expect(tester.published(ConcernRegistered.self).count == 2)
    }

    @Test("harm suspected is told to the reporter in the receipt (rule 3)")
    func harm() throws {
        var tester = try tester()
        try tester.process(ExampleCounty.report.with { $0.harmSuspected = true }, key: "any")
        #expect(tester.published(ConcernReceipt.self).first?.registered.dutyToReport == true)
        #expect(tester.published(ConcernRegistered.self).first?.harmSuspected == true)
    }

    @Test(
        "a payload that cannot be read is refused with what and where",
        arguments: [#"{"areas": 3}"#, "{", #"{"nonsense": 1}"#, ""])
    func unreadable(text: String) throws {
        var tester = try tester()
        try tester.process(
            Event(
                id: "r", source: "s", type: ConcernReported.eventType, time: tester.now, content: .json,
                data: Array(text.utf8)), key: "")
        #expect(tester.published(ConcernReceipt.self).first?.refused.reasons.first?.code == "undecodable")
    }
}

extension ConcernReported {
    fileprivate func with(_ change: (inout ConcernReported) -> Void) -> ConcernReported {
        var copy = self
        change(&copy)
        return copy
    }
}
