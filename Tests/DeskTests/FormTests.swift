import DeskCore
import Domain
import Foundation
import StreamsTesting
import TestSupport
import Testing

@testable import desk

@Suite("A form keeps what was typed")
struct FormTests {
    private static let choices = FormChoices(
        colleagues: { [("a", "A"), ("b", "B")] }, responsible: { [("a", "A"), ("b", "B")] }, units: [("u", "U")],
        givers: [("key1", "Gun"), ("youth", "Ungdomen")], guardians: [("key1", "Gun"), ("key2", "Göran")],
        removable: [("key1", "Gun"), ("others", "Fler")], formerGuardians: [("key3", "Bo")],
        objections: [("stranger", "Någon")], withholders: [("key1", "Gun"), ("others", "Någon annan")])

    private struct Typist: RandomValues {
        var generator: SeededGenerator

        /// What people type, and what nobody should.
        mutating func text() -> String {
            let hostile = ["<script>alert(1)</script>", "\"'&%+=;", "å\nä\n\nö", "{{text}}", "{giver}", "💛", "a]b[c"]
            return "\(word()) \(hostile[number(0...(hostile.count - 1))])"
        }
    }

    /// Fills in each field that an empty form shows, sends it, and reads what the form shows then.
    private func check<Typed: CaseForm>(_ type: Typed.Type, _ typist: inout Typist) throws {
        let maker = FieldMaker(form: Typed.action, language: .swedish)
        let empty = Typed(TypedFields(Form([:]), of: Typed.action)).fields(maker, Self.choices)
        var typed: [String: [String]] = [:]
        for case let field as Field in empty where !["more", "confirmed"].contains(where: field.name.hasSuffix) {
            if field.choices.isEmpty {
                typed[field.name] = [typist.text()]
            } else if field.type == "checkbox" {
                typed[field.name] = field.choices.map(\.value).filter { _ in typist.flag() }
            } else {
                let offered = field.choices.map(\.value)
                typed[field.name] = [offered[typist.number(0...(offered.count - 1))]]
            }
        }
        var components = URLComponents()
        components.queryItems = typed.flatMap { name, values in values.map { URLQueryItem(name: name, value: $0) } }
        let body = (components.percentEncodedQuery ?? "").replacing("+", with: "%2B")
        let form = Typed(try TypedFields(Form(body), of: Typed.action))
        var shown: [String: [String]] = [:]
        for case let field as Field in form.fields(maker, Self.choices) where typed[field.name] != nil {
            shown[field.name] =
                field.choices.isEmpty ? [field.value] : field.choices.filter(\.isChosen).map(\.value)
        }
        for (name, values) in typed {
            // A choice that is left open has no value of its own.
            #expect(shown[name] ?? [] == values, "\(Typed.action.rawValue): \(name)")
        }
    }

    @Test("what is shown again equals what was typed, whatever it is", arguments: 0..<20)
    func roundTrip(seed: Int) throws {
        var typist = Typist(generator: SeededGenerator(seed: UInt64(seed)))
        try check(TakeOnForm.self, &typist)
        try check(DelegateForm.self, &typist)
        try check(MoveForm.self, &typist)
        try check(ConfirmMoveForm.self, &typist)
        try check(DeclineMoveForm.self, &typist)
        try check(KeepCaseForm.self, &typist)
        try check(InformationForm.self, &typist)
        try check(CorrectionForm.self, &typist)
        try check(AnswersForm.self, &typist)
        try check(ConsentForm.self, &typist)
        try check(WithholdForm.self, &typist)
        try check(MaturityForm.self, &typist)
        try check(ConcludeForm.self, &typist)
        try check(FollowUpForm.self, &typist)
        try check(ReopenForm.self, &typist)
        try check(AddGuardianForm.self, &typist)
        try check(CorrectGuardianForm.self, &typist)
        try check(MergeGuardiansForm.self, &typist)
        try check(RemoveGuardianForm.self, &typist)
        try check(EndObjectionForm.self, &typist)
    }

    @Test("only the answers that were changed since the page was shown are sent, and a fault finds its question")
    func answers() {
        var form = AnswersForm([.information: "Ja.", .others: "Stöd hemma."])
        #expect(form.changed == [])
        form.answers[.others] = "Stöd hemma, varje vecka."
        form.answers[.mine] = ""
        #expect(form.changed == [.others])
        form.answers[.mine] = "Möta eleven."
        #expect(form.changed == [.mine, .others])
        #expect(form.field(of: "answers[1].text") == "answers-5")
    }

    @Test("a row in which nothing is typed is no measure; more rows are shown without sending anything")
    func rows() throws {
        func typed(_ query: String) throws -> ConcludeForm { try ConcludeForm(TypedFields(Form(query), of: .conclude)) }
        let one = try typed("conclude-measures-2-text=Samtal&conclude-measures-2-area=home")
        #expect(one.rows.first == .init(area: "home", text: "Samtal") && one.rows.count == 3 && !one.asksForMore)
        let more = try typed("conclude-measures-2-text=Samtal&conclude-more=yes")
        #expect(more.rows.count == 4 && more.asksForMore)
    }

    @Test("each form has its words in both languages", arguments: CaseAction.allCases)
    func words(action: CaseAction) {
        let name = action.rawValue
        for name in ["desk.\(name)", "desk.\(name).submit", "desk.done.\(name)"] {
            let isWhole = Language.allCases.allSatisfy { Catalogue.entry(name, $0.rawValue) != nil }
            #expect(isWhole, "\(name)")
        }
    }
}
