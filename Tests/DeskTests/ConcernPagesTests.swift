import CloudEvents
import Codec
import Domain
import Foundation
import HTTPTypes
import Kafka
import SwiftProtobuf
import TestSupport
import Testing

@testable import desk

@Suite("A concern is written, checked and sent from the desk")
struct ConcernPagesTests {
    // MARK: Sent

    @Test(
        "rules 1 and 2: it is checked, sent, and registered with the child's named person, in the name of who has signed in"
    )
    func sent() async throws {
        let tester = try DeskTester()
        let form = try await tester.get("/concern/new", as: "teacher")
        #expect(form.status == .ok && form.html.contains(">Testby</option>"))
        let check = try await tester.post("/concern/new", ConcernForm.filled().fields("check"), as: "teacher")
        #expect(check.status == .ok)
        #expect(check.html.contains("<strong>Chef Exempelson</strong>, Enhet school"))
        #expect(try await tester.suite.concerns.isEmpty)
        let answer = try await tester.post("/concern/new", ConcernForm.filled().fields("send"), as: "teacher")
        #expect(answer.status == .seeOther)
        let page = try await tester.get(try #require(answer.location), as: "teacher")
        let concern = try #require(try await tester.suite.concerns.first)
        let registered = try concern.decode(ConcernRegistered.self)
        #expect(page.html.contains(registered.caseReference) && page.html.contains("Enhet school"))
        #expect(page.html.contains(#"data-saved="concern""#) && !page.html.contains("notice-harm"))
        #expect(concern.auth?.id == "teacher")
        #expect(registered.reporter.name == "teacher Exempelson" && registered.reporter.organisation == "education")
        #expect(registered.strengths == ["Kim ritar gärna."] && registered.observation == "Kim är ofta ensam.")
        #expect(registered.namedPerson == "head-school" && registered.observedAt.date == ExampleCounty.monday - 3_600)
    }

    @Test("rule 2: without a unit it says before it is sent that the fallback unit receives it, and afterwards, too")
    func fallback() async throws {
        let tester = try DeskTester()
        var form = ConcernForm.filled()
        (form["unit"], form["stage"]) = ("", "")
        let check = try await tester.post("/concern/new", form.fields("check"), as: "teacher")
        let words = Catalogue.text("desk.fallback.unit_unknown", .swedish)
        #expect(check.html.contains("Enhet fallback") && check.html.contains(words))
        let page = try await tester.sendConcern(form, as: "teacher")
        #expect(page.html.contains("Enhet fallback") && page.html.contains(words))
    }

    @Test("rule 3: the duty to report is said at the choice, before it is sent, and after")
    func harm() async throws {
        let tester = try DeskTester()
        var form = ConcernForm.filled()
        form["harm_suspected"] = "yes"
        let written = try await tester.get("/concern/new", as: "teacher")
        #expect(written.html.contains(Catalogue.text("desk.concern.harm_suspected.hint", .swedish)))
        let check = try await tester.post("/concern/new", form.fields("check"), as: "teacher")
        let duty = Catalogue.text("desk.duty.words", .swedish)
        #expect(check.html.contains("notice-harm") && check.html.contains(duty))
        let page = try await tester.sendConcern(form, as: "teacher")
        #expect(page.html.contains("notice-harm") && page.html.contains(duty))
    }

    @Test("rule 22: what protected identity means is said before it is sent, and the concern has it")
    func protected() async throws {
        let tester = try DeskTester()
        var form = ConcernForm.filled()
        form["protected_identity"] = "yes"
        let check = try await tester.post("/concern/new", form.fields("check"), as: "teacher")
        #expect(check.html.contains("notice-protected"))
        _ = try await tester.sendConcern(form, as: "teacher")
        let concern = try #require(try await tester.suite.concerns.first).decode(ConcernRegistered.self)
        #expect(concern.protectedIdentity)
    }

    @Test("rule 22: nothing of the child stands in an address, and no page of it is kept by a browser")
    func addresses() async throws {
        let tester = try DeskTester()
        let check = try await tester.post("/concern/new", ConcernForm.filled().fields("check"), as: "teacher")
        let answer = try await tester.post("/concern/new", ConcernForm.filled().fields("send"), as: "teacher")
        for text in ["20170315", "2387", "Kim", "TST-"] {
            #expect(answer.location?.contains(text) == false)
            #expect(check.html.firstMatch(of: /<title>[^<]*<\/title>/)?.output.contains(text) == false)
        }
        #expect(check.headers[.cacheControl] == "no-store")
    }

    // MARK: Twice

    @Test("a double click is one concern, and both clicks come to its receipt")
    func doubleClick() async throws {
        let tester = try DeskTester()
        let fields = ConcernForm.filled().fields("send")
        async let first = tester.post("/concern/new", fields, as: "teacher")
        async let second = tester.post("/concern/new", fields, as: "teacher")
        let paths = try await [first, second].map { $0.location?.prefix { $0 != "?" } }
        #expect(paths[0] != nil && paths[0] == paths[1])
        #expect(try await tester.suite.concerns.count == 1)
    }

    @Test("the same form later is already sent, also where it was changed, and the page says so")
    func again() async throws {
        let tester = try DeskTester()
        var form = ConcernForm.filled()
        let first = try await tester.sendConcern(form, as: "teacher")
        form["observation"] = "Något annat."
        let second = try await tester.sendConcern(form, as: "teacher")
        let words = Catalogue.text("desk.sent.again", .swedish)
        #expect(!first.html.contains(words) && second.html.contains(words))
        #expect(try await tester.suite.concerns.count == 1)
    }

    @Test("only who has sent a concern finds its receipt, and nobody's form takes another's id")
    func foreign() async throws {
        let tester = try DeskTester()
        let form = ConcernForm.filled()
        let answer = try await tester.post("/concern/new", form.fields("send"), as: "teacher")
        let path = try #require(answer.location)
        for address in [path, path + "?recorded=0123456789abcdef0123456789abcdef", "/concern/sent/unknown"] {
            #expect(try await tester.get(address, as: "nurse").status == .notFound)
        }
        #expect(
            try await tester.get("/consultation" + path.dropFirst("/concern".count), as: "teacher").status == .notFound)
        // Somebody else with the same form has a report of their own.
        let other = try await tester.sendConcern(form, as: "nurse")
        #expect(!other.html.contains(Catalogue.text("desk.sent.again", .swedish)))
        #expect(try await tester.suite.concerns.count == 2)
    }

