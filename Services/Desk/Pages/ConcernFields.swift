import Codec
import Domain

/// The fields of a concern's form, in their order: strengths before what worries (rule 8), and the duty to report at the
/// question of harm (rule 3).
struct ConcernFields {
    /// What was seen.
    let seen: [any FormField]
    /// Whom it is about.
    let child: [any FormField]
    /// Where the child lives and goes to school.
    let place: [any FormField]
    let guardians: [Guardian]
    /// Further guardians, closed until one is written.
    let more: [Guardian]
    let isMoreOpen: Bool

    struct Guardian {
        let legend: String
        let rows: [any FormField]
    }

    var all: [any FormField] { seen + child + place + (guardians + more).flatMap(\.rows) }

    init(_ input: ConcernInput, _ errors: ReportErrors, _ writer: ReportWriter, _ language: Language) {
        let words = FieldWords(form: "concern", language: language, errors: errors)
        seen = Self.seen(input, words)
        child = Self.child(input, words)
        place = Self.place(input, writer, words)
        let rows = (0..<ConcernInput.guardians).map { Self.guardian($0, input, words) }
        (guardians, more) = (Array(rows.prefix(1)), Array(rows.dropFirst()))
        isMoreOpen =
            (1..<ConcernInput.guardians).contains(where: input.isWritten)
            || more.contains { $0.rows.contains { $0.error != nil } }
    }

    private static func seen(_ input: ConcernInput, _ words: FieldWords) -> [any FormField] {
        [
            WheelField(
                words.label("areas"), chosen: input.chosenAreas, hint: words.hint("areas"),
                error: words.errors["areas"],
                words.language),
            words.area("strengths", input["strengths"], of: ConcernReported.self, isOptional: true),
            words.area("observation", input["observation"], of: ConcernReported.self),
            Field.date(
                "observed_on", words.label("observed_on"), value: input["observed_on"],
                error: words.errors["observed_on"]),
            Field.time(
                "observed_time", words.label("observed_time"), value: input["observed_time"],
                error: words.errors["observed_time"]),
            Field.choices(
                "harm_suspected", words.label("harm_suspected"),
                ["yes", "no"].map { answer in
                    let name = "desk.concern.harm_suspected.\(answer)"
                    return (answer, words.text(name), words.text("\(name).hint"))
                },
                chosen: [input["harm_suspected"]], hint: words.hint("harm_suspected"),
                error: words.errors["harm_suspected"]),
        ]
    }

    private static func child(_ input: ConcernInput, _ words: FieldWords) -> [any FormField] {
        [
            Field.text(
                "name", words.label("name"), value: input["name"], error: words.errors["name"], isOptional: true,
                limit: ConcernReported.mostBytes(of: "name")),
            Field.personalNumber(
                "personal_number", words.label("personal_number"), value: input["personal_number"],
                check: words.numberCheck, hint: words.hint("personal_number"), error: words.errors["personal_number"]),
            Field.choices(
                "protected_identity", words.label("protected_identity"),
                [("yes", words.text("desk.concern.protected_identity.yes"), words.hint("protected_identity"))],
                chosen: input.isProtected ? ["yes"] : [], severalAllowed: true, isOptional: true),
        ]
    }

    private static func place(
        _ input: ConcernInput, _ writer: ReportWriter, _ words: FieldWords
    ) -> [any FormField] {
        let unknown = (value: "", label: words.text("desk.report.unknown"))
        let stages = Stage.allCases.map { (value: $0.rawValue, label: words.text("desk.stage.\($0.rawValue)")) }
        return [
            words.municipality(input["municipality"], writer),
            Field.select(
                "stage", words.label("stage"), [unknown] + stages, chosen: input["stage"], hint: words.hint("stage"),
                error: words.errors["stage"], isOptional: true),
            Field.select(
                "unit", words.label("unit"), [unknown] + writer.units(for: input["municipality"]),
                chosen: input["unit"], hint: words.hint("unit"), error: words.errors["unit"], isOptional: true),
        ]
    }

    private static func guardian(_ row: Int, _ input: ConcernInput, _ words: FieldWords) -> Guardian {
        let rows = ConcernInput.guardianFields.map { field in
            let name = ConcernInput.guardian(row, field)
            let label = words.label("guardian.\(field)")
            return field == "personal_number"
                ? Field.personalNumber(
                    name, label, value: input[name], check: words.numberCheck, error: words.errors[name],
                    isOptional: true)
                : Field.text(
                    name, label, value: input[name], error: words.errors[name], isOptional: true,
                    limit: Codec.Guardian.mostBytes(of: field))
        }
        return Guardian(legend: words.text("desk.concern.guardian", ["number": "\(row + 1)"]), rows: rows)
    }
}

/// The words of a form's fields: `desk.FORM.FIELD` of the catalogue, and `.hint` for its help.
struct FieldWords {
    let form: String
    let language: Language
    let errors: ReportErrors

    func text(_ name: String, _ values: [String: String] = [:]) -> String { Catalogue.text(name, language, values) }
    func label(_ field: String) -> String { text("desk.\(form).\(field)") }

    func hint(_ field: String) -> String? {
        let name = "desk.\(form).\(field).hint"
        return Catalogue.holds(name) ? text(name) : nil
    }

    /// A text as long as the contract allows.
    func area(
        _ name: String, _ value: String, of message: any LimitedMessage.Type, isOptional: Bool = false
    ) -> Field {
        .area(
            name, label(name), value: value, hint: hint(name), error: errors[name], isOptional: isOptional,
            limit: message.mostBytes(of: name))
    }

    func municipality(_ chosen: String, _ writer: ReportWriter) -> Field {
        .select(
            "municipality", label("municipality"), [("", text("desk.report.choose"))] + writer.municipalities,
            chosen: chosen, hint: hint("municipality"), error: errors["municipality"])
    }

    var numberCheck: Field.NumberCheck {
        Field.NumberCheck(
            right: text("desk.number.right"), wrongDate: text("personal_number.date"),
            wrongDigits: text("personal_number.checksum"))
    }
}
