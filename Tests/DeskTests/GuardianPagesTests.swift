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

@Suite("Rules 12 and 13: who the guardians are is put right by forms")
struct GuardianPagesTests {
    private func path(_ story: CaseStory, _ part: String) -> String { "/case/\(story.reference)/\(part)" }

    private func get(_ story: CaseStory, _ part: String) async throws -> String {
        try await story.tester.get(path(story, part), as: CaseStory.owner).html
    }

    private func fill(
        _ story: CaseStory, _ part: String, _ action: CaseAction, _ fields: [(String, String)]
    ) async throws -> DeskTester.Answer {
        try await story.tester.fill(path(story, part), action.rawValue, as: CaseStory.owner) { form in
            fields.reduce(form) { $0.with("\(action.rawValue)-\($1.0)", $1.1) }
        }
    }

    private func guardians(_ story: CaseStory) async throws -> [CaseGuardian] {
        let reference = story.reference
        let row = try await story.tester.suite.view.reader().read { try $0.status(of: reference) }
        return try #require(row).status.guardians
    }

    @Test("rule 12: the page shows who the guardians are, and a guardian is added, with the reason in the history")
    func added() async throws {
        let story = try await CaseStory()
        #expect(try await get(story, "people").contains("Gun Exempelförälder"))
        let answer = try await fill(
            story, "people", .addGuardian,
            [("details-name", "Ny Exempelförälder"), ("details-phone", "070-174 06 05"), ("reason", "Delad vårdnad.")])
        #expect(answer.location == "\(path(story, "people"))?done=add_guardian")
        let page = try await get(story, "people")
        #expect(page.contains("Ny Exempelförälder") && page.contains("070-174 06 05"))
        #expect(try await get(story, "").contains("Vårdnadshavare tillagd: Ny Exempelförälder. Delad vårdnad."))
        #expect(try await get(story, "consents").contains("Ny Exempelförälder"), "who is to consent")
    }

    @Test("rule 12: what is missing is said at its field, and nothing that was typed is lost")
    func incomplete() async throws {
        let story = try await CaseStory()
        let answer = try await fill(
            story, "people", .addGuardian,
            [("details-name", ""), ("details-personal_number", "19850101-2383"), ("reason", "Ringde hem.")])
        #expect(answer.status == .unprocessableContent)
        for field in ["details-name", "details-personal_number"] {
            #expect(answer.html.contains("id=\"add_guardian-\(field)-error\""), "\(field)")
        }
        #expect(answer.html.contains("Ringde hem.") && HTMLCheck(answer.html).faults.isEmpty)
    }

    @Test(
        "rules 12 and 22: a guardian is corrected, told as protected, merged and removed; each is shown as what they are"
    )
    func life() async throws {
        let story = try await CaseStory()
        let keys = try await guardians(story).map(\.key)
        let corrected = try await fill(
            story, "people?guardian=\(keys[0])", .correctGuardian,
            [("details-name", "Gunilla Exempelförälder"), ("standing", "protected"), ("reason", "Felstavat.")])
        #expect(corrected.location == "\(path(story, "people"))?done=correct_guardian")
        #expect(try await guardians(story).map(\.standing) == ["protected", "reachable"])
        var page = try await get(story, "people")
        #expect(page.contains("Gunilla Exempelförälder") && page.contains("Skyddade personuppgifter"))
        let merged = try await fill(
            story, "people", .mergeGuardians,
            [("guardian", keys[0]), ("same", keys[1]), ("reason", "Två stavningar.")])
        #expect(merged.status == .seeOther)
        page = try await get(story, "people")
        #expect(page.contains("Samma person som Gunilla Exempelförälder"))
        #expect(!page.contains("/do/merge_guardians"), "there is nobody to merge with")
        let removed = try await fill(
            story, "people", .removeGuardian, [("guardian", keys[0]), ("reason", "Fel barn.")])
        #expect(removed.status == .seeOther)
        page = try await get(story, "people")
        #expect(page.contains("Inte vårdnadshavare") && !page.contains("/do/remove_guardian"))
        #expect(try await guardians(story).isEmpty)
        #expect(HTMLCheck(page).faults.isEmpty)
        let back = try await fill(
            story, "people", .addGuardian,
            [("guardian", keys[1]), ("details-name", "Göran Exempelförälder"), ("reason", "Det var fel.")])
        #expect(back.status == .seeOther)
        #expect(try await guardians(story).map(\.key) == [keys[1]])
    }

