import Domain
import Foundation
import Testing

@Suite("The message catalogue: everything that a person reads, in both languages")
struct CatalogueTests {
    @Test("every name has a text in each language")
    func names() {
        for name in Catalogue.names {
            for language in Language.allCases { #expect(Catalogue.entry(name, language.rawValue) != nil, "\(name)") }
        }
        #expect(Catalogue.names.count > 100)
    }

    @Test("every code and every word that is shown has a text")
    func complete() {
        let names = Set(Catalogue.names)
        let needed =
            FaultCode.allCases.map(\.rawValue) + Phase.allCases.map { "phase.\($0.rawValue)" }
            + Step.allCases.map { "step.\($0.rawValue)" } + ReminderLevel.allCases.map { "level.\($0.rawValue)" }
            + WheelArea.allCases.map { "area.\($0.rawValue)" } + Outcome.allCases.map { "outcome.\($0.rawValue)" }
            + InformationSource.allCases.map { "source.\($0.rawValue)" } + Question.allCases.map(\.name)
            + InformationKind.allCases.map { "kind.\($0.rawValue)" } + Effect.allCases.map { "effect.\($0.rawValue)" }
            + ConsentDecision.allCases.map { "decision.\($0.rawValue)" }
            + Reading.Ground.allCases.map { "access.why.\($0.rawValue)" }
            + Reading.Extent.allCases.map { "access.what.\($0.rawValue)" }
            + Assurance.allCases.map { "assurance.\($0.rawValue)" }
        #expect(needed.filter { !names.contains($0) } == [])
    }

    @Test("what a value has in braces stays as it is: nobody puts another value, or a word, where they are named")
    func values() {
        let values = ["who": "{when} {who} {{desk.sign_out}}", "when": "i dag {who}"]
        let text = Catalogue.text("desk.written", .swedish, values)
        #expect(
            text
                == Catalogue.text("desk.written", .swedish).replacing("{who}", with: "A").replacing("{when}", with: "B")
                .replacing("A", with: values["who"] ?? "").replacing("B", with: values["when"] ?? ""))
    }

    @Test("both languages leave the same words open, and a fault fills in what it can")
    func filled() {
        for code in FaultCode.allCases {
            let text = Fault(code).text(.english)
            #expect(!text.isEmpty && text != code.rawValue)
        }
        let fault = Fault(.consentMissing, ["giver": "giver.youth"])
        #expect(fault.swedish.hasPrefix("Ungdomens samtycke") && fault.english.hasPrefix("The youth's consent"))
    }

    @Test("a code is said in words after its placeholder, and every role of the example county has words")
    func codes() throws {
        let fault = Fault(.roleNobody, ["role": "social_worker"])
        #expect(fault.swedish.contains("socialsekreterare") && fault.english.contains("social worker"))
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Examples/soermland.yaml")
        let roles = try String(contentsOf: path.standardizedFileURL, encoding: .utf8).matches(
            of: /role: (?<role>[a-z_]+)/)
        #expect(!roles.isEmpty)
        #expect(Set(roles.map { "role.\($0.output.role)" }).filter { !Catalogue.holds($0) } == [])
    }

    @Test(
        "a report is a rapport: anmälan is the word of the statutory duty alone; a meeting is a multi-agency one in English"
    )
    func words() {
        for name in Catalogue.names {
            let text = Catalogue.text(name, .swedish).lowercased().replacing("orosanmäl", with: "")
            #expect(!text.contains("anmäl"), "\(name)")
            #expect(!Catalogue.text(name, .english).contains("cooperation meeting"), "\(name)")
        }
    }

    @Test("Docs/refusals.md says what the code says; `make docs` writes it")
    func documented() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Docs/refusals.md")
        #expect(try String(contentsOf: path.standardizedFileURL, encoding: .utf8) == Refusals.markdown)
    }
}
