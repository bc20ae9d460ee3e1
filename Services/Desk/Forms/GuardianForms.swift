import CaseReading
import CloudEvents
import Codec
import DeskCore
import Domain
import ServiceKit
import SwiftProtobuf

// Who the guardians are (rule 12), and the no of somebody who is none (rule 13).

/// What is written of a guardian, in two forms.
struct GuardianFields: Sendable, Equatable {
    var name = ""
    var personalNumber = ""
    var email = ""
    var phone = ""
    var standing = ""
    var reason = ""

    init() {}

    init(_ typed: TypedFields) {
        (name, personalNumber) = (typed["details-name"], typed["details-personal_number"])
        (email, phone) = (typed["details-email"], typed["details-phone"])
        (standing, reason) = (typed["standing"], typed["reason"])
    }

    var details: Codec.Guardian {
        .with { ($0.name, $0.personalNumber, $0.email, $0.phone) = (name, personalNumber, email, phone) }
    }

    func check(_ words: inout Words) {
        _ = words.text(name, at: "details.name")
        if !personalNumber.isEmpty {
            do throws(Fault) { _ = try PersonalNumber(personalNumber, today: words.today) } catch {
                words.add(Fault(error.code, at: "details.personal_number"))
            }
        }
        _ = words.one(of: GuardianStanding.self, standing, at: "standing")
        _ = words.text(reason, at: "reason")
    }

    func fields(_ maker: FieldMaker) -> [any FormField] {
        func limit(_ name: String) -> Int? { Codec.Guardian.mostBytes(of: name) }
        return [
            maker.text("details-name", name, limit: limit("name")),
            maker.text(
                "details-personal_number", personalNumber, limit: limit("personal_number"), isOptional: true),
            maker.text("details-email", email, limit: limit("email"), isOptional: true),
            maker.text("details-phone", phone, limit: limit("phone"), isOptional: true),
            maker.one(of: GuardianStanding.self, "standing", standing, named: "guardian_standing"),
            maker.area("reason", reason, limit: AddGuardian.mostBytes(of: "reason")),
        ]
    }
}

/// A guardian whom no report has named, or a former one who comes back.
struct AddGuardianForm: CaseForm {
    static let action = CaseAction.addGuardian
    var former = ""
    var guardian = GuardianFields()

    init() { guardian.standing = GuardianStanding.reachable.rawValue }
    init(_ typed: TypedFields) { (former, guardian) = (typed["guardian"], GuardianFields(typed)) }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        AddGuardian.with {
            ($0.caseReference, $0.by, $0.guardian) = (reference, person, former)
            ($0.details, $0.standing, $0.reason) = (guardian.details, guardian.standing, guardian.reason)
        }
    }

    func check(_ words: inout Words) { guardian.check(&words) }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        let back = maker.select("guardian", choices.formerGuardians, former, isOptional: true)
        return guardian.fields(maker) + (choices.formerGuardians.isEmpty ? [] : [back])
    }
}

/// What a guardian is called and how they stand, whatever reports say.
struct CorrectGuardianForm: CaseForm {
    static let action = CaseAction.correctGuardian
    var key = ""
    var guardian = GuardianFields()

    init(_ known: CasePeople.Guardian) {
        key = known.key
        (guardian.name, guardian.personalNumber) = (known.name, known.personalNumber)
        (guardian.email, guardian.phone) = (known.email, known.phone)
        if case .onRecord(let standing) = known.place { guardian.standing = standing.rawValue }
    }

    init(_ typed: TypedFields) { (key, guardian) = (typed["guardian"], GuardianFields(typed)) }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        CorrectGuardian.with {
            ($0.caseReference, $0.by, $0.guardian) = (reference, person, key)
            ($0.details, $0.standing, $0.reason) = (guardian.details, guardian.standing, guardian.reason)
        }
    }

    func check(_ words: inout Words) { guardian.check(&words) }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        [maker.hidden("guardian", key)] + guardian.fields(maker)
    }
}

/// Two guardians on record are one person.
struct MergeGuardiansForm: CaseForm {
    static let action = CaseAction.mergeGuardians
    var guardian = ""
    var same = ""
    var reason = ""

    init() {}
    init(_ typed: TypedFields) { (guardian, same, reason) = (typed["guardian"], typed["same"], typed["reason"]) }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        MergeGuardians.with {
            ($0.caseReference, $0.by) = (reference, person)
            ($0.guardian, $0.same, $0.reason) = (guardian, same, reason)
        }
    }

    func check(_ words: inout Words) {
        if guardian.isEmpty { words.add(Fault(.guardianUnknown, at: "guardian")) }
        if same.isEmpty { words.add(Fault(.guardianUnknown, at: "same")) }
        _ = words.text(reason, at: "reason")
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        let guardians = choices.guardians.map { (value: $0.value, label: $0.label, hint: String?.none) }
        return [
            maker.one("guardian", guardians, guardian), maker.one("same", guardians, same),
            maker.area("reason", reason, limit: MergeGuardians.mostBytes(of: "reason")),
        ]
    }
}

/// Somebody on record is no guardian.
struct RemoveGuardianForm: CaseForm {
    static let action = CaseAction.removeGuardian
    var guardian = ""
    var reason = ""

    init() {}
    init(_ typed: TypedFields) { (guardian, reason) = (typed["guardian"], typed["reason"]) }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        RemoveGuardian.with {
            ($0.caseReference, $0.by) = (reference, person)
            ($0.guardian, $0.reason) = (guardian, reason)
        }
    }

    func check(_ words: inout Words) {
        if guardian.isEmpty { words.add(Fault(.guardianUnknown, at: "guardian")) }
        _ = words.text(reason, at: "reason")
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        [
            maker.one("guardian", choices.removable.map { ($0.value, $0.label, nil) }, guardian),
            maker.area("reason", reason, limit: RemoveGuardian.mostBytes(of: "reason")),
        ]
    }
}

/// The no of somebody who is not on record does not count any more.
struct EndObjectionForm: CaseForm {
    static let action = CaseAction.endObjection
    var giver = ""
    var reason = ""

    init() {}
    init(_ typed: TypedFields) { (giver, reason) = (typed["giver"], typed["reason"]) }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        EndObjection.with {
            ($0.caseReference, $0.by) = (reference, person)
            ($0.giver, $0.reason) = (giver, reason)
        }
    }

    func check(_ words: inout Words) {
        if giver.isEmpty { words.add(Fault(.objectionNone, at: "giver")) }
        _ = words.text(reason, at: "reason")
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        [
            maker.one("giver", choices.objections.map { ($0.value, $0.label, nil) }, giver),
            maker.area("reason", reason, limit: EndObjection.mostBytes(of: "reason")),
        ]
    }
}
