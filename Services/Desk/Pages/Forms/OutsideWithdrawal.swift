import DeskCore
import Domain
import Foundation
import HTTPTypes

/// A consent is taken back in a case that whoever records it may not read. Nobody is kept from it (rule 13): whom the family tells
/// it to may be anybody.
///
/// The form is the same whether there is such a case or not. Only the command's answer tells: what is said to be recorded is.
struct OutsideWithdrawal: Sendable {
    let reference: String
    let language: Language

    /// Nobody of the family is named to who may not read the case.
    var choices: FormChoices {
        var choices = FormChoices()
        choices.withholders = [
            ("others", word("desk.giver.guardian")), ("youth", word("giver_name.youth").capitalizedFirst),
        ]
        return choices
    }

    /// Says what follows, before it is done.
    func page(_ sent: SentForm) -> Page {
        var form = (sent.form as? WithholdForm) ?? WithholdForm()
        form.isConfirmed = true
        let maker = FieldMaker(form: .withholdConsent, language: language, errors: sent.errors.atFields)
        let input = InputForm(
            CasePage.path(of: .withholdConsent, in: reference), id: sent.id, fields: form.fields(maker, choices),
            submit: word("desk.withhold_consent.submit"), style: "danger", cancel: Link(word("desk.nav.work"), "/work"))
        var model: [String: Any] = [
            "lead": [word("desk.withhold.outside", ["case": reference]), word("desk.withhold.lead")], "form": input,
        ]
        model["problems"] = CasePage.problems(sent, in: input)
        return Page(
            template: "case_form", title: word("desk.withhold_consent"), model: model,
            status: sent.errors.isEmpty ? .ok : .unprocessableContent, place: "work")
    }

    private func word(_ name: String, _ values: [String: String] = [:]) -> String {
        Catalogue.text(name, language, values)
    }
}
