/// What a form asks for, shown by the partial that ``template`` names.
protocol FormField {
    var template: String { get }
    var label: String { get }
    var error: String? { get }
    /// The id that the error summary leads to: the field, or its first choice.
    var target: String { get }
}

/// A form's field, with its label, help and error.
struct Field: FormField {
    /// One of several answers.
    struct Choice {
        let id: String
        let value: String
        let label: String
        let hint: String?
        let isChosen: Bool
    }

    /// Words for the check of a personal number while it is typed. Nothing is sent.
    struct NumberCheck {
        let right: String
        let wrongDate: String
        let wrongDigits: String
    }

    let template: String
    let id: String
    let name: String
    let label: String
    let hint: String?
    let error: String?
    /// The ids of hint, error and check, for `aria-describedby`.
    let describedBy: String?
    let isOptional: Bool
    var type = "text"
    var value = ""
    /// In bytes of UTF-8.
    var limit: Int?
    var choices: [Choice] = []
    var check: NumberCheck?
    var isShort = false
    var inputMode: String?
    var autocomplete: String?

    var target: String { template == "field_choices" ? choices.first?.id ?? id : id }

    /// A line of text.
    ///
    /// - Parameter name: of the form's field, and its id on the page.
    static func text(
        _ name: String, _ label: String, value: String = "", hint: String? = nil, error: String? = nil,
        isOptional: Bool = false, limit: Int? = nil, isShort: Bool = false
    ) -> Field {
        var field = Field("field_text", name, label, hint: hint, error: error, isOptional: isOptional)
        (field.value, field.limit, field.isShort) = (value, limit, isShort)
        field.autocomplete = "off"
        return field
    }

    /// A day, in the browser's own calendar.
    static func date(
        _ name: String, _ label: String, value: String = "", hint: String? = nil, error: String? = nil,
        isOptional: Bool = false
    ) -> Field {
        var field = Field("field_text", name, label, hint: hint, error: error, isOptional: isOptional)
        (field.type, field.value, field.isShort) = ("date", value, true)
        return field
    }

    /// A time of the day, as `14:30`.
    static func time(
        _ name: String, _ label: String, value: String = "", hint: String? = nil, error: String? = nil
    ) -> Field {
        var field = Field("field_text", name, label, hint: hint, error: error, isOptional: false)
        (field.type, field.value, field.isShort) = ("time", value, true)
        return field
    }

    /// A personal number, which the script checks while it is typed.
    static func personalNumber(
        _ name: String, _ label: String, value: String = "", check: NumberCheck, hint: String? = nil,
        error: String? = nil, isOptional: Bool = false
    ) -> Field {
        var field = Field(
            "field_text", name, label, hint: hint, error: error, isOptional: isOptional, more: ["check"])
        (field.value, field.check, field.isShort) = (value, check, true)
        (field.inputMode, field.autocomplete) = ("numeric", "off")
        return field
    }

    /// Several lines of text.
    ///
    /// - Parameter limit: in bytes of UTF-8. The script shows how much room is left when little is.
    static func area(
        _ name: String, _ label: String, value: String = "", hint: String? = nil, error: String? = nil,
        isOptional: Bool = false, limit: Int? = nil
    ) -> Field {
        var field = Field(
            "field_area", name, label, hint: hint, error: error, isOptional: isOptional,
            more: limit == nil ? [] : ["counter"])
        (field.value, field.limit) = (value, limit)
        return field
    }

    /// One of many choices.
    static func select(
        _ name: String, _ label: String, _ choices: [(value: String, label: String)], chosen: String = "",
        hint: String? = nil, error: String? = nil, isOptional: Bool = false
    ) -> Field {
        var field = Field("field_select", name, label, hint: hint, error: error, isOptional: isOptional)
        field.choices = choices.map {
            Choice(
                id: "\(name)-\($0.value)", value: $0.value, label: $0.label, hint: nil, isChosen: $0.value == chosen)
        }
        return field
    }

    /// Radio buttons, or checkboxes where several can be chosen.
    static func choices(
        _ name: String, _ label: String, _ choices: [(value: String, label: String, hint: String?)],
        chosen: Set<String> = [], severalAllowed: Bool = false, hint: String? = nil, error: String? = nil,
        isOptional: Bool = false
    ) -> Field {
        var field = Field("field_choices", name, label, hint: hint, error: error, isOptional: isOptional)
        field.type = severalAllowed ? "checkbox" : "radio"
        field.choices = choices.map {
            Choice(
                id: "\(name)-\($0.value)", value: $0.value, label: $0.label, hint: $0.hint,
                isChosen: chosen.contains($0.value))
        }
        return field
    }

    /// A value that the form carries on, and nobody sees.
    static func hidden(_ name: String, _ value: String) -> Field {
        var field = Field("field_hidden", name, "", hint: nil, error: nil, isOptional: false)
        field.value = value
        return field
    }

    private init(
        _ template: String, _ name: String, _ label: String, hint: String?, error: String?, isOptional: Bool,
        more: [String] = []
    ) {
        (self.template, id, self.name, self.label) = (template, name, name, label)
        (self.hint, self.error, self.isOptional) = (hint, error, isOptional)
        describedBy = Self.describedBy(name, hint: hint, error: error, more: more)
    }

    /// The ids of what describes a field, as `field_help` gives them; nil where nothing does.
    static func describedBy(_ id: String, hint: String?, error: String?, more: [String] = []) -> String? {
        let parts = [hint.map { _ in "hint" }, error.map { _ in "error" }].compactMap(\.self) + more
        return parts.isEmpty ? nil : parts.map { "\(id)-\($0)" }.joined(separator: " ")
    }
}

/// A form that becomes one command (`form`). Sent twice, it is still one: ``id`` is the command's.
struct InputForm {
    let action: String
    let id: String
    let fields: [any FormField]
    let submit: String
    /// `secondary` or `danger`.
    let style: String?
    let cancel: Link?
    /// Under what name unsaved text is kept in the tab until it is saved. Nil keeps nothing.
    let draft: String?

    init(
        _ action: String, id: String, fields: [any FormField] = [], submit: String, style: String? = nil,
        cancel: Link? = nil,
        draft: String? = nil
    ) {
        (self.action, self.id, self.fields, self.submit) = (action, id, fields, submit)
        (self.style, self.cancel, self.draft) = (style, cancel, draft)
    }

    /// The errors of its fields, in their order, for the page's ``ErrorSummary``.
    var errors: [FieldError] {
        fields.compactMap { field in field.error.map { FieldError($0, field: field.target, label: field.label) } }
    }
}
