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
    /// Nil for a notice without a calendar's part.
    package var invitation: Invitation?

    init(
        cause: String, kind: Notice.Kind, caseReference: String?, county: String, recipient: Recipient,
        values: Notice.Values = [:], invitation: Invitation? = nil
    ) {
        assert(kind.form.variables.isSuperset(of: values.keys), "\(kind) has a variable that its form does not name")
        self.cause = cause
        self.kind = kind
        self.caseReference = caseReference
        self.county = county
        self.recipient = recipient
        self.values = values
        self.invitation = invitation
    }

    /// What a calendar is told: a meeting, or that it is cancelled.
    package struct Invitation: Sendable, Equatable {
        package var meeting: Meeting
        package var method: CalendarMethod
        package var isRequired: Bool

        package var edition: Edition { Edition(meeting.sequence, method) }
    }
}

/// The instant and the directory that a decision about notices sees.
package struct NoticeContext: Sendable {
    package let now: Date
    package let directory: Directory

    package init(now: Date, directory: Directory) { (self.now, self.directory) = (now, directory) }

    /// One of a county's staff, or who does their work today: somebody on leave would read it too late.
    ///
    /// Nil for a person whom the directory does not have.
    func staff(_ id: String, of code: String) -> Recipient? {
        guard let county = directory.counties[code] else { return nil }
        return (county.acting(for: id, on: CivilTime.day(of: now)) ?? county.people[id]).map(Recipient.init)
    }
}

extension Recipient {
    init(_ person: County.Person) { self = .person(person.id, email: person.email) }
}

extension Occurrence {
    /// The notices that follow from it, by the table.
    ///
    /// - Parameter cause: the id of the event.
    package func drafts(cause: String, _ context: NoticeContext) -> [NoticeDraft] {
        let rows =
            switch event {
            case .ofCase(let event): event.rows()
            case .ofMeeting(let event): event.rows()
            }
        // Two who are away may have one deputy.
        return rows.flatMap { drafts($0, cause, context) }.uniqued {
            NoticeDraft.Identity(kind: $0.kind, county: $0.county, recipient: $0.recipient.id)
        }
    }

    private func drafts(_ row: Row, _ cause: String, _ context: NoticeContext) -> [NoticeDraft] {
        switch row.to {
        case .staff(let id, let other):
            let county = other ?? self.county
            return context.staff(id, of: county).map { [draft(row, cause, to: $0, in: county)] } ?? []
        case .reporter(let email): return [draft(row, cause, to: .reporter(email: email), in: county)]
        case .participants(let meeting): return meeting.calendarDrafts(row.kind, cause: cause, context.directory)
        case .family(let meeting, let key, let email):
            return [
                meeting.calendarDraft(row.kind, cause: cause, to: .family(key, email: email), isRequired: true)
            ]
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
    package static func mailUnknown(to sender: String, cause: String) -> NoticeDraft {
        NoticeDraft(
            cause: cause, kind: .mailUnknown, caseReference: nil, county: "", recipient: .reporter(email: sender))
    }

    /// What tells the notices of one cause apart.
    fileprivate struct Identity: Hashable {
        var kind: Notice.Kind
        var county: String
        var recipient: String?
    }
}

extension Meeting {
    /// Cancellations for those who were invited and do not take part any more.
    ///
    /// - Parameter invited: the directory's ids, and keys of the family.
    package func uninvitations(of invited: [String], cause: String, _ directory: Directory) -> [NoticeDraft] {
        let remaining = Set(participants.map(\.person))
        var meeting = self
        meeting.participants = invited.filter { !remaining.contains($0) }.map { .init(person: $0, isRequired: false) }
        return meeting.calendarDrafts(.cancellation, cause: cause, directory)
    }

    /// A reminder for each of the staff who have not declined.
    package func reminders(_ directory: Directory) -> [NoticeDraft] {
        staff(directory).filter { $0.participant.answer != .declined }.map {
            NoticeDraft(
                cause: "\(id)-\(sequence)", kind: .meetingReminder, caseReference: caseReference, county: county,
                recipient: $0.recipient, values: values)
        }
    }

    /// A message to each of the staff who take part, with the calendar's part.
    fileprivate func calendarDrafts(
        _ kind: Notice.Kind, cause: String, _ directory: Directory
    ) -> [NoticeDraft] {
        staff(directory).map {
            calendarDraft(kind, cause: cause, to: $0.recipient, isRequired: $0.participant.isRequired)
        }
    }

    fileprivate func calendarDraft(
        _ kind: Notice.Kind, cause: String, to recipient: Recipient, isRequired: Bool
    ) -> NoticeDraft {
        let isCancelled = kind == .cancellation || kind == .familyCancellation
        return NoticeDraft(
            cause: cause, kind: kind, caseReference: caseReference, county: county, recipient: recipient,
            values: values.merging([.changed: .flag(sequence > 0)]) { $1 },
            invitation: .init(meeting: self, method: isCancelled ? .cancel : .request, isRequired: isRequired))
    }

    /// Those who take part and are in the directory. The family is told by a person's decision alone (rule 22).
    private func staff(_ directory: Directory) -> [(participant: Participant, recipient: Recipient)] {
        participants.compactMap { participant in
            directory.counties[county]?.people[participant.person].map { (participant, Recipient($0)) }
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
        let missed = person?.role ?? (kind.isFamily ? "familjen" : "anmälaren")
        guard let told = [manager, county.function].compactMap(\.self).first(where: { $0 != recipient.id }) else {
            return nil
        }
        return context.staff(told, of: county.code).map {
            NoticeDraft(
                cause: cause, kind: .undelivered, caseReference: caseReference, county: county.code, recipient: $0,
                values: [.recipient: .text(missed)])
        }
    }
}
