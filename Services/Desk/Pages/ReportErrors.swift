import Codec
import Domain

/// What is wrong with a report, in words, by the field of its form.
struct ReportErrors: Sendable {
    private(set) var fields: [String: String] = [:]
    /// What belongs to no field that the person can change.
    private(set) var whole: [String] = []

    init() {}

    init(_ faults: [Fault], _ language: Language) {
        for fault in faults { add(fault.text(language), at: fault.path) }
    }

    /// What Intake has refused.
    init(_ refused: ConcernReceipt.Refused, _ language: Language) {
        for reason in refused.reasons {
            add(language == .swedish ? reason.swedish : reason.english, at: reason.path)
        }
    }

    subscript(field: String) -> String? { fields[field] }

    /// For the page's error summary, in the order of the fields.
    func summary(of fields: [any FormField]) -> ErrorSummary? {
        ErrorSummary(
            whole.map { FieldError($0) }
                + fields.compactMap { field in
                    field.error.map { FieldError($0, field: field.target, label: field.label) }
                })
    }

    private mutating func add(_ words: String, at path: String) {
        guard let field = Self.field(of: path) else { return whole.append(words) }
        // The first is told at its field; the next when that has been mended.
        if fields[field] == nil { fields[field] = words }
    }

    /// The form's field of a path in the message: `guardians[0].name` is `guardians-0-name`.
    private static func field(of path: String) -> String? {
        let first = String(path.prefix { $0 != "[" && $0 != "." })
        return switch first {
        case "observed_at": "observed_on"
        case "areas", "strengths": first
        case "guardians": path.replacing("[", with: "-").replacing("].", with: "-")
        case "reporter", "ce_id", "ce_source", "ce_actor", "": nil
        default: path
        }
    }
}