    // MARK: What goes wrong

    @Test(
        "what is wrong is said at its field, with a link at the top, and nothing that was written is lost",
        arguments: [
            ("areas", "", "areas", "areas-health", "areas.missing"),
            ("observation", " ", "observation", "observation", "observation.missing"),
            ("observation", String(repeating: "å", count: 10_001), "observation", "observation", "text.long"),
            ("strengths", String(repeating: "x", count: 20_001), "strengths", "strengths", "text.long"),
            ("observed_on", "2026-02-30", "observed_on", "observed_on", "date.invalid"),
            ("observed_on", "2026-11-24", "observed_on", "observed_on", "observed_at.future"),
            ("observed_time", "25:00", "observed_time", "observed_time", "text.missing"),
            ("harm_suspected", "", "harm_suspected", "harm_suspected-yes", "text.missing"),
            ("personal_number", "20170315-2388", "personal_number", "personal_number", "personal_number.checksum"),
            ("personal_number", "", "personal_number", "personal_number", "personal_number.format"),
            ("personal_number", "19800315-2389", "personal_number", "personal_number", "child.adult"),
            ("name", String(repeating: "n", count: 201), "name", "name", "text.long"),
            ("municipality", "", "municipality", "municipality", "text.missing"),
            ("municipality", "9999", "municipality", "municipality", "municipality.unknown"),
            ("stage", "university", "stage", "stage", "stage.unknown"),
            ("guardians-0-name", "", "guardians-0-name", "guardians-0-name", "text.missing"),
            (
                "guardians-0-personal_number", "19800101-0000", "guardians-0-personal_number",
                "guardians-0-personal_number", "personal_number.checksum"
            ),
        ])
    func faults(field: String, value: String, place: String, target: String, code: String) async throws {
        let tester = try DeskTester()
        var form = ConcernForm.filled()
        form[field] = value
        for step in ["check", "send"] {
            let page = try await tester.post("/concern/new", form.fields(step), as: "teacher")
            #expect(page.status == .unprocessableContent)
            let words = Catalogue.text(code, .swedish).replacing("{limit}", with: field == "name" ? "200" : "20000")
                .prefix { $0 != "{" }
            #expect(page.html.contains(#"id="\#(place)-error""#) && page.html.contains(words))
            #expect(page.html.contains(##"href="#\##(target)""##))
            let chosen = ["unit", "stage", "municipality"]
            for (name, written) in form.texts where written.count > 3 && !chosen.contains(name) {
                #expect(page.html.contains(written), "\(name)")
            }
            #expect(page.html.contains(form.id), "the form keeps its id")
        }
        #expect(try await tester.suite.concerns.isEmpty)
    }

