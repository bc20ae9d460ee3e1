import CloudEvents
import Codec
import DeskCore
import Domain
import ServiceKit
import SwiftProtobuf

// Consent (rules 12 and 13), and a person's judgement of maturity.

/// A consent that was given, or refused.
struct ConsentForm: CaseForm {
    static let action = CaseAction.recordConsent
    var giver = ""
    var decision = ""
    var organisations: [String] = []
    /// People from outside the directory may take part.
    var outsiders = ""
    var form = ""
    var date = ""
    var until = ""

    init(on day: LocalDate) { date = day.description }

    init(_ typed: TypedFields) {
        (giver, decision, organisations) = (typed["giver"], typed["decision"], typed.all("organisations"))
        (form, date, until) = (typed["form"], typed["date"], typed["valid_until"])
        outsiders = typed["outsiders"]
    }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        RecordConsent.with {
            ($0.caseReference, $0.by, $0.giver, $0.decision) = (reference, person, giver, decision)
            ($0.organisations, $0.form) = (organisations, form)
            $0.outsiders = outsiders == YesOrNo.yes.rawValue
            ($0.date, $0.validUntil) = (date, until)
        }
    }

    /// A refusal needs its giver alone (rule 13).
    func check(_ words: inout Words) {
        if giver.isEmpty { words.add(Fault(.consentGiver, at: "giver")) }
        guard words.one(of: ConsentDecision.self, decision, at: "decision") == .given else { return }
        if organisations.isEmpty { words.add(Fault(.textMissing, at: "organisations")) }
        _ = words.text(form, at: "form")
        _ = words.dayIfAny(date, at: "date")
        _ = words.dayIfAny(until, at: "valid_until")
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        let decisions = [ConsentDecision.given, .refused].map {
            maker.choice($0.rawValue, named: "decision", of: "decision")
        }
        return [
            maker.one("giver", choices.givers.map { ($0.value, $0.label, nil) }, giver),
            maker.one("decision", decisions, decision),
            maker.several("organisations", maker.organisations(), organisations),
            maker.one(of: YesOrNo.self, "outsiders", outsiders, named: "desk.yes_no", isOptional: true),
            maker.one(of: ConsentManner.self, "form", form, named: "desk.consent.form"),
            maker.date("date", date),
            maker.date("valid_until", until, isOptional: true),
        ]
    }
}

/// How a consent was given, as the desk offers it. Other doors may use other words.
enum ConsentManner: String, CaseIterable {
    case signature, spoken, digital
}

/// A consent that is refused or taken back. Anybody may say so, whatever the case's phase (rule 13).
struct WithholdForm: CaseForm {
    static let action = CaseAction.withholdConsent
    var giver = ""
    var decision = ConsentDecision.withdrawn.rawValue
    /// It stands on the page that says what follows. Until then nothing is recorded.
    var isConfirmed = false

    init(giver: String = "") { self.giver = giver }

    init(_ typed: TypedFields) {
        giver = typed["giver"]
        if !typed["decision"].isEmpty { decision = typed["decision"] }
        isConfirmed = typed.isChecked("confirmed")
    }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        RecordConsent.with {
            ($0.caseReference, $0.by, $0.giver, $0.decision) = (reference, person, giver, decision)
        }
    }

    func check(_ words: inout Words) {
        if giver.isEmpty { words.add(Fault(.consentGiver, at: "giver")) }
        // A consent is given in another form: what nothing blocks is only a no.
        if words.one(of: ConsentDecision.self, decision, at: "decision") == .given {
            words.add(Fault(at: "decision", notOneOf: ConsentDecision.self))
        }
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        let decisions = [ConsentDecision.withdrawn, .refused].map {
            maker.choice($0.rawValue, named: "decision", of: "decision")
        }
        return [
            maker.one("giver", choices.withholders.map { ($0.value, $0.label, nil) }, giver),
            maker.one("decision", decisions, decision),
        ] + (isConfirmed ? [maker.hidden("confirmed", "yes")] : [])
    }
}

/// Whether the youth's own consent is needed. People judge it, with a reason (rules 3 and 12).
struct MaturityForm: CaseForm {
    static let action = CaseAction.judgeMaturity
    var youthConsents = ""
    var reason = ""

    init() {}
    init(_ typed: TypedFields) { (youthConsents, reason) = (typed["youth_consents"], typed["reason"]) }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        RecordMaturity.with {
            ($0.caseReference, $0.by) = (reference, person)
            ($0.youthConsents, $0.reason) = (youthConsents == YesOrNo.yes.rawValue, reason)
        }
    }

    func check(_ words: inout Words) {
        _ = words.one(of: YesOrNo.self, youthConsents, at: "youth_consents")
        _ = words.text(reason, at: "reason")
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        [
            maker.one(of: YesOrNo.self, "youth_consents", youthConsents, named: "desk.maturity"),
            maker.area("reason", reason, limit: RecordMaturity.mostBytes(of: "reason")),
        ]
    }
}

enum YesOrNo: String, CaseIterable {
    case yes, no
}
