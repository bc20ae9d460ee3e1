import Codec
import Domain
import Foundation
import HTTPTypes
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("Rules 11 and 14: who comes from the organisations is changed by a form, and who is missing is settled by it")
struct ParticipantPagesTests {
    private typealias Desk = FormPagesTests.Desk

    /// Question 5 names health care, and the county's table invites nobody from there.
    private static func cooperating() async throws -> Desk {
        var county = ExampleCounty.message
        county.participants.removeAll { $0.organisation == "health_care" }
        county.participants.append(
            .with { ($0.organisation, $0.nobody) = ("health_care", "Regionen deltar inte.") })
        let desk = try await Desk(county)
        try await desk.cooperating()
        let missing = try await desk.facts(NobodyInvited.self).map { $0.organisations.map(\.organisation) }
        #expect(missing == [["health_care"]])
        return desk
    }

    private static func change(
        _ desk: Desk, as person: String = "head-school", _ change: (FilledForm) -> FilledForm
    ) async throws -> DeskTester.Answer {
        try await desk.fill("meetings", "change_participants", as: person, change)
    }

    @Test(
        "rule 14: the page says who is missing and leads to the form; that nobody is needed is recorded, with the reason"
    )
    func notNeeded() async throws {
        let desk = try await Self.cooperating()
        let before = try await desk.get("meetings").html
        #expect(before.contains("Någon saknas på mötet") && before.contains("href=\"#change_participants\""))
        #expect(HTMLCheck(before).faults.isEmpty)
        let answer = try await Self.change(desk) {
            $0.with("change_participants-not_needed", "health_care")
                .with("change_participants-reason", "Familjen har redan sin vårdcentral.")
        }
        #expect(answer.location == "\(desk.path("meetings"))?done=change_participants")
        let after = try await desk.get("meetings?done=change_participants").html
        #expect(after.contains("Ändringen är gjord") && !after.contains("Någon saknas på mötet"))
        #expect(!after.contains("change_participants-not_needed"), "nobody is missing any more")
        #expect(try await desk.facts(NobodyInvited.self).last?.settled == true)
        let happened = try await desk.get("").html
        #expect(happened.contains("Ingen saknas längre på mötet"))
        #expect(happened.contains("Familjen har redan sin vårdcentral."), "who reads the case learns why")
        let changed = try #require(try await desk.facts(ParticipantsChanged.self).first)
        #expect(changed.by == "head-school" && changed.notNeeded == ["health_care"])
    }

    @Test("rule 14: somebody of the missing organisation is added, and somebody else taken away")
    func added() async throws {
        let desk = try await Self.cooperating()
        let answer = try await Self.change(desk) {
            $0.with("change_participants-add", "nurse").with("change_participants-remove", "family")
                .with("change_participants-reason", "Elevhälsan vet mest.")
        }
        #expect(answer.status == .seeOther)
        let meeting = try #require(try await desk.facts(MeetingScheduled.self).last).meeting
        let staff = meeting.participants.filter { !$0.family }.map(\.person)
        #expect(staff.contains("nurse") && !staff.contains("family"))
        #expect(try await desk.facts(NobodyInvited.self).last?.settled == true)
    }

    @Test(
        "a form that changes nothing, or says no reason, is shown again; whoever leads is never among those to take away"
    )
    func incomplete() async throws {
        let desk = try await Self.cooperating()
        let empty = try await Self.change(desk) { $0.with("change_participants-reason", "Så är det.") }
        #expect(empty.status == .unprocessableContent && empty.html.contains("Så är det."))
        #expect(empty.html.contains("Välj vem som ska kallas, vem som inte ska komma eller varifrån ingen behövs."))
        let unexplained = try await Self.change(desk) { $0.with("change_participants-remove", "family") }
        #expect(unexplained.status == .unprocessableContent)
        #expect(unexplained.html.contains("id=\"change_participants-reason-error\""))
        let page = try await desk.get("meetings").html
        #expect(page.contains("name=\"change_participants-remove\" value=\"family\""))
        #expect(!page.contains("name=\"change_participants-remove\" value=\"head-school\""))
        #expect(try await !desk.get("meetings", as: "family").html.contains("/do/change_participants"))
    }
}
