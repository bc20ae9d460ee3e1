import CloudEvents
import Codec
import Foundation
import Kafka
import StreamsTestSupport
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

@Suite("Rule 22: content is read through the suite, by whoever may, and stands in the access log")
struct ReadingTests {
    /// Runs a command against the suite.
    private func command(_ arguments: String..., on suite: RunningSuite) async throws -> (code: Int32, text: String) {
        try await suite.tillsammans(arguments)
    }

    private static func report() throws -> Event {
        let report = ConcernReported.with {
            ($0.personalNumber, $0.name, $0.municipality) = ("20140315-2380", "Alva Exempel", "0480")
            ($0.stage, $0.unit, $0.areas) = ("school", "nykoping-skola", ["safety"])
            $0.observation = "Hemlig iakttagelse"
            $0.reporter = .with {
                ($0.name, $0.role, $0.organisation) = ("Mia Mentor", "mentor", "education")
                $0.email = "mia.mentor@example.org"
            }
            $0.observedAt = .init(Date() - 3_600)
        }
        return try Event(id: "report", source: "urn:test", time: Date(), report)
    }

    @Test("a person outside the scope is refused, opens the case in an emergency, reads it, and all of that is told")
    func emergency() async throws {
        try await RunningSuite.with(services: ["intake", "mapping", "notifications"]) { suite in
            let report = try Self.report()
            try await Producer(suite.broker.properties).send(
                suite.connection.record(report, to: .concernReports, key: report.id))
            try await eventually("the case") { try await !suite.events(.cases, CaseStatus.self).isEmpty }
            let reference = try #require(try await suite.events(.cases, CaseStatus.self).first).caseReference
            let (outsider, officer) = ("eskilstuna-rektor", "dataskyddsombud")

            let refused = try await command("case", "show", reference, "--as", outsider, on: suite)
            #expect(refused.code == 1 && refused.text.contains("reading.not_allowed"), "\(refused.text)")
            #expect(try await suite.events(.accessLog, CaseViewed.self).isEmpty)

            let opened = try await command(
                "case", "emergency", reference, "--as", outsider, "--reason", "barnet är på akuten", on: suite)
            #expect(opened.code == 0 && opened.text.contains("Du får läsa ärende \(reference)"), "\(opened.text)")
            try await eventually("the three notices") {
                let queued = try await suite.events(.notices, NoticeQueued.self)
                return Set(queued.filter { $0.kind == "emergency_access" }.map(\.recipient))
                    == ["nykoping-rektor", "nykoping-samordnare", officer]
            }

            let read = try await command(
                "case", "show", reference, "--as", outsider, "--json", "--contents", on: suite)
            #expect(read.code == 0 && read.text.contains("Hemlig iakttagelse"), "\(read.text)")
            let log = try await command("access-log", "--case", reference, "--as", officer, on: suite)
            #expect(log.code == 0 && log.text.contains("barnet är på akuten"), "\(log.text)")
            #expect(log.text.contains("\(outsider)  allt"), "\(log.text)")
            let viewed = try await suite.events(.accessLog, CaseViewed.self)
            #expect(viewed.map(\.by) == [outsider, officer])
            #expect(viewed.map(\.why) == ["emergency_access", "privacy_officer"])
        }
    }
}