    @Test("rule 12: a guardian who has died is not offered as one who consents, and what they had said does not count")
    func deceased() async throws {
        let story = try await CaseStory()
        let keys = try await guardians(story).map(\.key)
        try await story.consent(.given)
        _ = try await fill(
            story, "people?guardian=\(keys[0])", .correctGuardian, [("standing", "deceased"), ("reason", "Avled.")])
        let page = try await get(story, "consents")
        #expect(page.contains("Avliden"))
        #expect(!page.contains("name=\"record_consent-giver\" value=\"\(keys[0])\""))
        #expect(page.contains("name=\"record_consent-giver\" value=\"\(keys[1])\""))
    }

    @Test("rule 13: a no of somebody unknown is shown as such, and the owner ends it with a reason that the log has")
    func objection() async throws {
        let story = try await CaseStory()
        #expect(try await !get(story, "consents").contains("/do/end_objection"))
        try story.send(
            RecordConsent.with {
                ($0.caseReference, $0.giver, $0.decision) = (story.reference, "g1-felskrivet", "withdrawn")
            })
        var page = try await get(story, "consents")
        #expect(page.contains("Någon som angavs som ”g1-felskrivet”") && page.contains("Nejet gäller tills"))
        #expect(page.contains("någon som inte finns i katalogen"), "who recorded it is not known")
        #expect(try await get(story, "").contains("kommer från någon som inte känns igen"))
        #expect(try await get(story, "print").contains("Någon som angavs som ”g1-felskrivet”"))
        let unreasoned = try await fill(story, "consents", .endObjection, [("giver", "g1-felskrivet")])
        #expect(unreasoned.status == .unprocessableContent)
        let ended = try await fill(
            story, "consents", .endObjection, [("giver", "g1-felskrivet"), ("reason", "Skrivfel i blanketten.")])
        #expect(ended.location == "\(path(story, "consents"))?done=end_objection")
        page = try await get(story, "consents")
        #expect(!page.contains("g1-felskrivet") && !page.contains("/do/end_objection"))
        #expect(try await get(story, "readers").contains("Skrivfel i blanketten."))
    }

    @Test("rule 13: a no of somebody whom the case does not have can be recorded, and a consent of theirs cannot")
    func somebodyElse() async throws {
        let story = try await CaseStory()
        let asked = try await fill(story, "consents", .withholdConsent, [("giver", "others")])
        let form = try #require(FilledForm(asked.html, to: "/do/withhold_consent"))
        let done = try await story.tester.post(form.action, form: form.fields, as: CaseStory.owner)
        #expect(done.location == "\(path(story, "consents"))?done=withhold_consent")
        let page = try await get(story, "consents")
        #expect(page.contains("Någon annan än de kända") && page.contains("/do/end_objection"))
        #expect(!page.contains("name=\"record_consent-giver\" value=\"others\""))
    }

    @Test("rule 12: a report that names a removed guardian again shows it, and changes nothing")
    func reportedAgain() async throws {
        let story = try await CaseStory()
        let keys = try await guardians(story).map(\.key)
        _ = try await fill(story, "people", .removeGuardian, [("guardian", keys[1]), ("reason", "Styvförälder.")])
        var report = SuiteInMemory.report
        report.unit = "unitid-school"
        try story.tester.suite.send(report, id: "r2", key: "r2", to: .concernReports)
        #expect(try await guardians(story).map(\.key) == [keys[0]])
        #expect(try await get(story, "people").contains("Nämndes igen i en rapport"))
    }

    @Test("rule 20: who the case is about stands on each of its pages for whoever may know it: name, number, guardians")
    func header() async throws {
        let story = try await CaseStory()
        for part in ["", "mapping", "consents", "people"] {
            let page = try await get(story, part)
            #expect(page.contains("Kim Exempelbarn") && page.contains("20170315-2387"), "\(part)")
            #expect(page.contains("Gun Exempelförälder, Göran Exempelförälder"), "\(part)")
        }
        let status = try await story.tester.get("/case/\(story.reference)", as: CaseStory.person("county")).html
        #expect(!status.contains("Kim Exempelbarn") && !status.contains("Exempelförälder"))
    }
}
