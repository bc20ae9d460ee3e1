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

extension FormPagesTests {
    @Test("rule 2: the unit that a report names takes the case over, and sees nothing of it before")
    func move() async throws {
        let desk = try await Desk()
        var report = SuiteInMemory.report
        (report.stage, report.unit) = ("upper_secondary", "gymnasium")
        try desk.tester.suite.send(report, id: "r2", key: "r2", to: .concernReports)
        let proposed = try await desk.get("people").html
        #expect(proposed.contains("Föreslagen enhet: Enhet gymnasium."))
        #expect(FilledForm(proposed, to: "/do/decline_move") != nil)
        let offer = try await desk.get("people", as: "head-gymnasium")
        #expect(offer.status == .ok && offer.html.contains("Enhet gymnasium"))
        for word in ["Enhet school", "Kim", "Exempelförälder", "ensam"] {
            #expect(!offer.html.contains(word), "\(word)")
        }
        #expect(try await desk.get("mapping", as: "head-gymnasium").status == .notFound)
        #expect(try await desk.get("people", as: "head-kaa").status == .notFound)
        let taken = try await desk.fill("people", "confirm_move", as: "head-gymnasium")
        #expect(taken.location == "\(desk.path("people"))?done=confirm_move")
        #expect(try await desk.row().status.owner == "head-gymnasium")
        #expect(try await desk.get("mapping", as: "head-school").status == .notFound)
    }

    @Test("a move by its owner hands the case over, and ends on a page that tells nothing")
    func handOver() async throws {
        let desk = try await Desk()
        let moved = try await desk.fill("people?to=0001", "move") {
            $0.with("move-stage", "upper_secondary").with("move-unit", "gymnasium")
        }
        #expect(moved.location == "/case-passed-on")
        #expect(try await desk.row().status.owner == "head-gymnasium")
        #expect(try await desk.tester.get("/case-passed-on", as: "head-school").status == .ok)
    }
}