    @Test("a text of 20 kB arrives whole")
    func large() async throws {
        let tester = try DeskTester()
        var form = ConcernForm.filled()
        form["observation"] = String(repeating: "å", count: 10_000)
        _ = try await tester.sendConcern(form, as: "teacher")
        let concern = try #require(try await tester.suite.concerns.first).decode(ConcernRegistered.self)
        #expect(concern.observation.utf8.count == 20_000)
    }

    @Test("from the check back to the form and to the check again, all that was written stays")
    func change() async throws {
        let tester = try DeskTester()
        var form = ConcernForm.filled()
        form["protected_identity"] = "yes"
        form["guardians-2-name"] = "Göran Exempel"
        let check = try await tester.post("/concern/new", form.fields("check"), as: "teacher")
        let carried = check.html.hiddenFields
        for (name, value) in form.fields("check") where !["csrf", "step", "guardians-2-name"].contains(name) {
            #expect(carried.contains { $0.0 == name && $0.1 == value }, "\(name)")
        }
        // Rows move up over empty ones.
        #expect(carried.contains { $0 == ("guardians-1-name", "Göran Exempel") })
        let back = try await tester.post("/concern/new", carried + [("step", "change")], as: "teacher")
        #expect(back.status == .ok && !back.html.contains("error-summary"))
        let again = try await tester.post("/concern/new", carried + [("step", "check")], as: "teacher")
        #expect(again.html.hiddenFields.map(\.1) == carried.map(\.1))
        for value in form.texts.values where !["yes", "no"].contains(value) {
            #expect(back.html.contains(value.htmlEscaped), "\(value)")
        }
    }

    @Test("hostile text is text in every field, on every page")
    func hostile() async throws {
        let tester = try DeskTester()
        let attack = #""><script>alert('x')</script>{{csrf}}"#
        var form = ConcernForm.filled()
        for name in form.texts.keys { form[name] = attack }
        let refused = try await tester.post("/concern/new", form.fields("check"), as: "teacher")
        #expect(refused.status == .unprocessableContent && !refused.html.contains("<script>alert"))
        form = ConcernForm.filled()
        for name in ["name", "strengths", "observation", "unit", "guardians-0-name", "guardians-0-phone"] {
            form[name] = attack
        }
        let check = try await tester.post("/concern/new", form.fields("check"), as: "teacher")
        #expect(check.status == .ok && !check.html.contains("<script>alert") && check.html.contains("{{csrf}}"))
        let page = try await tester.sendConcern(form, as: "teacher")
        #expect(page.status == .ok && !page.html.contains("<script>alert"))
    }

    @Test("what Intake refuses is told on the form, with all that was written, and under a new id")
    func refused() async throws {
        var county = ExampleCounty.message
        county.doors = []
        let tester = try DeskTester(county)
        let form = ConcernForm.filled()
        let page = try await tester.post("/concern/new", form.fields("send"), as: "teacher")
        #expect(page.status == .unprocessableContent && page.html.contains("error-summary"))
        #expect(page.html.contains("Kim är ofta ensam.") && !page.html.contains(form.id))
    }

