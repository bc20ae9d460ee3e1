package import Domain

/// Somebody who is invited has written what only a person can act on. The named person is told that there is an answer.
///
/// The text stays in the mailbox: it may say anything of a child (rule 22).
package struct Forward: Command, Hashable {
    package var meeting: MeetingID
    package var what: What
    /// The directory's id; nil for the family.
    package var person: String?
    package var email: String
    /// Where the writer is told that it has reached a person; nil where nobody is to be written to.
    package var replyTo: String?

    package init(meeting: MeetingID, _ what: What, person: String?, email: String, replyTo: String? = nil) {
        (self.meeting, self.what, self.person) = (meeting, what, person)
        (self.email, self.replyTo) = (email, replyTo)
    }

    package enum What: String, Sendable, Hashable, CaseIterable {
        /// In own words.
        case letter
        /// Proposes another time (RFC 5546, COUNTER).
        case counter
    }

    package func decide(
        on planning: Planning, by actor: Actor, _ context: CountyContext
    ) throws(Refusal) -> Decision<Planning> {
        let cooperation = try planning.called()
        let writer = cooperation.writer(person ?? "", at: email)
        let fact = AnswerForwarded(
            meeting: meeting, person: writer, what == .letter ? .letter : .counter, answer: nil,
            to: cooperation.request.namedPerson, replyTo: replyTo)
        return Decision(planning, [.answerForwarded(fact)])
    }
}
