import CloudEvents
import Codec
import DeskCore
import Domain
import ServiceKit
import SwiftProtobuf

/// What somebody has typed in a form about a case, and the command that it becomes.
///
/// A form keeps texts as they were typed, whatever they are, so that a page can show them again. It decides nothing: its own
/// faults are what is left empty, cannot be read, or is too large; the rest is the service's to say.
protocol CaseForm: Sendable, Equatable {
    /// What it does; also the form's name in addresses, and the first part of its fields' names.
    static var action: CaseAction { get }

    init(_ typed: TypedFields)

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage

    /// Adds what stands against the form whatever the case is.
    func check(_ words: inout Words)

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField]

    /// The name of the field to which a path in the command belongs.
    func field(of path: String) -> String

    /// Whether the person asks for more rows, and sends nothing yet.
    var asksForMore: Bool { get }

    /// Whether nothing is filled in that the command could change. Then it is not sent.
    var changesNothing: Bool { get }
}

extension CaseForm {
    func check(_ words: inout Words) {}
    func field(of path: String) -> String { FieldName.of(path) }
    var asksForMore: Bool { false }
    var changesNothing: Bool { false }

    /// Why it is not sent; empty where it is.
    func faults(about reference: String, by person: String, on day: LocalDate) -> [Fault] {
        var words = Words(today: day)
        check(&words)
        return message(about: reference, by: person).excesses + words.faults
    }
}

enum FieldName {
    /// `measures[1].text` is the field `measures-1-text`.
    static func of(_ path: String) -> String {
        path.replacing("].", with: "-").replacing("[", with: "-").replacing(".", with: "-").replacing("]", with: "")
    }
}

/// The fields of one form, by their names without the form's own.
struct TypedFields: Sendable {
    private let form: Form
    private let prefix: String

    init(_ form: Form, of action: CaseAction) { (self.form, prefix) = (form, "\(action.rawValue)-") }

    subscript(name: String) -> String { form[prefix + name] }
    func all(_ name: String) -> [String] { form.all(prefix + name) }
    func isChecked(_ name: String) -> Bool { form.isChecked(prefix + name) }
}

/// What the lists of a form offer: a value and its words.
struct FormChoices: Sendable {
    typealias Choice = (value: String, label: String)

    /// Those to whom the work can be delegated (rule 6). A county has thousands of people, so they are looked for where a form
    /// asks for them.
    var colleagues: @Sendable () -> [Choice] = { [] }
    /// Those who can be responsible for a measure.
    var responsible: @Sendable () -> [Choice] = { [] }
    /// The units of the municipality that was chosen.
    var units: [Choice] = []
    /// Those who can consent, by name where the reader may know it.
    var givers: [Choice] = []
    /// The guardians on record; those who were; and those who have said no without being one.
    var guardians: [Choice] = []
    /// The guardians on record, and the others where the case has more than it tells apart.
    var removable: [Choice] = []
    var formerGuardians: [Choice] = []
    var objections: [Choice] = []
    /// Who comes from outside the directory.
    var outsiders: [Choice] = []
    /// The organisations from which nobody comes to the meeting, who could, and who comes and need not.
    var missing: [Organisation] = []
    var newcomers: @Sendable () -> [Choice] = { [] }
    var participants: [Choice] = []
    /// What came with a case from where the child was, and the room of its meeting; nil where it has none.
    var cameAlong = CameAlong()
    /// The child and the guardians.
    var family: [Choice] = []
    /// Those who can say no.
    var withholders: [Choice] = []
    /// Those who can be coordinator.
    var coordinators: @Sendable () -> [Choice] = { [] }
    /// What each question's answer was last, with who and when.
    var answered: [Question: String] = [:]
    var today = LocalDate(number: 0)
}

/// Makes a form's fields: their words stand in the catalogue under `desk.`, the form's name and the field's.
struct FieldMaker: Sendable {
    let form: CaseAction
    let language: Language
    /// By the field's name.
    var errors: [String: String] = [:]

    func hidden(_ name: String, _ value: String) -> Field { .hidden(full(name), value) }

