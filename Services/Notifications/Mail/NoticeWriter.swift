import Domain
import Foundation
import NotificationsCore

/// Gives a notice its words: the subject from the catalogue, the text from its template, and the calendar's part.
///
/// A template sees the draft's values, the case and its link, and nothing else (rule 22).
struct NoticeWriter: Sendable {
    let sender: EmailAddress
    let caseLink: String
    /// Marks the addresses that answers come back to.
    private let replySecret: KeySecret
    private let templates: Templates

    init(sender: EmailAddress, caseLink: String, replySecret: KeySecret, templates: Templates) {
        (self.sender, self.caseLink) = (sender, caseLink)
        (self.replySecret, self.templates) = (replySecret, templates)
    }

    func notice(_ draft: NoticeDraft, _ context: NoticeContext) -> Notice {
        let who = draft.recipient.id.map { "\(draft.county)-\($0)" } ?? "reporter-\(draft.recipient.email.text)"
        // It becomes the Message-ID, which relays log: it says neither the kind nor a guardian's key.
        let id = Reference.id(of: draft.cause) + Reference.id(of: "\(draft.cause)-\(draft.kind.rawValue)-\(who)")
        let gathered = draft.values.values.flatMap { value -> [Notice.Label] in
            if case .notices(let notices) = value { notices.map(\.label) } else { [] }
        }
        let text = text(draft)
        let reply = draft.meeting.flatMap { replyAddress($0, of: draft) }
        return Notice(
            id: id, kind: draft.kind, caseReference: draft.caseReference, county: draft.county,
            recipient: draft.recipient, sender: name(of: draft.county, context),
            replyTo: reply?.address ?? draft.replyTo,
            text: text, meeting: draft.meeting.map { meetingPart($0, of: draft, text, reply, context) },
            messageID: "<\(id)@\(sender.domain)>", created: context.now, gathered: gathered)
    }

    /// Where an answer to an invitation comes back; nil for a question to the named person.
    private func replyAddress(_ about: NoticeDraft.About, of draft: NoticeDraft) -> ReplyAddress? {
        if case .none = about.entry { return nil }
        return ReplyAddress(
            of: MeetingID(about.meeting.id), to: draft.recipient.email.text, sender: sender.text, secret: replySecret)
    }

    private func name(of county: String, _ context: NoticeContext) -> String {
        ["Tillsammans", context.directory.counties[county]?.name].compactMap(\.self).joined(separator: " ")
    }

    private func text(_ draft: NoticeDraft) -> Notice.Text {
        let title = Catalogue.text(subjectName(draft), .swedish)
        // Neither the family nor who is from outside reads anything of a case.
        let subject =
            draft.caseReference.flatMap { draft.kind.isNeutral || draft.kind.isReply ? nil : "\(title) (\($0))" }
            ?? title
        let reference = draft.caseReference ?? ""
        var values: [String: Any] = [
            "case": reference, "link": draft.recipient.mayOpenCases ? caseLink + reference : "",
        ]
        for (variable, value) in draft.values { values[variable.rawValue] = rendered(value) }
        let body = templates.body(draft.kind, values)
        return Notice.Text(subject: subject, body: body.plain, html: templates.html(title, body))
    }

    /// The subject's name in the catalogue.
    private func subjectName(_ draft: NoticeDraft) -> String {
        "notice.\(draft.kind.rawValue)" + (draft.occasion.map { ".\($0.rawValue)" } ?? "")
    }

    /// A value as Mustache reads it.
    private func rendered(_ value: Notice.Value) -> Any {
        switch value {
        // A value stays on its line.
        case .text(let text): text.split(whereSeparator: \.isNewline).joined(separator: " ")
        case .flag(let flag): flag
        case .texts(let texts): texts
        case .notices(let notices):
            notices.map { ["subject": $0.text.subject, "link": caseLink + ($0.caseReference ?? "")] }
        }
    }

    private func meetingPart(
        _ about: NoticeDraft.About, of draft: NoticeDraft, _ text: Notice.Text, _ reply: ReplyAddress?,
        _ context: NoticeContext
    ) -> Notice.MeetingPart {
        let meeting = about.meeting
        var part = Notice.MeetingPart(id: meeting.id, edition: about.edition, calendar: nil)
        let (isRequired, endsForAll): (Bool, Bool)
        switch about.entry {
        case .none: return part
        case .participant(let required): (isRequired, endsForAll) = (required, about.method == .cancel)
        case .formerParticipant: (isRequired, endsForAll) = (false, false)
        }
        let person = draft.recipient.id.flatMap { context.directory.counties[draft.county]?.people[$0] }
        part.calendar =
            CalendarMessage(
                method: about.method, endsForAll: endsForAll, uid: MeetingID(meeting.id).uid,
                sequence: Int(meeting.sequence), stamp: context.now, start: meeting.time.start, end: meeting.time.end,
                summary: draft.kind.isNeutral ? "Möte" : "Samverkansmöte", place: meeting.place.text,
                // Some programs show this in place of the message. A county's own words may be long.
                description: String(text.body.prefix(2_000)),
                organiser: .init(address: reply?.address ?? sender, name: name(of: draft.county, context)),
                attendee: .init(address: draft.recipient.email, name: person?.name), isRequired: isRequired
            ).text
        return part
    }
}

extension Recipient {
    /// A case's page is for staff. Whoever reported from outside, and the family, cannot open it.
    fileprivate var mayOpenCases: Bool {
        if case .person = self { true } else { false }
    }
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
}
