import CaseReading
import Codec
import DeskCore
import Domain

// Who has the case, and where the child is (rules 2 and 6).
extension CasePage {
    /// - Parameters:
    ///   - municipality: where the child is moved to, as chosen on the page; nil: where the case is.
    ///   - correcting: the key of the guardian whose form is shown.
    func peoplePage(_ sent: SentForm?, municipality: String?, correcting: String?, boxes: [NoticeBox]) -> Page {
        let typed = (sent?.form as? MoveForm)?.municipality
        let known = municipality.flatMap { opened.directory.county(ofMunicipality: $0) == nil ? nil : $0 }
        let chosen = typed ?? known ?? opened.row.status.municipality
        let choices = FormChoices(self, municipality: chosen)
        var acts = [
            act(TakeOnForm(), choices, sent: sent), act(DelegateForm(), choices, sent: sent),
            act(HandBackForm(), choices, sent: sent, style: "secondary"),
        ]
        if opened.file.departure != nil || sent?.form is ReviewMoveForm {
            acts.insert(act(ReviewMoveForm(choices), choices, sent: sent), at: 0)
        }
        if let proposed = opened.file.proposedMove {
            acts += [
                act(ConfirmMoveForm(unit: proposed.unit), choices, sent: sent),
                act(DeclineMoveForm(unit: proposed.unit), choices, sent: sent, style: "secondary"),
            ]
        }
        if opened.row.status.ownerSought { acts.append(act(KeepCaseForm(), choices, sent: sent, style: "secondary")) }
        acts.append(
            act(
                MoveForm(to: chosen), choices, sent: sent, style: "secondary", links: municipalityChoices(chosen)))
        acts += guardianActs(sent, correcting: correcting, choices)
        let cards = guardianCards
        return formPage(
            .people, acts, sent: sent,
            model: [
                "guardians": cards, "hasGuardians": !cards.isEmpty, "knowsGuardians": opened.people != nil,
            ], boxes: boxes + proposedBox)
    }

    /// The municipalities of all counties, this one's first.
    private func municipalityChoices(_ chosen: String) -> Act.Choices {
        let own = opened.county.code
        let counties = opened.directory.counties.values.sorted {
            ($0.code == own ? "" : $0.name) < ($1.code == own ? "" : $1.name)
        }
        let links = counties.flatMap { county in
            county.municipalities.values.sorted { $0.name < $1.name }.map { place in
                Link(
                    place.name, "\(Part.people.path(of: reference))?to=\(place.code)#\(CaseAction.move.rawValue)",
                    isCurrent: place.code == chosen)
            }
        }
        return Act.Choices(label: word("desk.move.municipality"), links: links)
    }

    /// Where a report says that the child is. What is confirmed is what was read.
    private var proposedBox: [NoticeBox] {
        guard let proposed = opened.file.proposedMove, opened.permit.extent >= .course else { return [] }
        let county = opened.directory.counties[proposed.county]
        let unit = opened.reading.mask?.name(of: proposed.unit, language) ?? county?.units[proposed.unit]?.name ?? ""
        return [
            NoticeBox(
                .warning, word("desk.move.proposed"), paragraphs: [word("desk.move.proposed.words", ["unit": unit])])
        ]
    }
}
