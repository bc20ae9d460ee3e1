import Codec
import DeskCore
import Domain
import Foundation

/// A part of a case's page where something is done: its form, or why it is not possible now (`act`).
struct Act {
    let id: String
    let heading: String
    let intro: String?
    let links: Choices?
    let form: InputForm?
    let isPossible: Bool
    let reasons: [String]

    /// What is chosen before the form is filled in: each choice is a link to the same page.
    struct Choices {
        let label: String
        let links: [Link]
    }
}

/// A form that was sent, and is shown again with all that was typed.
struct SentForm {
    let form: any CaseForm
    /// The next command's id.
    let id: String
    let errors: FormErrors
}

extension CasePage {
    /// Where the form of an action is sent.
    static func path(of action: CaseAction, in reference: String) -> String {
        "/case/\(reference)/do/\(action.rawValue)"
    }

    /// The page on which an action's form stands.
    static func part(of action: CaseAction) -> Part {
        switch action {
        case .takeOn, .delegate, .handBack, .move, .confirmMove, .declineMove, .reviewMove, .keepCase, .addGuardian,
            .correctGuardian,
            .mergeGuardians, .removeGuardian:
            .people
        case .addInformation, .correctInformation, .askCounterpart, .recordAnswers: .mapping
        case .recordConsent, .withholdConsent, .judgeMaturity, .endObjection: .consents
        case .conclude, .followUp, .reopen: .outcome
        case .moveMeeting, .changeParticipants, .inviteOutsider, .dismissOutsider, .tellFamily, .recordParticipation:
            .meetings
        case .recordWish, .changeCoordinator: .coordinator
        }
    }

    /// The name under which a tab keeps the unsaved text of a form.
    func draft(of action: CaseAction) -> String { "\(reference).\(action.rawValue)" }

    /// What is to be done with a form now.
    ///
    /// A form that was sent is shown again even if it cannot be sent any more: what was typed is never lost.
    func act<Form: CaseForm>(
        _ empty: Form, _ choices: FormChoices, sent: SentForm?, style: String? = nil, links: Act.Choices? = nil
    ) -> Act {
        let typed = sent?.form as? Form
        let reasons =
            typed == nil ? opened.obstacles(to: Form.action, by: person, at: now).map { $0.text(language) } : []
        let name = Form.action.rawValue
        let intro = "desk.\(name).intro"
        return Act(
            id: name, heading: word("desk.\(name)"), intro: Catalogue.holds(intro) ? word(intro) : nil,
            links: reasons.isEmpty ? links : nil,
            form: reasons.isEmpty
                ? inputForm(typed ?? empty, choices, typed == nil ? nil : sent, style: style) : nil,
            isPossible: reasons.isEmpty, reasons: reasons)
    }

    func inputForm(
        _ form: some CaseForm, _ choices: FormChoices, _ sent: SentForm?, style: String? = nil, cancel: Link? = nil
    ) -> InputForm {
        let action = type(of: form).action
        let maker = FieldMaker(form: action, language: language, errors: sent?.errors.atFields ?? [:])
        return InputForm(
            Self.path(of: action, in: reference), id: sent?.id ?? UUID().uuidString,
            fields: form.fields(maker, choices), submit: word("desk.\(action.rawValue).submit"), style: style,
            cancel: cancel, draft: draft(of: action))
    }

    /// What is wrong with the form that was sent: at its fields, and on the whole.
    static func problems(_ sent: SentForm?, in form: InputForm?) -> ErrorSummary? {
        guard let sent else { return nil }
        return ErrorSummary(sent.errors.others.map { FieldError($0) } + (form?.errors ?? []))
    }

    /// A page with acts, in their order.
    func formPage(
        _ part: Part, _ acts: [Act], sent: SentForm?, model: [String: Any] = [:], boxes: [NoticeBox] = []
    ) -> Page {
        var model = model
        model["acts"] = acts
        model["isWhole"] = extent == .whole
        let action = sent.map { type(of: $0.form).action.rawValue }
        model["problems"] = Self.problems(sent, in: acts.first { $0.id == action }?.form)
        return page(part, template: "case_\(part.rawValue)", model: model, boxes: boxes)
    }
}
