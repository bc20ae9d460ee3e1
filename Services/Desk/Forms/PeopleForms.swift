import CloudEvents
import Codec
import DeskCore
import Domain
import ServiceKit
import SwiftProtobuf

// Who has a case: taking on, delegating and handing back (rule 6), and where the child is (rule 2).

struct TakeOnForm: CaseForm {
    static let action = CaseAction.takeOn

    init() {}
    init(_ typed: TypedFields) {}

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        TakeOn.with { ($0.caseReference, $0.by) = (reference, person) }
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] { [] }
}

struct DelegateForm: CaseForm {
    static let action = CaseAction.delegate
    var to = ""

    init() {}
    init(_ typed: TypedFields) { to = typed["to"] }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        DelegateWork.with { ($0.caseReference, $0.by, $0.to) = (reference, person, to) }
    }

    func check(_ words: inout Words) { _ = words.text(to, at: "to") }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        [maker.select("to", choices.colleagues(), to)]
    }
}

struct HandBackForm: CaseForm {
    static let action = CaseAction.handBack

    init() {}
    init(_ typed: TypedFields) {}

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        HandBackWork.with { ($0.caseReference, $0.by) = (reference, person) }
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] { [] }
}

/// The child has changed school, stage or municipality. The municipality is chosen before, since it decides the units.
struct MoveForm: CaseForm {
    static let action = CaseAction.move
    var municipality = ""
    var stage = ""
    var unit = ""

    init(to municipality: String) { self.municipality = municipality }

    init(_ typed: TypedFields) {
        (municipality, stage, unit) = (typed["municipality"], typed["stage"], typed["unit"])
    }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        MoveCase.with {
            ($0.caseReference, $0.by, $0.municipality) = (reference, person, municipality)
            ($0.stage, $0.unit) = (stage, unit)
        }
    }

    func check(_ words: inout Words) { _ = words.one(of: Stage.self, stage, at: "stage") }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        [
            maker.hidden("municipality", municipality),
            maker.one(of: Stage.self, "stage", stage, named: "desk.stage"),
            maker.select("unit", choices.units, unit, isOptional: true),
        ]
    }
}

/// The child is where a report says.
struct ConfirmMoveForm: CaseForm {
    static let action = CaseAction.confirmMove
    /// As the page named it: what is confirmed is what was read.
    var unit = ""

    init(unit: String) { self.unit = unit }
    init(_ typed: TypedFields) { unit = typed["unit"] }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        ConfirmMove.with { ($0.caseReference, $0.by, $0.unit) = (reference, person, unit) }
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] { [maker.hidden("unit", unit)] }
}

/// The child is not where a report says.
struct DeclineMoveForm: CaseForm {
    static let action = CaseAction.declineMove
    var unit = ""
    var reason = ""

    init(unit: String) { self.unit = unit }
    init(_ typed: TypedFields) { (unit, reason) = (typed["unit"], typed["reason"]) }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        DeclineMove.with {
            ($0.caseReference, $0.by) = (reference, person)
            ($0.unit, $0.reason) = (unit, reason)
        }
    }

    func check(_ words: inout Words) { _ = words.text(reason, at: "reason") }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        [
            maker.hidden("unit", unit),
            maker.area("reason", reason, limit: DeclineMove.mostBytes(of: "reason")),
        ]
    }
}

/// No other unit is the right one.
struct KeepCaseForm: CaseForm {
    static let action = CaseAction.keepCase
    var reason = ""

    init() {}
    init(_ typed: TypedFields) { reason = typed["reason"] }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        KeepCase.with { ($0.caseReference, $0.by, $0.reason) = (reference, person, reason) }
    }

    func check(_ words: inout Words) { _ = words.text(reason, at: "reason") }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        [maker.area("reason", reason, limit: KeepCase.mostBytes(of: "reason"))]
    }
}
