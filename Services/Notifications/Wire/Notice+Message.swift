import CloudEvents
import Codec
import Domain
import Foundation
import NotificationsCore
import ServiceKit
import Streams
import SwiftProtobuf

// A notice as it is kept, wished for, and gathered for a digest.

extension Codec.Notice {
    init(_ notice: NotificationsCore.Notice) {
        self = .with {
            $0.id = notice.id
            $0.kind = notice.kind.rawValue
            $0.caseReference = notice.caseReference ?? ""
            $0.county = notice.county
            $0.recipient = notice.recipient.id ?? ""
            $0.email = notice.recipient.email.text
            $0.sender = notice.sender
            $0.replyTo = notice.replyTo?.text ?? ""
            $0.subject = notice.text.subject
            $0.body = notice.text.body
            $0.html = notice.text.html
            $0.messageID = notice.messageID
            $0.attempt = notice.attempt
            $0.status = notice.status.rawValue
            $0.created = .init(notice.created)
            $0.gathered = notice.gathered.map(Codec.Notice.init)
            guard let part = notice.meeting else { return }
            $0.meeting = part.id
            $0.sequence = part.edition.sequence
            $0.method = part.edition.method.rawValue
            $0.calendar = part.calendar ?? ""
        }
    }

    /// The key of its case. A digest and an answer to a stranger are about none, and what a person must be told of a case that
    /// does not exist is kept, too (rule 13).
    var sealingKey: SealingKey { .namedOrOwn(caseReference) }

    /// - Throws: ``Refusal``; words that this version does not know.
    func notice() throws(Refusal) -> NotificationsCore.Notice {
        var words = Words()
        guard let notice = read(&words), words.faults.isEmpty else { throw Refusal(words.faults) }
        return notice
    }

    func read(_ words: inout Words) -> NotificationsCore.Notice? {
        let kind = words.one(of: NotificationsCore.Notice.Kind.self, kind, at: "kind")
        let status = words.one(of: NotificationsCore.Notice.Status.self, status, at: "status")
        let gathered = gathered.compactMap { $0.readLabel(&words) }
        let part = meeting.nonEmpty.flatMap { readMeeting($0, &words) }
        guard let kind, let status,
            let recipient = words.recipient(
                recipient, email: email, isFamily: kind.isFamily, isOutsider: kind.isOutsider)
        else { return nil }
        return NotificationsCore.Notice(
            id: id, kind: kind, caseReference: caseReference.nonEmpty, county: county, recipient: recipient,
            sender: sender, replyTo: EmailAddress(replyTo), text: .init(subject: subject, body: body, html: html),
            meeting: part, messageID: messageID, attempt: attempt, status: status, created: created.date,
            gathered: gathered)
    }

    private func readMeeting(_ id: String, _ words: inout Words) -> NotificationsCore.Notice.MeetingPart? {
        words.edition(sequence, method).map { .init(id: id, edition: $0, calendar: calendar.nonEmpty) }
    }

    /// What a digest says of a notice in it.
    private init(_ label: NotificationsCore.Notice.Label) {
        self = .with {
            $0.id = label.id
            $0.caseReference = label.caseReference ?? ""
            $0.kind = label.kind.rawValue
            $0.recipient = label.recipient ?? ""
        }
    }

    private func readLabel(_ words: inout Words) -> NotificationsCore.Notice.Label? {
        words.label(id: id, case: caseReference, kind: kind, recipient: recipient)
    }
}

extension Words {
    mutating func edition(_ sequence: Int32, _ method: String) -> Edition? {
        one(of: CalendarMethod.self, method, at: "method").map { Edition(sequence, $0) }
    }

    /// An address that is none is a fault: nothing else may enter a header.
    mutating func recipient(_ id: String, email: String, isFamily: Bool, isOutsider: Bool) -> Recipient? {
        guard let email = EmailAddress(email) else {
            add(Fault(.directoryEmail, at: "email"))
            return nil
        }
        guard let id = id.nonEmpty else { return .reporter(email: email) }
        if isOutsider { return .outsider(id, email: email) }
        return isFamily ? .family(id, email: email) : .person(id, email: email)
    }

    mutating func label(
        id: String, case reference: String, kind: String, recipient: String
    ) -> NotificationsCore.Notice.Label? {
        one(of: NotificationsCore.Notice.Kind.self, kind, at: "kind").map {
            .init(id: id, caseReference: reference.nonEmpty, kind: $0, recipient: recipient.nonEmpty)
        }
    }
}

extension AddToDigest {
    init(_ notice: NotificationsCore.Notice) { self = .with { $0.notice = .init(notice) } }
}
