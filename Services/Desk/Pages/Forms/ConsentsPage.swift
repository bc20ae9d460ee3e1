import Codec
import DeskCore
import Domain
import Foundation
import HTTPTypes
import SwiftProtobuf

// Consents by giver, and the judgement of maturity (rules 12 and 13).
extension CasePage {
    func consentsPage(_ sent: SentForm?, boxes: [NoticeBox]) -> Page {
        let choices = FormChoices(self)
        var acts = [
            act(ConsentForm(on: choices.today), choices, sent: sent),
            act(WithholdForm(), choices, sent: sent, style: "danger"),
            act(MaturityForm(), choices, sent: sent, style: "secondary"),
        ]
        if !choices.objections.isEmpty || sent?.form is EndObjectionForm {
            acts.insert(act(EndObjectionForm(), choices, sent: sent, style: "danger"), at: 0)
        }
        var model: [String: Any] = [:]
        if extent == .whole { model["consents"] = consentCards }
        return formPage(.consents, acts, sent: sent, model: model, boxes: boxes + maturityBox)
    }

    private var maturityBox: [NoticeBox] {
        guard let maturity = opened.file.maturity else { return [] }
        let title = word("desk.maturity.\(maturity.value.youthConsents ? "yes" : "no")")
        let who = attribution(maturity.by, at: CivilTime.text(maturity.at, language))
        return [NoticeBox(.information, title, paragraphs: [maturity.value.reason, who])]
    }

    /// Whoever is on record has a card, whether they have said something or not: it shows who is awaited.
    private var consentCards: [ConsentCard] { giverKeys.map(card) }

    private func card(_ giver: String) -> ConsentCard {
        let entries = opened.file.consents[giver] ?? []
        let last = entries.last
        let isObjection = opened.row.status.objections.contains(giver)
        return ConsentCard(
            giver: consentGiver(giver),
            tag: isDeceased(giver) ? Tag(word("guardian_standing.deceased").capitalizedFirst) : tag(of: last?.value),
            note: isObjection ? word("desk.objection.note") : nil,
            pairs: last.map(pairs) ?? [],
            actions: last?.value.decision == ConsentDecision.given.rawValue ? [withholding(giver)] : [])
    }

    private func isDeceased(_ giver: String) -> Bool {
        opened.row.status.guardians.contains {
            $0.key == giver && $0.standing == GuardianStanding.deceased.rawValue
        }
    }

    private func tag(of consent: Consent?) -> Tag {
        guard let consent else { return Tag(word("desk.consent.awaited"), .warn) }
        switch ConsentDecision(rawValue: consent.decision) {
        case .given where LocalDate(consent.validUntil).map { $0 < CivilTime.day(of: now) } ?? false:
            return Tag(word("desk.consent.expired"), .warn)
        case .given: return Tag(word("decision.given"), .good)
        case .refused, .withdrawn, nil: return Tag(word("decision.\(consent.decision)"), .bad)
        }
    }

    private func pairs(_ entry: CaseFile.Entry<Consent>) -> [Pair] {
        let consent = entry.value
        func day(_ text: String) -> String? { LocalDate(text).map { CivilTime.text($0, language) } }
        let organisations = consent.organisations.map { word("organisation.\($0)") }.joined(separator: ", ")
        let form = "desk.consent.form.\(consent.form)"
        let all: [(String, String?)] = [
            ("organisations", organisations),
            ("outsiders", consent.outsiders ? word("desk.consent.outsiders.yes") : nil),
            ("date", day(consent.date)), ("until", day(consent.validUntil)),
            ("form", Catalogue.holds(form) ? word(form) : consent.form),
            ("recorded", recorder(entry)),
        ]
        return all.compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : Pair(word("desk.consent.\(name)"), $0) }
        }
    }

    /// A no counts whoever has recorded it, and says where that is not known (rule 13).
    private func recorder(_ entry: CaseFile.Entry<Consent>) -> String {
        let when = CivilTime.text(entry.at, language)
        if entry.by.isEmpty { return word("desk.written", ["who": word("desk.consent.by_unknown"), "when": when]) }
        return attribution(entry.by, at: when)
    }

    private func withholding(_ giver: String) -> ConsentCard.Deed {
        .init(
            action: Self.path(of: .withholdConsent, in: reference), id: UUID().uuidString,
            hidden: [.init(name: "\(CaseAction.withholdConsent.rawValue)-giver", value: giver)],
            label: word("desk.withhold.card"), style: "danger")
    }

    /// Says what follows, before it is done. Works without a script.
    func withholdPage(_ sent: SentForm) -> Page {
        var form = (sent.form as? WithholdForm) ?? WithholdForm()
        form.isConfirmed = true
        let input = inputForm(form, FormChoices(self), sent, style: "danger")
        var model: [String: Any] = [
            "back": Link(word("desk.withhold.back"), Part.consents.path(of: reference)),
            "lead": [word("desk.withhold.lead")], "form": input,
        ]
        model["problems"] = Self.problems(sent, in: input)
        return Page(
            template: "case_form", title: word("desk.withhold_consent"), model: model,
            status: sent.errors.isEmpty ? .ok : .unprocessableContent, place: "work")
    }
}