    @Test("where Kafka does not take it, the page says so and keeps everything, and the same form can be sent again")
    func kafka() async throws {
        struct Down: Error {}
        let tester = try DeskTester(send: { _ in throw Down() })
        let form = ConcernForm.filled()
        let page = try await tester.post("/concern/new", form.fields("send"), as: "teacher")
        #expect(
            page.status == .serviceUnavailable && page.html.contains(Catalogue.text("desk.report.failed", .swedish)))
        #expect(page.html.hiddenFields.contains { $0 == ("observation", "Kim är ofta ensam.") })
        #expect(page.html.hiddenFields.contains { $0 == ("id", form.id) })
    }

    @Test(
        "a receipt that has not come yet: it is recorded, the duty to report waits for nothing, and the receipt is shown later"
    )
    func pending() async throws {
        let held = Guarded<[ProducerRecord]>([])
        let tester = try DeskTester(patience: .milliseconds(20), send: { record in held.with { $0.append(record) } })
        let answer = try await tester.post("/concern/new", ConcernForm.filled().fields("send"), as: "teacher")
        let path = try #require(answer.location)
        let pending = try await tester.get(path, as: "teacher")
        #expect(pending.html.contains(Catalogue.text("desk.sent.pending", .swedish)))
        #expect(pending.html.contains(Catalogue.text("desk.sent.duty.words", .swedish)))
        #expect(!pending.html.contains("data-saved"))
        #expect(try await tester.get(path, as: "nurse").status == .notFound)
        for record in held.with({ $0 }) { try tester.suite.send(record) }
        #expect(try await tester.get(path, as: "teacher").html.contains("data-saved"))
    }

    @Test("what is no form of the desk's is refused", arguments: [("id", "no-uuid"), ("step", "other")])
    func noForm(field: String, value: String) async throws {
        let fields = ConcernForm.filled().fields("check").map { $0.0 == field ? (field, value) : $0 }
        #expect(try await DeskTester().post("/concern/new", fields, as: "teacher").status == .badRequest)
        #expect(try await DeskTester().get("/concern/new", as: "nobody").status == .notFound)
    }

    // MARK: The pages

    @Test(
        "strengths are asked for before what worries (rule 8); each page is whole, in both languages",
        arguments: Language.allCases)
    func pages(language: Language) async throws {
        let tester = try DeskTester()
        let form = try await tester.get("/concern/new", as: "teacher", language: language)
        let strengths = try #require(form.html.range(of: #"id="strengths""#))
        let observation = try #require(form.html.range(of: #"id="observation""#))
        #expect(strengths.lowerBound < observation.lowerBound)
        let check = try await tester.post(
            "/concern/new", ConcernForm.filled().fields("check"), as: "teacher", language: language)
        let sent = try await tester.sendConcern(ConcernForm.filled(), as: "teacher", language: language)
        for page in [form, check, sent] { page.html.expectWholePage() }
    }

    @Test("rule 4: the first answer to a report stays, whatever comes later under its id")
    func firstAnswer() async throws {
        let tester = try DeskTester()
        let path = "/concern/sent/\(ConcernForm.filled().id.lowercased())"
        _ = try await tester.sendConcern(ConcernForm.filled(), as: "teacher")
        let report = try #require(OwnReport(ConcernForm.filled().id, by: .example("teacher")))
        let late = ConcernReceipt.with {
            ($0.reportID, $0.reportSource) = (report.id, "TST/desk")
            $0.refused.reasons = [.init(Fault(.idReused, at: "ce_id"))]
        }
        try tester.suite.view.apply(
            Event(id: "late", source: "intake", time: ExampleCounty.monday, late), topic: .concernReceipts, key: "late")
        #expect(try await tester.get(path, as: "teacher").html.contains("data-saved"))
    }
}
