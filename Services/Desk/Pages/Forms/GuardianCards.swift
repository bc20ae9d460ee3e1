import CaseReading
import Codec
import DeskCore
import Domain
import Foundation

// Who the guardians are, and how that is put right (rule 12).
extension CasePage {
    /// What is not possible where there is nobody is not offered: merging takes two, removing one.
    ///
    /// - Parameter correcting: the key of the guardian whose form is shown.
    func guardianActs(_ sent: SentForm?, correcting: String?, _ choices: FormChoices) -> [Act] {
        var acts: [Act] = []
        let known = opened.people?.guardians.first { $0.key == correcting }
        if let form = (sent?.form as? CorrectGuardianForm) ?? known.map(CorrectGuardianForm.init) {
            acts.append(act(form, choices, sent: sent))
        }
        acts.append(act(AddGuardianForm(), choices, sent: sent, style: "secondary"))
        if choices.guardians.count > 1 || sent?.form is MergeGuardiansForm {
            acts.append(act(MergeGuardiansForm(), choices, sent: sent, style: "secondary"))
        }
        if !choices.removable.isEmpty || sent?.form is RemoveGuardianForm {
            acts.append(act(RemoveGuardianForm(), choices, sent: sent, style: "danger"))
        }
        return acts
    }

    /// Those on record first.
    var guardianCards: [GuardianCard] {
        (opened.people.map { $0.guardians + $0.former } ?? []).map(card)
    }

    private func card(_ guardian: CasePeople.Guardian) -> GuardianCard {
        let told = [
            ("personal_number", guardian.personalNumber), ("email", guardian.email), ("phone", guardian.phone),
        ]
        var pairs = told.filter { !$0.1.isEmpty }.map { Pair(word("desk.guardians.\($0.0)"), $0.1) }
        if let time = guardian.reportedAgain {
            pairs.append(Pair(word("desk.guardians.reported"), CivilTime.text(CivilTime.day(of: time), language)))
        }
        return GuardianCard(
            name: opened.giver(guardian.key, language).capitalizedFirst, tags: tags(of: guardian), pairs: pairs,
            correct: correction(of: guardian))
    }

    private func tags(of guardian: CasePeople.Guardian) -> [Tag] {
        switch guardian.place {
        case .onRecord(.reachable): []
        case .onRecord(let standing):
            [
                Tag(
                    word("guardian_standing.\(standing.rawValue)").capitalizedFirst,
                    standing == .protected ? .care : .done)
            ]
        case .removed: [Tag(word("desk.guardians.removed"), .done)]
        case .same(let other):
            [Tag(word("desk.guardians.same", ["name": opened.giver(other, language)]), .done)]
        }
    }

    private func correction(of guardian: CasePeople.Guardian) -> Link? {
        guard case .onRecord = guardian.place, extent == .whole,
            opened.obstacles(to: .correctGuardian, by: person, at: now).isEmpty
        else { return nil }
        let path = "\(Part.people.path(of: reference))?guardian=\(guardian.key.asQueryValue)"
        let name = opened.giver(guardian.key, language)
        return Link(word("desk.guardians.correct", ["name": name]), "\(path)#\(CaseAction.correctGuardian.rawValue)")
    }
}
