import CaseReading
import CloudEvents
import Codec
import DeskCore
import Domain
import Foundation
import GRDB
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("A case is opened in the desk as far as its reader may, and stands in the access log first")
struct CaseRoomTests {
    private func person(_ id: String) -> SignedIn {
        SignedIn(person: id, county: "TST", assurance: .three, at: ExampleCounty.monday)
    }

    private func reported() async throws -> (tester: DeskTester, reference: String) {
        let tester = try DeskTester()
        try tester.suite.send(SuiteInMemory.report, id: "r1", key: "r1", to: .concernReports)
        let receipt = try await tester.suite.view.reader().read { try $0.receipt(of: "r1", from: "test") }
        return (tester, try #require(receipt).registered.caseReference)
    }

    @Test("rule 19: the county's function gets where the case stands, and nothing of what has happened or was written")
    func status() async throws {
        let (tester, reference) = try await reported()
        let owner = try await tester.desk.cases.open(reference, for: person("head-school"), in: .swedish)
        #expect(owner.permit.extent == .whole && !owner.file.concerns.isEmpty && owner.people != nil)
        #expect(!owner.chronology.entries(owner.reading, names: owner.names).isEmpty)

        let county = try await tester.desk.cases.open(reference, for: person("county"), in: .swedish)
        #expect(county.permit.extent == .status && county.file.concerns.isEmpty && county.people == nil)
        #expect(county.chronology.entries(county.reading, names: county.names).isEmpty)
        #expect(county.situation.people.namedPerson == "head-school")

        let log = try await tester.desk.cases.openLog(of: reference, for: person("officer"))
        #expect(log.map(\.what).contains("whole") && log.map(\.what).contains("status"))
    }

    @Test("who has no ground sees nothing, and nor does the steering group")
    func stranger() async throws {
        let (tester, reference) = try await reported()
        for id in ["head-kaa", "chair", "officer", "nobody"] {
            await #expect(throws: NotShown.self, "\(id)") {
                _ = try await tester.desk.cases.open(reference, for: person(id), in: .swedish)
            }
        }
    }
}
