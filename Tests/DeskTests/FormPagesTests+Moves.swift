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

    @Test(
        "rules 2 and 13: the new owner sees who and what came along, says what goes on, and it is said on the case's pages"
    )
    func reviewed() async throws {
        let desk = try await Desk(ExampleCounty.twoTownsMessage)
        try await desk.cooperating()
        let moved = try await desk.fill("people?to=0002", "move") {
            $0.with("move-stage", "school").with("move-unit", "school-2")
        }
        #expect(moved.location == "/case-passed-on")
        #expect(try await desk.get("", as: "head-2").html.contains("Gå igenom vem och vad som följde med."))
        let page = try await desk.get("people", as: "head-2").html
        for word in ["Fia Exempelson", "Nils Exempelson", "I samma lokal: Rum school"] {
            #expect(page.contains(word), "\(word)")
        }
        #expect(!page.contains("value=\"health_care\""), "the region's health care is the same")
        #expect(HTMLCheck(page).faults.isEmpty)
        let done = try await desk.fill("people", "review_move", as: "head-2") {
            $0.with("review_move-people", "nurse").with("review_move-place", "keep")
                .with("review_move-organisations", "education", "social_services")
        }
        #expect(done.location == "\(desk.path("people"))?done=review_move")
        let meeting = try #require(try await desk.facts(MeetingScheduled.self).last).meeting
        #expect(meeting.participants.filter { !$0.family }.map(\.person) == ["head-2", "family-2", "nurse"])
        let overview = try await desk.get("", as: "head-2").html
        #expect(
            overview.contains("Kvar i samtyckena: utbildning, socialtjänst. Borttaget ur samtyckena: ingen verksamhet.")
        )
        #expect(overview.contains("Fortsätter att delta: Nils Exempelson"))
        #expect(FilledForm(try await desk.get("people", as: "head-2").html, to: "/do/review_move") == nil)
    }

    @Test("rule 13: what the new owner does not keep is gone from the consents, on their page too, and the case waits")
    func narrowed() async throws {
        let desk = try await Desk(ExampleCounty.twoTownsMessage)
        try await desk.cooperating()
        _ = try await desk.fill("people?to=0002", "move") {
            $0.with("move-stage", "school").with("move-unit", "school-2")
        }
        let done = try await desk.fill("people", "review_move", as: "head-2")
        #expect(done.status == .seeOther)
        #expect(try await desk.row().phase == .awaitingConsent)
        let reviewed = try #require(try await desk.facts(MoveReviewed.self).last)
        #expect(reviewed.dropped == ["education", "social_services"] && reviewed.kept.isEmpty)
        let consents = try await desk.get("consents", as: "head-2").html
        #expect(consents.contains("hälso- och sjukvård") && !consents.contains("<dd>utbildning"))
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
