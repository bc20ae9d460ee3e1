package import Domain
import Foundation

// People from outside the directory: a coach, an interpreter, the mentor of a school elsewhere, the police of another county. Each comes
// by a recorded decision, as long as every consent lets them (rules 12 and 13). They have no login and read nothing. Their calendars
// are unknown, so they bind no time.

/// Somebody who is invited from outside the directory, to the meeting that is booked or waits for a time. A decision holds for that
/// meeting alone.
package struct Outsider: Sendable, Hashable {
    /// See ``OutsiderID``.
    package let id: String
    package var details: Personal<Details>
    /// A person has decided that the suite writes to them. Else a person tells them (rule 22).
    package var isWritten: Bool
    /// What they said to the invitation; nil where they have not.
    package var answer: Answer?

    package init(id: String, _ details: Details, isWritten: Bool, answer: Answer? = nil) {
        (self.id, self.details, self.isWritten, self.answer) = (id, Personal(details), isWritten, answer)
    }

    package struct Details: Sendable, Hashable {
        package var name: String
        package var role: String
        /// In words.
        package var organisation: String
        /// Nil where nobody knows it: then a person tells them.
        package var email: EmailAddress?

        package init(name: String, role: String, organisation: String, email: EmailAddress?) {
            (self.name, self.role, self.organisation, self.email) = (name, role, organisation, email)
        }
    }

    package struct Answer: Sendable, Hashable {
        package var reply: Participant.Reply
        /// Of the invitation that was answered (RFC 5545, SEQUENCE).
        package var sequence: Int32

        package init(_ reply: Participant.Reply, to sequence: Int32) { (self.reply, self.sequence) = (reply, sequence) }
    }

    /// Where the suite writes to them; nil where a person tells them.
    var address: EmailAddress? { isWritten ? details.reveal.email : nil }
}

/// Who comes from outside, and what they are told.
package enum OutsiderFact: Sendable, Hashable {
    /// - Parameters:
    ///   - by: nil where the suite does not write to them any more, since the child's identity is protected.
    ///   - reason: why a person has decided so.
    case invited(Outsider, by: String?, reason: String)
    /// - Parameter by: nil where the consents do not let people from outside take part any more.
    case dismissed(Outsider, by: String?, reason: String)
    case told(OutsiderTold)
}

/// Somebody from outside is told of the meeting as it is now, or that it is called off or goes on without them.
package struct OutsiderTold: Sendable, Hashable {
    package var meeting: Meeting
    package var to: String
    package var email: Personal<EmailAddress>
    package var isCancelled: Bool

    package init(_ meeting: Meeting, to outsider: String, at email: EmailAddress, isCancelled: Bool) {
        (self.meeting, to, self.email, self.isCancelled) = (meeting, outsider, Personal(email), isCancelled)
    }
}

extension Cooperation {
    /// As many are invited to one meeting from outside.
    static let outsidersLimit = 10

    /// Who from outside is written to at an address.
    func outsider(at email: String?) -> Outsider? {
        guard let email = email?.lowercased() else { return nil }
        return outsiders.first { $0.address?.text.lowercased() == email }
    }
}

extension Draft {
    /// What those from outside are told by a fact, to whom the suite writes. Nothing where the consents do not let them take part
    /// (rules 12 and 13).
    func outsidersTold(by fact: Planning.Fact) -> [Planning.Fact] {
        switch fact {
        case .scheduled(let scheduled): cooperation.outsiders.flatMap { told($0, scheduled.meeting) }
        case .cancelled(let meeting): cooperation.outsiders.flatMap { told($0, meeting, isCancelled: true) }
        default: []
        }
    }

    private func told(_ outsider: Outsider, _ meeting: Meeting, isCancelled: Bool = false) -> [Planning.Fact] {
        guard cooperation.request.admitsOutsiders, let email = outsider.address else { return [] }
        return [.call(.outsider(.told(.init(meeting, to: outsider.id, at: email, isCancelled: isCancelled))))]
    }

    mutating func tell(_ outsider: Outsider, isCancelled: Bool = false) {
        guard let meeting = cooperation.booked else { return }
        for fact in told(outsider, meeting, isCancelled: isCancelled) { report(fact) }
    }

    /// The consents let nobody from outside take part any more: nobody of them comes, and nobody is told anything (rule 13). A person
    /// sees it in the case.
    mutating func dismissOutsiders() {
        for outsider in cooperation.outsiders {
            report(.call(.outsider(.dismissed(outsider, by: nil, reason: ""))))
        }
        cooperation.outsiders = []
    }

    /// The identity has become protected since they were invited: a person decides anew whether the suite writes to them (rule 22).
    mutating func stopWritingToOutsiders() {
        for index in cooperation.outsiders.indices where cooperation.outsiders[index].isWritten {
            cooperation.outsiders[index].isWritten = false
            report(.call(.outsider(.invited(cooperation.outsiders[index], by: nil, reason: ""))))
        }
    }
}

extension Answer {
    /// An answer from outside is kept and told, and moves nothing: it binds no time.
    func decided(
        by outsider: Outsider, _ cooperation: Cooperation, on planning: Planning, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let answered = Answered(person: outsider.id, answer: reply, to: invitation)
        guard let meeting = cooperation.booked, meeting.id == invitation.meeting else {
            let current = cooperation.booked.map(Invitation.init)
            return Decision(planning, [.answerOutdated(.init(answered, current: current, replyTo: replyTo))])
        }
        guard invitation.sequence <= meeting.sequence else { throw Refusal([Fault(.answerSequence, at: "sequence")]) }
        if case .delegated = reply {
            return Decision(planning, [.answerForwarded(forwarded(.delegated, of: outsider.id, cooperation))])
        }
        let given = given(at: context.now)
        let former = outsider.answer.flatMap { $0.sequence == meeting.sequence ? $0.reply.given : nil }
        if invitation.sequence < meeting.sequence || given < former ?? given {
            return Decision(planning, [.answerOutdated(.init(answered, current: .init(meeting), replyTo: replyTo))])
        }
        var draft = Draft(cooperation, planning.agenda, context)
        for index in draft.cooperation.outsiders.indices where draft.cooperation.outsiders[index].id == outsider.id {
            draft.cooperation.outsiders[index].answer = .init(
                .init(reply.attendance, given: given), to: meeting.sequence)
        }
        draft.report(.answered(answered))
        return draft.decision
    }
}
