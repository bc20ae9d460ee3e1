package import Domain
package import Foundation

/// A notice before it has its words: what it is about, for whom, and what its template may say.
package struct NoticeDraft: Sendable, Equatable {
    /// The event or the reminder that it follows from. Cause, kind and recipient tell it from all others.
    package var cause: String
    package var kind: Notice.Kind
    /// Nil for a digest, which is about several cases.
    package var caseReference: String?
    /// The county in whose directory the recipient is.
    package var county: String
    package var recipient: Recipient
    package var values: Notice.Values
    /// The person to whom an answer goes; nil: to the sender.
    package var replyTo: EmailAddress?
    /// Nil for a notice that is about no meeting.
    package var meeting: About?

    init(
        cause: String, kind: Notice.Kind, caseReference: String?, county: String, recipient: Recipient,
        values: Notice.Values = [:], replyTo: EmailAddress? = nil, meeting: About? = nil
    ) {
        assert(kind.form.variables.isSuperset(of: values.keys), "\(kind) has a variable that its form does not name")
        self.cause = cause
        self.kind = kind
        self.caseReference = caseReference
        self.county = county
        self.recipient = recipient
        self.values = values
        self.replyTo = replyTo
        self.meeting = meeting
    }

    /// The meeting that it is about, and what a calendar is told of it.
    package struct About: Sendable, Equatable {
        package var meeting: Meeting
        package var method: CalendarMethod
        package var entry: Entry

        package var edition: Edition { Edition(meeting.sequence, method) }
    }

    /// What a calendar is told.
    package enum Entry: Sendable, Equatable {
        /// Nothing: it is a question to the named person.
        case none
        case participant(isRequired: Bool)
        /// The receiver alone takes part no more. The meeting goes on.
        case formerParticipant
    }

    /// The occasion that has a subject of its own; nil where the kind's own subject is right.
    package var occasion: Notice.Variable? { kind.form.occasions.first { values[$0] == .flag(true) } }
}

/// The instant and the directory that a decision about notices sees.
package struct NoticeContext: Sendable {
    package let now: Date
    package let directory: Directory
    /// Who has the meeting in the calendar, and where they were invited, by id.
    package var invited: [String: Recipient] = [:]
    /// Something has happened to the child's case before.
    package var isKnownCase = false
    /// Who has reported the case's concerns and is to hear what becomes of it.
    package var reporters: [EmailAddress] = []

    package init(now: Date, directory: Directory) { (self.now, self.directory) = (now, directory) }

    /// One of a county's staff, or who does their work today: somebody on leave would read it too late.
    ///
    /// Nil for a person whom the directory does not have.
    func staff(_ id: String, of code: String) -> Recipient? {
        guard let county = directory.counties[code] else { return nil }
        return (county.acting(for: id, on: CivilTime.day(of: now)) ?? county.people[id]).map(Recipient.init)
    }

    func person(_ id: String, of code: String) -> County.Person? { directory.counties[code]?.people[id] }
}

extension Recipient {
    package init(_ person: County.Person) { self = .person(person.id, email: person.email) }
}

extension Occurrence {
    /// The notices that follow from it, by the table.
    ///
    /// - Parameter cause: the id of the event.
    package func drafts(cause: String, _ context: NoticeContext) -> [NoticeDraft] {
        let rows =
            switch event {
            case .ofCase(let event): event.rows(context)
            case .ofProgress(let event): event.rows(context)
            case .ofMeeting(let event): event.rows()
            case .ofErasure(let event): event.rows()
            }
        // Two who are away may have one deputy.
        return rows.flatMap { drafts($0, cause, context) }.uniqued {
            NoticeDraft.Identity(
                kind: $0.kind, county: $0.county, recipient: $0.recipient.id ?? $0.recipient.email.text)
        }
    }

    private func drafts(_ row: Row, _ cause: String, _ context: NoticeContext) -> [NoticeDraft] {
        switch row.to {
        case .staff(let id, let other):
            let county = other ?? self.county
            return context.staff(id, of: county).map { [draft(row, cause, to: $0, in: county)] } ?? []
        case .reporter(let email): return [draft(row, cause, to: .reporter(email: email), in: county)]
        case .namedPerson(let meeting, let method):
            return context.staff(meeting.namedPerson, of: county).map { recipient in
                var asked = draft(row, cause, to: recipient, in: county)
                asked.meeting = .init(meeting: meeting, method: method, entry: .none)
                return [asked]
            } ?? []
        case .participants(let meeting): return meeting.drafts(row, cause: cause, context)
        case .formerParticipants(let meeting): return meeting.draftsToFormer(row, cause: cause, context)
        case .outsider(let meeting, let id, let email):
            return [meeting.draft(row, toOutsider: .outsider(id, email: email), cause: cause)]
        case .family(let meeting, let key, let email):
            return [meeting.draft(row, toFamily: .family(key, email: email), cause: cause, context)]
        case .familyOf(let contact, let key, let email):
            let person = context.person(contact, of: county)
            var news = draft(row, cause, to: .family(key, email: email), in: county)
            news.values.merge(.init(contact: person)) { $1 }
            news.replyTo = person?.email
            return [news]
        }
    }

    private func draft(_ row: Row, _ cause: String, to recipient: Recipient, in county: String) -> NoticeDraft {
        NoticeDraft(
            cause: cause, kind: row.kind, caseReference: caseReference, county: county, recipient: recipient,
            values: row.values)
    }
}

extension NoticeDraft {
    /// Tells whoever wrote to no address of an invitation that it has reached nobody.
    ///
    /// - Parameter cause: the id of the command.
    package static func mailUnknown(to sender: EmailAddress, cause: String) -> NoticeDraft {
        NoticeDraft(
            cause: cause, kind: .mailUnknown, caseReference: nil, county: "", recipient: .reporter(email: sender))
    }

