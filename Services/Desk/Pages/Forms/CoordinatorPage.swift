import Codec
import DeskCore
import Domain
import Foundation
import ServiceKit
import SwiftProtobuf

/// Who coordinates, and whom the child wants, with what it has said before.
struct CoordinatorShown {
    let isNone: Bool
    let pairs: [Pair]
    /// What the child says; nil where nobody has asked.
    let words: String?
    let attribution: String?
    let history: History?
}

// The coordinator and the child's wish (rule 15).
extension CasePage {
    func coordinatorPage(_ sent: SentForm?, boxes: [NoticeBox]) -> Page {
        let choices = FormChoices(self)
        let wish = opened.file.cooperation.wishes.last?.value ?? ChildsWish()
        let acts = [
            act(WishForm(wish), choices, sent: sent),
            act(ChangeCoordinatorForm(), choices, sent: sent, style: "secondary"),
        ]
        return formPage(.coordinator, acts, sent: sent, model: ["coordinator": coordinatorShown], boxes: boxes)
    }

    /// So many of what the child has said before stand on the page. What has happened tells of all.
    private static let formerWishes = 10

    private var coordinatorShown: CoordinatorShown {
        let cooperation = opened.file.cooperation
        let last = cooperation.wishes.last
        var pairs: [Pair] = []
        if let coordinator = cooperation.coordinator {
            pairs.append(
                Pair(
                    word("case.coordinator"), name(of: coordinator.person), detail: reason(of: coordinator).nonEmpty))
        }
        pairs.append(
            Pair(
                word("desk.coordinator.wanted"), last.map { wanted($0.value) } ?? word("desk.coordinator.unasked")))
        let former = cooperation.wishes.dropLast().reversed().prefix(Self.formerWishes).map { entry in
            History.Version(
                time: Moment(entry.at, language), who: name(of: entry.by),
                words: "\(wanted(entry.value)): \(entry.value.words)", reason: nil, isReplaced: true)
        }
        return CoordinatorShown(
            isNone: cooperation.coordinator == nil, pairs: pairs, words: last?.value.words,
            attribution: last.map { attribution($0.by, at: CivilTime.text($0.at, language)) },
            history: former.isEmpty ? nil : History(former))
    }

    /// Whom the child wants.
    func wanted(_ wish: ChildsWish) -> String {
        wish.person.isEmpty ? word("desk.coordinator.nobody") : name(of: wish.person)
    }

    /// Why it is this coordinator.
    func reason(of coordinator: Coordinator) -> String {
        coordinator.chosenByChild ? word("desk.meeting.chosen") : coordinator.reason
    }

    /// Those who take part in the cooperation, and those of the activity that leads the case: more than a list can hold may be
    /// wished for, and is written in words. Where a protected child is, a list of what is near tells, too (rule 22).
    var possibleCoordinators: [FormChoices.Choice] {
        let (status, county) = (opened.row.status, opened.county)
        let cooperation = opened.file.cooperation
        let meetings = [cooperation.meeting].compactMap(\.self) + cooperation.held.map(\.meeting)
        let taking = meetings.flatMap(\.participants).filter { !$0.family }.map(\.person)
        let own =
            opened.permit.showsPlace
            ? county.peopleInOwnOrganisation(of: status.unit).filter { county.isInOwnActivity($0, of: status.unit) }
            : []
        let ids = Set(
            taking + [status.owner, status.delegate, status.coordinator] + own.map(\.id)
                + (cooperation.plan?.measures ?? []).map(\.responsible))
        let people = ids.compactMap { county.people[$0] }
        if opened.permit.showsPlace { return FormChoices.people(people, self) }
        let choices: [FormChoices.Choice] = people.map { ($0.id, name(of: $0.id)) }
        return choices.sorted { ($0.label, $0.value) < ($1.label, $1.value) }
    }
}
