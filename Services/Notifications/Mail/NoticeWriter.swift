import Domain
import Foundation
import NotificationsCore

/// Gives a notice its words: the subject from the catalogue, the text from its template, and the calendar's part.
///
/// A template sees the draft's values, the case and its link, and nothing else (rule 22).
struct NoticeWriter: Sendable {
    let sender: String
    let caseLink: String
    /// Marks the addresses that answers come back to.
    private let replySecret: KeySecret
    private let templates: Templates

    init(sender: String, caseLink: String, replySecret: KeySecret, templates: Templates) {
        (self.sender, self.caseLink) = (sender, caseLink)
        (self.replySecret, self.templates) = (replySecret, templates)
    }

    func notice(_ draft: NoticeDraft, now: Date) -> Notice {
        let who = draft.recipient.id.map { "\(draft.county)-\($0)" } ?? "reporter"
        let id = "\(draft.cause)-\(draft.kind.rawValue)-\(who)"
        let gathered = draft.values.values.flatMap { value -> [Notice.Label] in
            if case .notices(let notices) = value { notices.map(\.label) } else { [] }
        }
        return Notice(
            id: id, kind: draft.kind, caseReference: draft.caseReference, county: draft.county,
            recipient: draft.recipient, text: text(draft),
            calendar: draft.invitation.map { calendarPart($0, of: draft, now: now) },
            messageID: "<\(id)@\(sender.split(separator: "@").last ?? "example.org")>", created: now,
            gathered: gathered)
    }

    private func text(_ draft: NoticeDraft) -> Notice.Text {
        let title = draft.kind.subject
        // The family reads nothing of a case.
        let subject =
            draft.caseReference.flatMap { draft.kind.isFamily || draft.kind.isReply ? nil : "\(title) (\($0))" }
            ?? title
        let reference = draft.caseReference ?? ""
        var values: [String: Any] = ["case": reference, "link": caseLink + reference]
        for (variable, value) in draft.values { values[variable.rawValue] = rendered(value) }
        let body = templates.text(draft.kind, values)
        return Notice.Text(subject: subject, body: body, html: templates.html(subject, body))
    }

    /// A value as Mustache reads it.
    private func rendered(_ value: Notice.Value) -> Any {
        switch value {
        case .text(let text): text
        case .flag(let flag): flag
        case .texts(let texts): texts
        case .notices(let notices):
            notices.map { ["subject": $0.text.subject, "link": caseLink + ($0.caseReference ?? "")] }
        }
    }

    private func calendarPart(
        _ invitation: NoticeDraft.Invitation, of draft: NoticeDraft, now: Date
    ) -> Notice.CalendarPart {
        let meeting = invitation.meeting
        let reply = ReplyAddress(
            of: MeetingID(meeting.id), to: draft.recipient.email, sender: sender, secret: replySecret)?.address.text
        let message = CalendarMessage(
            method: invitation.method, uid: MeetingID(meeting.id).uid, sequence: Int(meeting.sequence), stamp: now,
            start: meeting.time.start, end: meeting.time.end,
            summary: draft.kind.isFamily ? "Möte" : "Samverkansmöte", place: meeting.place.text,
            // A case's page is for staff.
            link: draft.kind.isFamily ? meeting.place.link : caseLink + meeting.caseReference,
            organiser: reply ?? sender,
            attendee: draft.recipient.email, isRequired: invitation.isRequired)
        return Notice.CalendarPart(meeting: meeting.id, edition: invitation.edition, text: message.text, replyTo: reply)
    }
}

extension Notice.Kind {
    /// As the catalogue has it.
    var subject: String { Catalogue.text("notice.\(rawValue)", .swedish) }
}

extension Meeting.Place {
    /// What a calendar shows; empty where nobody may be told.
    fileprivate var text: String {
        switch self {
        case .room(let room): room
        case .digital(let link): link
        case .unnamed: ""
        }
    }

    /// Empty for a meeting in a room.
    fileprivate var link: String {
        if case .digital(let link) = self { link } else { "" }
    }
}