    func text(_ name: String, _ value: String, limit: Int?, isOptional: Bool = false) -> Field {
        .text(
            full(name), label(name), value: value, hint: hint(name), error: errors[name], isOptional: isOptional,
            limit: limit)
    }

    /// - Parameters:
    ///   - words: the name under which its words stand, where that is another.
    ///   - label, hint: in place of the catalogue's.
    func area(
        _ name: String, _ value: String, limit: Int?, words: String? = nil, label: String? = nil, hint: String? = nil,
        isOptional: Bool = false
    ) -> Field {
        .area(
            full(name), label ?? self.label(words ?? name), value: value, hint: hint ?? self.hint(words ?? name),
            error: errors[name], isOptional: isOptional, limit: limit)
    }

    func date(_ name: String, _ value: String, isOptional: Bool = false) -> Field {
        .date(full(name), label(name), value: value, hint: hint(name), error: errors[name], isOptional: isOptional)
    }

    /// One of many. What is chosen stays so, also where it is not offered any more.
    func select(
        _ name: String, _ choices: [FormChoices.Choice], _ chosen: String, words: String? = nil, label: String? = nil,
        isOptional: Bool = false
    ) -> Field {
        let none = (value: "", label: word("desk.form.choose_one"))
        return .select(
            full(name), label ?? self.label(words ?? name), [none] + choices, chosen: chosen,
            hint: hint(words ?? name), error: errors[name], isOptional: isOptional)
    }

    /// Radio buttons for the words of a glossary; each may have a hint of its own.
    func one<Word: CaseIterable & RawRepresentable>(
        of type: Word.Type, _ name: String, _ chosen: String, named prefix: String, isOptional: Bool = false
    ) -> Field where Word.RawValue == String {
        one(name, type.allCases.map { choice($0.rawValue, named: prefix, of: name) }, chosen, isOptional: isOptional)
    }

    func one(
        _ name: String, _ choices: [(value: String, label: String, hint: String?)], _ chosen: String,
        isOptional: Bool = false
    ) -> Field {
        .choices(
            full(name), label(name), choices, chosen: [chosen], hint: hint(name), error: errors[name],
            isOptional: isOptional)
    }

    /// Checkboxes.
    func several(
        _ name: String, _ choices: [(value: String, label: String, hint: String?)], _ chosen: [String],
        isOptional: Bool = false
    ) -> Field {
        .choices(
            full(name), label(name), choices, chosen: Set(chosen), severalAllowed: true, hint: hint(name),
            error: errors[name], isOptional: isOptional)
    }

    /// A word of a glossary as a choice: `named` is what its name in the catalogue begins with.
    func choice(
        _ value: String, named prefix: String, of name: String
    ) -> (value: String, label: String, hint: String?) {
        let (label, hint) = ("\(prefix).\(value)", "desk.\(form.rawValue).\(name).\(value)")
        return (value, word(label).capitalizedFirst, hint == label ? nil : wordIfAny(hint))
    }

    func organisations() -> [(value: String, label: String, hint: String?)] {
        Organisation.allCases.map { choice($0.rawValue, named: "organisation", of: "organisations") }
    }

    /// The areas, as boxes of which several can be chosen.
    func wheel() -> [(value: String, label: String, hint: String?)] {
        WheelArea.allCases.map { choice($0.rawValue, named: "area", of: "areas") }
    }

    func areas() -> [FormChoices.Choice] {
        WheelArea.allCases.map { ($0.rawValue, word("area.\($0.rawValue)").capitalizedFirst) }
    }

    func word(_ name: String, _ values: [String: String] = [:]) -> String { Catalogue.text(name, language, values) }

    private func full(_ name: String) -> String { "\(form.rawValue)-\(name)" }
    private func label(_ name: String) -> String { word("desk.\(form.rawValue).\(name)") }
    private func hint(_ name: String) -> String? { wordIfAny("desk.\(form.rawValue).\(name).hint") }
    private func wordIfAny(_ name: String) -> String? { Catalogue.holds(name) ? word(name) : nil }
}
