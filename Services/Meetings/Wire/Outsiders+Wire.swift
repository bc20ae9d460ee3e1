import Codec
import Domain
import Foundation
import MeetingsCore
import ServiceKit
import SwiftProtobuf

// Who comes from outside the directory: commands, facts and state, to messages and back.

extension MeetingsCore.AdmitOutsiders: CaseCommand {
    init(_ message: Codec.AdmitOutsiders, _ wire: inout WireReader) { self.init(message.admitted) }

    func write(to message: inout Codec.AdmitOutsiders) { message.admitted = isAdmitted }
}

extension MeetingsCore.InviteOutsider: CaseCommand {
    init(_ message: Codec.InviteOutsider, _ wire: inout WireReader) {
        self.init(
            .init(message.outsider, at: "outsider", &wire), reason: wire.text(message.reason, at: "reason"),
            isFamilyAsked: message.asked, isWritten: message.written)
    }

    func write(to message: inout Codec.InviteOutsider) {
        message.outsider = .init(details.reveal)
        message.reason = reason
        message.asked = isFamilyAsked
        message.written = isWritten
    }
}

extension MeetingsCore.DismissOutsider: CaseCommand {
    init(_ message: Codec.DismissOutsider, _ wire: inout WireReader) {
        self.init(message.outsider, reason: wire.text(message.reason, at: "reason"))
    }

    func write(to message: inout Codec.DismissOutsider) {
        message.outsider = outsider
        message.reason = reason
    }
}

extension MeetingsCore.Outsider.Details {
    /// What is no address is a fault.
    init(_ message: Codec.Outsider, at path: String, _ wire: inout WireReader) {
        let email = message.email.nonEmpty.map(EmailAddress.init)
        if case .some(nil) = email { wire.fail(Fault(.outsiderEmail, at: "\(path).email")) }
        self.init(
            name: wire.text(message.name, at: "\(path).name"), role: wire.text(message.role, at: "\(path).role"),
            organisation: wire.text(message.organisation, at: "\(path).organisation"), email: email ?? nil)
    }
}

extension Codec.Outsider {
    init(_ details: MeetingsCore.Outsider.Details) {
        self = .with {
            ($0.name, $0.role) = (details.name, details.role)
            ($0.organisation, $0.email) = (details.organisation, details.email?.text ?? "")
        }
    }

    fileprivate init(_ outsider: MeetingsCore.Outsider) {
        self.init(outsider.details.reveal)
        id = outsider.id
    }
}

// MARK: Facts

extension OutsiderInvited {
    init(_ outsider: MeetingsCore.Outsider, by person: String?, reason: String, of key: CaseKey) {
        self = .with {
            ($0.caseReference, $0.county) = (key.reference, key.county)
            ($0.by, $0.reason) = (person ?? "", reason)
            ($0.outsider, $0.written) = (.init(outsider), outsider.isWritten)
        }
    }
}

extension OutsiderDismissed {
    init(_ outsider: MeetingsCore.Outsider, by person: String?, reason: String, of key: CaseKey) {
        self = .with {
            ($0.caseReference, $0.county) = (key.reference, key.county)
            ($0.by, $0.reason) = (person ?? "", reason)
            $0.outsider = .init(outsider)
        }
    }
}

extension Codec.OutsiderTold {
    init(_ fact: MeetingsCore.OutsiderTold, of key: CaseKey) {
        self = .with {
            $0.meeting = .init(fact.meeting, of: key)
            ($0.to, $0.email) = (fact.to, fact.email.reveal.text)
            $0.cancelled = fact.isCancelled
        }
    }
}

// MARK: State

extension MeetingState.InvitedOutsider {
    init(_ outsider: MeetingsCore.Outsider) {
        self = .with {
            ($0.outsider, $0.written) = (.init(outsider), outsider.isWritten)
            guard let answer = outsider.answer else { return }
            ($0.answer, $0.answered) = (answer.reply.attendance.rawValue, .init(answer.reply.given))
            $0.sequence = answer.sequence
        }
    }

    func read(_ wire: inout WireReader) -> MeetingsCore.Outsider {
        let reply = answer.nonEmpty.map { word in
            MeetingsCore.Participant.Reply(wire.word(word, at: "outsiders.answer"), given: answered.date)
        }
        return .init(
            id: outsider.id, .init(outsider, at: "outsiders", &wire), isWritten: written,
            answer: reply.map { .init($0, to: sequence) })
    }
}
