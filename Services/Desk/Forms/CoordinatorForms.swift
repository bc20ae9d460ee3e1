import CloudEvents
import Codec
import DeskCore
import Domain
import ServiceKit
import SwiftProtobuf

// The coordinator, and whom the child wants: the child is asked first (rule 15).

extension RecordChildsWish: CountyCommand {}
extension ChangeCoordinator: CountyCommand {}

struct WishForm: CaseForm {
    static let action = CaseAction.recordWish
    var wish = ChildsWish()

    init(_ wish: ChildsWish) { self.wish = wish }
    init(_ typed: TypedFields) { wish = ChildsWish(typed, "wish") }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        RecordChildsWish.with { ($0.caseReference, $0.by, $0.wish) = (reference, person, wish) }
    }

    func check(_ words: inout Words) { _ = words.text(wish.words, at: "wish.words") }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        wish.fields(maker, "wish", choices)
    }
}

/// Another coordinator between two meetings.
struct ChangeCoordinatorForm: CaseForm {
    static let action = CaseAction.changeCoordinator
    var wish = ChildsWish()
    var person = ""
    var reason = ""

    init() {}

    init(_ typed: TypedFields) {
        wish = ChildsWish(typed, "coordinator-wish")
        (person, reason) = (typed["coordinator-person"], typed["coordinator-reason"])
    }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        ChangeCoordinator.with {
            ($0.caseReference, $0.by) = (reference, person)
            $0.coordinator = .with {
                ($0.person, $0.reason, $0.wish) = (self.person, reason, wish)
                $0.chosenByChild = isChildsChoice
            }
        }
    }

    private var isChildsChoice: Bool { !person.isEmpty && wish.person == person }

    func check(_ words: inout Words) {
        _ = words.text(wish.words, at: "coordinator.wish.words")
        _ = words.text(person, at: "coordinator.person")
        if !isChildsChoice { _ = words.text(reason, at: "coordinator.reason", else: .coordinatorReason) }
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        wish.fields(maker, "coordinator-wish", choices) + [
            maker.select("coordinator-person", choices.coordinators(), person),
            maker.area(
                "coordinator-reason", reason, limit: Coordinator.mostBytes(of: "reason"), isOptional: true),
        ]
    }
}

extension ChildsWish {
    fileprivate init(_ typed: TypedFields, _ name: String) {
        self = .with { ($0.person, $0.words) = (typed["\(name)-person"], typed["\(name)-words"]) }
    }

    fileprivate func fields(_ maker: FieldMaker, _ name: String, _ choices: FormChoices) -> [any FormField] {
        [
            maker.select("\(name)-person", choices.coordinators(), person, isOptional: true),
            maker.area("\(name)-words", words, limit: Self.mostBytes(of: "words")),
        ]
    }
}
