import CloudEvents
import Codec
import DeskCore
import Domain
import ServiceKit
import SwiftProtobuf

// Who comes to a meeting from outside the directory (rules 12, 13 and 22).

extension InviteOutsider: CountyCommand {}
extension DismissOutsider: CountyCommand {}

/// Somebody from outside is invited, as a person decides and says why.
struct InviteOutsiderForm: CaseForm {
    static let action = CaseAction.inviteOutsider
    var name = ""
    var role = ""
    var organisation = ""
    var email = ""
    var reason = ""
    var asked = ""
    var channel = ""

    /// How they are told, as a person decides.
    enum Channel: String, CaseIterable {
        case email, person
    }

    init() {}

    init(_ typed: TypedFields) {
        (name, role) = (typed["outsider-name"], typed["outsider-role"])
        (organisation, email) = (typed["outsider-organisation"], typed["outsider-email"])
        (reason, asked, channel) = (typed["reason"], typed["asked"], typed["channel"])
    }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        InviteOutsider.with {
            ($0.caseReference, $0.by, $0.reason) = (reference, person, reason)
            $0.outsider = .with {
                ($0.name, $0.role) = (name, role)
                ($0.organisation, $0.email) = (organisation, email)
            }
            ($0.asked, $0.written) = (asked == YesOrNo.yes.rawValue, channel == Channel.email.rawValue)
        }
    }

    func check(_ words: inout Words) {
        let texts = [("name", name), ("role", role), ("organisation", organisation)]
        for (field, text) in texts { _ = words.text(text, at: "outsider.\(field)") }
        if !email.isEmpty || channel == Channel.email.rawValue, EmailAddress(email) == nil {
            words.add(Fault(.outsiderEmail, at: "outsider.email"))
        }
        _ = words.text(reason, at: "reason")
        if words.one(of: YesOrNo.self, asked, at: "asked") == .no { words.add(Fault(.outsiderUnasked, at: "asked")) }
        _ = words.one(of: Channel.self, channel, at: "channel")
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        let limit = Outsider.mostBytes(of: "name")
        return [
            maker.text("outsider-name", name, limit: limit), maker.text("outsider-role", role, limit: limit),
            maker.text("outsider-organisation", organisation, limit: limit),
            maker.area("reason", reason, limit: InviteOutsider.mostBytes(of: "reason")),
            maker.one(of: YesOrNo.self, "asked", asked, named: "desk.yes_no"),
            maker.one(of: Channel.self, "channel", channel, named: "desk.outsider_channel"),
            maker.text("outsider-email", email, limit: Outsider.mostBytes(of: "email"), isOptional: true),
        ]
    }
}

/// Somebody from outside is not to come after all.
struct DismissOutsiderForm: CaseForm {
    static let action = CaseAction.dismissOutsider
    var outsider = ""
    var reason = ""

    init() {}
    init(_ typed: TypedFields) { (outsider, reason) = (typed["outsider"], typed["reason"]) }

    func message(about reference: String, by person: String) -> any EventPayload & LimitedMessage {
        DismissOutsider.with {
            ($0.caseReference, $0.by) = (reference, person)
            ($0.outsider, $0.reason) = (outsider, reason)
        }
    }

    func check(_ words: inout Words) {
        if outsider.isEmpty { words.add(Fault(.outsiderUnknown, at: "outsider")) }
        _ = words.text(reason, at: "reason")
    }

    func fields(_ maker: FieldMaker, _ choices: FormChoices) -> [any FormField] {
        [
            maker.select("outsider", choices.outsiders, outsider),
            maker.area("reason", reason, limit: DismissOutsider.mostBytes(of: "reason")),
        ]
    }
}

extension CasePage {
    /// For who may invite somebody from outside, or take them away again.
    func outsiderActs(_ sent: SentForm?) -> [Act] {
        guard opened.denials(of: .inviteOutsider, by: person, at: now).isEmpty else { return [] }
        let choices = FormChoices(self)
        let invite = act(InviteOutsiderForm(), choices, sent: sent, style: "secondary")
        if choices.outsiders.isEmpty, !(sent?.form is DismissOutsiderForm) { return [invite] }
        return [invite, act(DismissOutsiderForm(), choices, sent: sent, style: "secondary")]
    }
}
