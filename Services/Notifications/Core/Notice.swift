package import Domain
package import Foundation

/// A message to one recipient, in the words in which it will be sent.
///
/// It holds no name, no personal number, no area and no observation (rule 22).
package struct Notice: Sendable, Equatable {
    /// The same for the same cause, kind and recipient, at each start and each attempt. It tells none of them.
    package var id: String
    package var kind: Kind
    /// Nil for a digest, which is about several cases.
    package var caseReference: String?
    /// The county in whose directory the recipient is.
    package var county: String
    package var recipient: Recipient
    /// How the sender is shown.
    package var sender: String
    /// The person to whom an answer goes; nil: to the sender.
    package var replyTo: EmailAddress?
    package var text: Text
    /// Nil for a notice that is about no meeting.
    package var meeting: MeetingPart?
    /// RFC 5322. Made from the id, so that the recipient sees one message, whatever fails between two attempts.
    package var messageID: String
    /// Counted from 1.
    package var attempt: Int32
    package var status: Status
    package var created: Date
    /// What a digest brings together.
    package var gathered: [Label]

    package init(
        id: String, kind: Kind, caseReference: String?, county: String, recipient: Recipient, sender: String = "",
        replyTo: EmailAddress? = nil, text: Text, meeting: MeetingPart? = nil, messageID: String, attempt: Int32 = 1,
        status: Status = .queued, created: Date, gathered: [Label] = []
    ) {
        self.id = id
        self.kind = kind
        self.caseReference = caseReference
        self.county = county
        self.recipient = recipient
        self.sender = sender
        self.replyTo = replyTo
        self.text = text
        self.meeting = meeting
        self.messageID = messageID
        self.attempt = attempt
        self.status = status
        self.created = created
        self.gathered = gathered
    }

    /// The words, once as plain text and once as HTML.
    package struct Text: Sendable, Equatable {
        package var subject: String
        package var body: String
        package var html: String

        package init(subject: String, body: String, html: String) {
            (self.subject, self.body, self.html) = (subject, body, html)
        }
    }

    package enum Status: String, CaseIterable, Sendable {
        /// No attempt has failed yet.
        case queued
        /// An attempt has failed, and another one follows.
        case delayed
    }

    /// Which state of a meeting a notice tells of.
    package struct MeetingPart: Sendable, Equatable {
        /// The meeting's id.
        package var id: String
        package var edition: Edition
        /// The whole iCalendar message (RFC 5545); nil for a question to the named person.
        package var calendar: String?

        package init(id: String, edition: Edition, calendar: String?) {
            (self.id, self.edition, self.calendar) = (id, edition, calendar)
        }
    }

    /// What names a notice in a fact.
    package struct Label: Sendable, Hashable {
        package var id: String
        package var caseReference: String?
        package var kind: Kind
        /// The recipient's ``Recipient/id``.
        package var recipient: String?

        package init(id: String, caseReference: String?, kind: Kind, recipient: String?) {
            (self.id, self.caseReference, self.kind, self.recipient) = (id, caseReference, kind, recipient)
        }
    }

    package var label: Label {
        Label(id: id, caseReference: caseReference, kind: kind, recipient: recipient.id)
    }

    /// It goes to somebody from outside the directory, whom every consent must let take part when it is sent (rule 13). After that
    /// nobody from outside is told anything, and a person sees to it.
    package var needsOutsidersConsent: Bool { kind.isOutsider }

    /// It brings people together, so consent must be in force when it is sent (rule 13). A cancellation is always sent.
    package var needsConsent: Bool { kind.isInvitation || kind == .meetingReminder }
}

extension Notice {
    /// What came in place of an answer that the suite carries out.
    package enum Answer: String, CaseIterable, Sendable {
        case letter, counter, delegated, refused
        case declinedAgain = "declined_again"

        var variable: Variable {
            switch self {
            case .letter: .letter
            case .counter: .counter
            case .delegated: .delegated
            case .refused: .refused
            case .declinedAgain: .declinedAgain
            }
        }
    }
}

/// Which state of a meeting a calendar is shown. A higher sequence replaces a lower one.
package struct Edition: Sendable, Hashable {
    /// RFC 5545, SEQUENCE.
    package var sequence: Int32
    package var method: CalendarMethod

    package init(_ sequence: Int32, _ method: CalendarMethod) { (self.sequence, self.method) = (sequence, method) }
}

/// What a calendar is asked to do (RFC 5546).
package enum CalendarMethod: String, CaseIterable, Sendable {
    case request = "REQUEST"
    case cancel = "CANCEL"
}

/// Who gets a notice.
package enum Recipient: Sendable, Hashable {
    /// Somebody of the county's directory.
    case person(String, email: EmailAddress)
    /// Who reported a concern or asked a question. They are in no directory.
    case reporter(email: EmailAddress)
    /// A guardian or the child, by key, at the address that a person has decided on (rule 22).
    case family(String, email: EmailAddress)
    /// Somebody from outside the directory, by id, at the address that a person has decided on (rule 22).
    case outsider(String, email: EmailAddress)

    /// The id in the directory, or the key; nil for a reporter.
    package var id: String? {
        switch self {
        case .person(let id, _), .family(let id, _), .outsider(let id, _): id
        case .reporter: nil
        }
    }

    package var email: EmailAddress {
        switch self {
        case .person(_, let email), .reporter(let email), .family(_, let email), .outsider(_, let email): email
        }
    }
}

extension Recipient {
    package var isFamily: Bool {
        if case .family = self { true } else { false }
    }

    package var isOutsider: Bool {
        if case .outsider = self { true } else { false }
    }
}