    /// What tells the notices of one cause apart.
    fileprivate struct Identity: Hashable {
        var kind: Notice.Kind
        var county: String
        var recipient: String
    }
}

extension Notice.Values {
    /// Whom the family knows, and may ring.
    fileprivate init(contact person: County.Person?) {
        self = [:]
        if let person { self[.inviter] = .text(person.name) }
        if let phone = person?.phone { self[.phone] = .text(phone) }
    }
}

extension Meeting {
    /// A reminder for each of the staff who have not declined.
    package func reminders(_ context: NoticeContext) -> [NoticeDraft] {
        staff(context).filter { $0.participant.answer != .declined }.compactMap(\.recipient).map {
            NoticeDraft(
                cause: "\(id)-\(sequence)", kind: .meetingReminder, caseReference: caseReference, county: county,
                recipient: $0, values: values)
        }
    }

    /// A message to each of the staff who take part, with the calendar's part. A cancellation goes where the invitation went.
    fileprivate func drafts(_ row: Row, cause: String, _ context: NoticeContext) -> [NoticeDraft] {
        staff(context).compactMap { participant, known -> NoticeDraft? in
            let invited = context.invited[participant.person]
            let isInvitation = row.kind.isInvitation
            guard let recipient = isInvitation ? known : invited ?? known else { return nil }
            let values: Notice.Values = isInvitation ? [.changed: .flag(invited != nil)] : [:]
            return draft(
                row, to: recipient, cause: cause, values,
                .init(
                    meeting: self, method: isInvitation ? .request : .cancel,
                    entry: .participant(isRequired: participant.isRequired)))
        }
    }

    /// For those who were invited, and do not take part any more or have left the directory.
    fileprivate func draftsToFormer(_ row: Row, cause: String, _ context: NoticeContext) -> [NoticeDraft] {
        let remaining = Set(participants.map(\.person))
        return context.invited.filter { !remaining.contains($0.key) }.sorted { $0.key < $1.key }.map {
            let entry = row.kind == .uninvited ? NoticeDraft.Entry.formerParticipant : .participant(isRequired: false)
            return draft(
                row, to: $0.value, cause: cause, [:], .init(meeting: self, method: .cancel, entry: entry))
        }
    }

    /// Answers go to the named person, whose name the family knows and whom they may ring.
    fileprivate func draft(
        _ row: Row, toFamily recipient: Recipient, cause: String, _ context: NoticeContext
    ) -> NoticeDraft {
        let inviter = context.person(namedPerson, of: county)
        var draft = draft(
            row, to: recipient, cause: cause, .init(contact: inviter),
            .init(
                meeting: self, method: row.kind.isInvitation ? .request : .cancel,
                entry: .participant(isRequired: true)))
        draft.replyTo = inviter?.email
        return draft
    }

    /// It names nobody but its receiver, and its answer comes back to the suite.
    fileprivate func draft(_ row: Row, toOutsider recipient: Recipient, cause: String) -> NoticeDraft {
        draft(
            row, to: recipient, cause: cause, [:],
            .init(
                meeting: self, method: row.kind.isInvitation ? .request : .cancel,
                entry: .participant(isRequired: false)))
    }

    private func draft(
        _ row: Row, to recipient: Recipient, cause: String, _ more: Notice.Values, _ about: NoticeDraft.About
    ) -> NoticeDraft {
        NoticeDraft(
            cause: cause, kind: row.kind, caseReference: caseReference, county: county, recipient: recipient,
            values: values.merging(row.values) { $1 }.merging(more) { $1 }, meeting: about)
    }

    /// The staff who take part. The family is told by a person's decision alone (rule 22).
    ///
    /// - Returns: with each, where the directory says that they are reached; nil for one who has left it.
    private func staff(_ context: NoticeContext) -> [(participant: Participant, recipient: Recipient?)] {
        participants.filter { !$0.isFamily }.map { participant in
            (participant, context.person(participant.person, of: county).map(Recipient.init))
        }
    }

    private var values: Notice.Values {
        var values: Notice.Values = [.time: .text(time.swedish)]
        switch place {
        case .room(let room): values[.place] = .text(room)
        case .digital(let link): values[.online] = .text(link)
        case .unnamed: values[.unknown] = .flag(true)
        }
        return values
    }
}

extension Notice {
    /// What is said of a notice that could not be delivered, to somebody who can reach the recipient in another way:
    /// the manager of the recipient's unit, or the county function. Nil where there is nobody.
    ///
    /// - Parameter cause: the id of the report on the delivery.
    func undelivered(cause: String, _ context: NoticeContext) -> NoticeDraft? {
        guard kind != .undelivered, !kind.isReply, let county = context.directory.counties[self.county] else {
            return nil
        }
        let person = recipient.id.flatMap { county.people[$0] }
        let manager = person.flatMap { county.units[$0.unit]?.manager }
        let missed =
            kind.isFamily
            ? "recipient.family"
            : kind.isOutsider ? "recipient.outsider" : person.map { "role.\($0.role)" } ?? "recipient.reporter"
        // A role without words of its own is not named by its code.
        let name = Catalogue.holds(missed) ? missed : "recipient.staff"
        guard let told = [manager, county.function].compactMap(\.self).first(where: { $0 != recipient.id }) else {
            return nil
        }
        return context.staff(told, of: county.code).map {
            NoticeDraft(
                cause: cause, kind: .undelivered, caseReference: caseReference, county: county.code, recipient: $0,
                values: [
                    .recipient: .text(Catalogue.text(name, .swedish)),
                    .recipientInEnglish: .text(Catalogue.text(name, .english)),
                ])
        }
    }
}
