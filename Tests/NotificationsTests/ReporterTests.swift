import Codec
import Domain
import NotificationsCore
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing

@testable import notifications

@Suite("Whoever reported hears that the concern was taken on, and that the case is closed")
struct ReporterTests {
    private typealias Tester = ProcessorTester<NotificationsProcessor>

    private func tester(tellsReporters: Bool = true) throws -> Tester {
        ProcessorTester(
            NotificationsProcessor(writer: try NotificationsTests.writer()), application: "notifications",
            directory: try ExampleCounty.changed { $0.settings.tellReporters = tellsReporters },
            now: ExampleCounty.monday)
    }

    private func report(_ email: String, _ tester: inout Tester) throws {
        var concern = NotificationsTests.concern
        concern.reporter.email = email
        try tester.process(concern, key: "TST-1")
    }

    private static let takenOn = CaseTakenOn.with {
        ($0.caseReference, $0.county, $0.by) = ("TST-1", "TST", "head-school")
    }
    private static let closed = CaseClosed.with {
        ($0.caseReference, $0.county, $0.reason) = ("TST-1", "TST", "ett hemligt skäl")
    }

    /// `kind email`, of what reporters get.
    private func told(_ tester: Tester) throws -> [String] {
        try tester.wishes(Codec.Notice.self).values.filter { $0.kind.hasPrefix("report_") }
            .map { "\($0.kind) \($0.email)" }.sorted()
    }

    @Test("rule 22: each reporter hears once that it was taken on and once that the case is closed, and nothing of it")
    func heard() throws {
        var tester = try tester()
        try report("mia@example.org", &tester)
        try report("bo@example.org", &tester)
        try tester.process(Self.takenOn, key: "TST-1")
        #expect(try told(tester) == ["report_taken_on bo@example.org", "report_taken_on mia@example.org"])
        try report("bo@example.org", &tester)
        try tester.process(Self.takenOn, key: "TST-1")
        #expect(
            try told(tester) == [
                "report_taken_on bo@example.org", "report_taken_on bo@example.org", "report_taken_on mia@example.org",
            ], "a further concern is taken on by itself")
        try tester.process(Self.closed, key: "TST-1")
        #expect(
            try told(tester).prefix(2) == ["report_closed bo@example.org", "report_closed mia@example.org"])
        for notice in try tester.wishes(Codec.Notice.self).values where notice.kind.hasPrefix("report_") {
            let text = try NotificationsTests.mail(notice) + notice.body + notice.html
            for secret in ["hemlig", "Mia", "safety", "trygghet", "head-school", "/case/"] {
                #expect(!text.contains(secret), "\(notice.kind)")
            }
            #expect(text.contains("TST-1"))
        }
    }

    @Test("after a case is closed nobody who reported is kept; a later concern begins anew")
    func forgotten() throws {
        var tester = try tester()
        try report("mia@example.org", &tester)
        try tester.process(Self.closed, key: "TST-1")
        try report("bo@example.org", &tester)
        try tester.process(Self.takenOn, key: "TST-1")
        #expect(try told(tester) == ["report_closed mia@example.org", "report_taken_on bo@example.org"])
    }

    @Test("where the county does not say so nobody who reported is told, or kept")
    func off() throws {
        var tester = try tester(tellsReporters: false)
        try report("mia@example.org", &tester)
        try tester.process(Self.takenOn, key: "TST-1")
        try tester.process(Self.closed, key: "TST-1")
        #expect(try told(tester).isEmpty)
        #expect(try tester.state(NotificationsProcessor.reporters, "TST-1") == nil)
    }

    @Test("rule 23: when a case is erased, who reported is forgotten with it")
    func erased() throws {
        var tester = try tester()
        try report("mia@example.org", &tester)
        #expect(try tester.state(NotificationsProcessor.reporters, "TST-1") != nil)
        try tester.process(
            EraseNotices.with { $0.caseReference = "TST-1" }, key: "TST-1", topic: Topic.noticeSteps.rawValue)
        #expect(try tester.state(NotificationsProcessor.reporters, "TST-1") == nil)
    }
}
