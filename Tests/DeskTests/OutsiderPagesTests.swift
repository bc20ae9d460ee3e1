import Codec
import DeskCore
import Domain
import Foundation
import GRDB
import HTTPTypes
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("Rules 12, 13 and 22: people from outside the directory are invited by a form, and seen in the case")
struct OutsiderPagesTests {
    typealias Desk = FormPagesTests.Desk

    private func cooperating(admitsOutsiders: Bool = true) async throws -> Desk {
        let desk = try await Desk()
        try await desk.mapped()
        for guardian in ["Gun", "Göran"] {
            try await desk.consent("\(guardian) Exempelförälder", outsiders: admitsOutsiders ? "yes" : "no")
        }
        let concluded = try await desk.fill("outcome", "conclude") {
            $0.with("conclude-outcome", "cooperation").with("conclude-next_date", desk.day(21))
                .with("conclude-organisations", "social_services", "health_care")
        }
        #expect(concluded.location == "\(desk.path("outcome"))?done=conclude")
        return desk
    }

    private func invite(
        _ desk: Desk, _ change: (FilledForm) -> FilledForm = { $0 }
    ) async throws -> DeskTester.Answer {
        try await desk.fill("meetings", "invite_outsider") {
            change(
                $0.with("invite_outsider-outsider-name", "Tove Tränare")
                    .with("invite_outsider-outsider-role", "fotbollstränare")
                    .with("invite_outsider-outsider-organisation", "IF Exempel")
                    .with("invite_outsider-outsider-email", "tove@example.org")
                    .with("invite_outsider-reason", "Ser barnet varje vecka.")
                    .with("invite_outsider-asked", "yes").with("invite_outsider-channel", "email"))
        }
    }

    @Test("rule 13: without consents that cover them the page says so, and has no form")
    func uncovered() async throws {
        let desk = try await cooperating(admitsOutsiders: false)
        let page = try await desk.get("meetings").html
        #expect(FilledForm(page, to: "/do/invite_outsider") == nil)
        #expect(page.contains("Samtyckena omfattar inte personer utanför verksamheterna."))
    }

    @Test("a coach is invited with a reason, is shown with role and organisation, and is taken away again")
    func invited() async throws {
        let desk = try await cooperating()
        #expect(try await desk.get("consents").html.contains("får delta, var och en efter beslut"))
        #expect(try await invite(desk).location == "\(desk.path("meetings"))?done=invite_outsider")
        let page = try await desk.get("meetings").html
        #expect(page.contains("Tove Tränare") && page.contains("fotbollstränare, IF Exempel"))
        #expect(HTMLCheck(page).faults.isEmpty)
        let happened = try await desk.get("").html
        #expect(happened.contains("Ser barnet varje vecka.") && !happened.contains("tove@example.org"))
        #expect(try await desk.facts(OutsiderTold.self).map(\.email) == ["tove@example.org"])
        let id = try #require(try await desk.facts(OutsiderInvited.self).first).outsider.id
        let gone = try await desk.fill("meetings", "dismiss_outsider") {
            $0.with("dismiss_outsider-outsider", id).with("dismiss_outsider-reason", "Har flyttat.")
        }
        #expect(gone.location == "\(desk.path("meetings"))?done=dismiss_outsider")
        #expect(try await !desk.get("meetings").html.contains("fotbollstränare, IF Exempel"))
    }

    @Test(
        "what is missing is said at its field: the address, that the family was asked; nothing that was typed is lost")
    func incomplete() async throws {
        let desk = try await cooperating()
        let answer = try await invite(desk) {
            $0.with("invite_outsider-outsider-email", "tove").with("invite_outsider-asked", "no")
        }
        #expect(answer.status == .unprocessableContent && answer.html.contains("Tove Tränare"))
        for field in ["outsider-email", "asked"] {
            #expect(answer.html.contains("id=\"invite_outsider-\(field)-error\""), "\(field)")
        }
        #expect(try await desk.facts(OutsiderInvited.self).isEmpty)
    }

    @Test("rule 13: after a withdrawal nobody from outside is told, and the case says that they do not come")
    func withdrawn() async throws {
        let desk = try await cooperating()
        _ = try await invite(desk)
        let page = try await desk.get("consents").html
        let form = try #require(FilledForm(page, to: "/do/withhold_consent"))
            .with("withhold_consent-giver", "youth").with("withhold_consent-confirmed", "yes")
        #expect(try await desk.tester.post(form.action, form: form.fields, as: "head-school").status == .seeOther)
        #expect(try await desk.facts(MeetingCancelled.self).count == 1)
        #expect(try await desk.facts(OutsiderTold.self).count == 1, "only the invitation")
        #expect(try await desk.get("").html.contains("Person utanför verksamheterna inte längre kallad: Tove Tränare."))
    }
}
