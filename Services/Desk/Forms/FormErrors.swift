import Codec
import DeskCore
import Domain

/// What is wrong with a form, each at its field.
struct FormErrors: Sendable {
    /// By the field's name.
    private(set) var atFields: [String: String] = [:]
    /// What is true of the whole form.
    private(set) var others: [String] = []

    var isEmpty: Bool { atFields.isEmpty && others.isEmpty }

    init() {}

    /// What the desk itself finds.
    init(_ faults: [Fault], in form: some CaseForm, _ maker: FieldMaker, _ choices: FormChoices) {
        self.init(faults.told.map { ($0.path, $0.text(maker.language)) }, in: form, maker, choices)
    }

    /// What a service has refused.
    init(_ refused: CommandRefused, in form: some CaseForm, _ maker: FieldMaker, _ choices: FormChoices) {
        let reasons = refused.reasons.map { reason in
            (path: reason.path, message: maker.language == .swedish ? reason.swedish : reason.english)
        }
        self.init(reasons, in: form, maker, choices)
    }

    init(other message: String) { others = [message] }

    private init(
        _ faults: [(path: String, message: String)], in form: some CaseForm, _ maker: FieldMaker,
        _ choices: FormChoices
    ) {
        let fields = form.fields(maker, choices).compactMap { $0 as? Field }.filter { $0.template != "field_hidden" }
        let prefix = "\(maker.form.rawValue)-"
        for fault in faults {
            let name = form.field(of: fault.path)
            guard let field = fields.first(where: { $0.name == prefix + name }) else {
                if !others.contains(fault.message) { others.append(fault.message) }
                continue
            }
            // What a service says of a choice that is missing names the words that it takes.
            let message = field.isUnchosen ? maker.word("desk.form.choose") : fault.message
            if let known = atFields[name], known != message {
                atFields[name] = "\(known) \(message)"
            } else {
                atFields[name] = message
            }
        }
    }
}

extension Field {
    /// Nothing is chosen where something can be.
    fileprivate var isUnchosen: Bool { !choices.isEmpty && !choices.contains { $0.isChosen && !$0.value.isEmpty } }
}
