import CloudEvents
import Codec
import Domain
import Foundation

/// The notices that follow from a fact: whose they are says the ``NoticeTable``, what they say the ``Templates``.
///
/// No notice holds a name, a personal number, an area or an observation (rule 22): the facts' own fields reach a
/// template only through the few that are passed here.
struct Notices: Sendable {
    let sender: String
    let caseLink: String
    private let templates: Templates

    /// Each has a template of the same name.
    enum Kind: String, CaseIterable {
        case concern
        case dutyToReport = "duty_to_report"
        case invitation
        case cancellation
        case noTime = "no_time"
        case reminder
        case escalation
        case moved
        case delegated
        case waiting
        case cameOfAge = "came_of_age"
        case consultation
        case coordinator
        case planAlarm = "plan_alarm"
        case planConcern = "plan_concern"
        case undelivered
        case meetingReminder = "meeting_reminder"
        case familyAsk = "family_ask"
        case familyInvitation = "family_invitation"
        case familyCancellation = "family_cancellation"
        case consultationBooked = "consultation_booked"
        case digest

        /// As the catalogue has it.
        var subject: String { Catalogue.text("notice.\(rawValue)", .swedish) }

        /// Goes out at any hour, and by itself.
        var isUrgent: Bool {
            switch self {
            case .dutyToReport, .cancellation, .familyCancellation, .planConcern, .undelivered: true
            default: false
            }
        }

        /// Written to a guardian or the child, in words that tell nothing of a case.
        var isFamily: Bool { self == .familyInvitation || self == .familyCancellation }

        /// What its template may speak of, and nothing else (rule 22).
        var variables: Set<String> {
            let own: Set<String> =
                switch self {
                case .invitation, .cancellation, .meetingReminder, .familyInvitation, .familyCancellation:
                    ["time", "place", "online", "unknown", "changed"]
                case .familyAsk: ["time", "cancelled"]
                case .consultationBooked: ["time", "place"]
                case .reminder, .escalation: ["step", "step_en", "due", "county"]
                case .moved: ["to"]
                case .waiting: ["reasons", "due"]
                case .noTime: ["reasons"]
                case .cameOfAge: ["due"]
                case .undelivered: ["recipient"]
                case .digest: ["items", "subject"]
                case .concern, .dutyToReport, .delegated, .consultation, .coordinator, .planAlarm, .planConcern: []
                }
            return own.union(["case", "link"])
        }
    }

    init(sender: String, caseLink: String, templates: Templates) {
        (self.sender, self.caseLink, self.templates) = (sender, caseLink, templates)
    }

    /// What follows from a fact, by the table.
    func made(of event: Event, _ directory: Directory, now: Date) throws -> [Notice] {
        guard let (county, reference, tellings) = try NoticeTable.rows[event.type]?(event, directory) else { return [] }
        return tellings.flatMap { telling -> [Notice] in
            switch telling.receiver {
            case .staff(let id, let other):
                let recipient = staff(id, of: other ?? county, directory, now)
                return recipient.map { [notice(telling.kind, id: event.id, reference, $0, now, telling.values)] } ?? []
            case .outside(let email):
                let recipient = Recipient(county: county, id: "", email: email)
                return [notice(telling.kind, id: event.id, reference, recipient, now, telling.values)]
            case .participants(let meeting):
                return calendar(telling.kind, event, meeting, directory, now)
            case .family(let meeting, let key, let email):
                let recipient = Recipient(county: county, id: key, email: email)
                return [calendar(telling.kind, event, meeting, recipient, isRequired: true, now)]
            }
        }
    }

    /// What those are told who were invited to a meeting and are not any more.
    func uninvited(
        _ people: [String], of meeting: Meeting, _ event: Event, _ directory: Directory, now: Date
    ) -> [Notice] {
        var meeting = meeting
        meeting.participants = people.map { id in .with { $0.person = id } }
        return calendar(.cancellation, event, meeting, directory, now)
    }

    /// What is said of a notice that could not be delivered, to somebody who can do something about it.
    func undelivered(_ notice: Notice, cause: Event, _ directory: Directory, now: Date) -> Notice? {
        guard notice.kind != Kind.undelivered.rawValue,
            let county = directory.counties[notice.county]
        else { return nil }
        let unit = county.people[notice.recipient].flatMap { county.units[$0.unit] }
        let told = [unit?.manager, county.function].compactMap(\.self).first { $0 != notice.recipient }
        let missed = Kind(rawValue: notice.kind)?.isFamily == true ? "familjen" : "anmälaren"
        return staff(told, of: county.code, directory, now).map {
            self.notice(
                .undelivered, id: cause.id, notice.caseReference, $0, now,
                ["recipient": county.people[notice.recipient]?.role ?? missed])
        }
    }

    /// A reminder of a meeting, to each of the staff who have not said no.
    func reminders(of meeting: Meeting, _ directory: Directory, now: Date) -> [Notice] {
        staff(of: meeting, directory).filter { $0.participant.answer != Attendance.declined.rawValue }.map {
            notice(
                .meetingReminder, id: "\(meeting.id)-\(meeting.sequence)", meeting.caseReference, $0.recipient, now,
                place(meeting))
        }
    }

    /// What has gathered for one person, as one message.
    func digest(_ notices: [Notice], for person: County.Person, now: Date) -> Notice? {
        guard let first = notices.first else { return nil }
        let items = notices.map { ["subject": $0.subject, "link": caseLink + $0.caseReference] }
        var digest = notice(
            .digest, id: first.id, "", Recipient(person, in: first.county), now, ["items": items])
        digest.gathered = notices.map { notice in
            .with {
                ($0.id, $0.caseReference, $0.kind) = (notice.id, notice.caseReference, notice.kind)
                $0.recipient = notice.recipient
            }
        }
        return digest
    }

    /// A message to each of the staff who take part, with the calendar's part.
    private func calendar(
        _ kind: Kind, _ event: Event, _ meeting: Meeting, _ directory: Directory, _ now: Date
    ) -> [Notice] {
        staff(of: meeting, directory).map {
            calendar(kind, event, meeting, $0.recipient, isRequired: $0.participant.required, now)
        }
    }

    /// Those who take part and are in the directory: the family is told by a person's decision alone (rule 22).
    private func staff(
        of meeting: Meeting, _ directory: Directory
    ) -> [(participant: Participant, recipient: Recipient)] {
        meeting.participants.compactMap { participant in
            directory.counties[meeting.county]?.people[participant.person]
                .map { (participant, Recipient($0, in: meeting.county)) }
        }
    }

    private func calendar(
        _ kind: Kind, _ event: Event, _ meeting: Meeting, _ recipient: Recipient, isRequired: Bool, _ now: Date
    ) -> Notice {
        let isCancelled = kind == .cancellation || kind == .familyCancellation
        let invitation = CalendarMessage(
            method: isCancelled ? .cancel : .request, uid: MeetingID(meeting.id).uid,
            sequence: Int(meeting.sequence), stamp: now, start: meeting.start.date, end: meeting.end.date,
            summary: kind.isFamily ? "Möte" : "Samverkansmöte",
            place: meeting.place.isEmpty ? meeting.link : meeting.place,
            // A case's page is for staff.
            link: kind.isFamily ? meeting.link : caseLink + meeting.caseReference, organiser: sender,
            attendee: recipient.email,
            isRequired: isRequired)
        var values = place(meeting)
        values["changed"] = meeting.sequence > 0
        var notice = notice(
            kind, id: event.id, meeting.caseReference, recipient, now, values)
        notice.calendar = invitation.text
        notice.method = invitation.method.rawValue
        notice.meeting = meeting.id
        notice.sequence = meeting.sequence
        return notice
    }

    private func place(_ meeting: Meeting) -> [String: Any] {
        [
            "time": CivilTime.swedish(from: meeting.start.date, to: meeting.end.date), "place": meeting.place,
            "online": meeting.link, "unknown": meeting.place.isEmpty && meeting.link.isEmpty,
        ]
    }

    /// Who gets a notice: somebody in a county's directory, or where `id` is empty the one who reported or asked.
    private struct Recipient {
        var county: String
        var id: String
        var email: String

        init(county: String, id: String, email: String) {
            (self.county, self.id, self.email) = (county, id, email)
        }

        init(_ person: County.Person, in county: String) {
            self.init(county: county, id: person.id, email: person.email)
        }
    }

    private func notice(
        _ kind: Kind, id cause: String, _ reference: String, _ recipient: Recipient, _ now: Date,
        _ values: [String: Any]
    ) -> Notice {
        let who = recipient.id.isEmpty ? "reporter" : "\(recipient.county)-\(recipient.id)"
        let id = "\(cause)-\(kind.rawValue)-\(who)"
        let values = values.merging(["case": reference, "link": caseLink + reference]) { $1 }
        assert(kind.variables.isSuperset(of: values.keys), "\(kind) has a variable that it does not name")
        return Notice.with {
            $0.id = id
            $0.kind = kind.rawValue
            $0.caseReference = reference
            $0.county = recipient.county
            $0.recipient = recipient.id
            $0.email = recipient.email
            $0.subject =
                reference.isEmpty || kind.isFamily ? kind.subject : "\(kind.subject) (\(reference))"
            $0.body = templates.text(kind, values)
            $0.html = templates.html($0.subject, $0.body)
            $0.messageID = "<\(id)@\(sender.split(separator: "@").last ?? "example.org")>"
            $0.attempt = 1
            $0.status = "queued"
            $0.created = .init(now)
        }
    }

    /// One of a county's staff, or who does their work today: a word to somebody on leave reaches nobody in time.
    private func staff(_ id: String?, of county: String, _ directory: Directory, _ now: Date) -> Recipient? {
        guard let county = directory.counties[county], let id else { return nil }
        let person = county.acting(for: id, on: CivilTime.day(of: now)) ?? county.people[id]
        return person.map { Recipient($0, in: county.code) }
    }
}

extension Notices.Kind {
    /// The template's file, embedded.
    var template: [UInt8] {
        switch self {
        case .concern: PackageResources.concern_mustache
        case .dutyToReport: PackageResources.duty_to_report_mustache
        case .invitation: PackageResources.invitation_mustache
        case .cancellation: PackageResources.cancellation_mustache
        case .reminder: PackageResources.reminder_mustache
        case .escalation: PackageResources.escalation_mustache
        case .moved: PackageResources.moved_mustache
        case .delegated: PackageResources.delegated_mustache
        case .waiting: PackageResources.waiting_mustache
        case .cameOfAge: PackageResources.came_of_age_mustache
        case .consultation: PackageResources.consultation_mustache
        case .coordinator: PackageResources.coordinator_mustache
        case .planAlarm: PackageResources.plan_alarm_mustache
        case .planConcern: PackageResources.plan_concern_mustache
        case .undelivered: PackageResources.undelivered_mustache
        case .noTime: PackageResources.no_time_mustache
        case .meetingReminder: PackageResources.meeting_reminder_mustache
        case .familyAsk: PackageResources.family_ask_mustache
        case .familyInvitation: PackageResources.family_invitation_mustache
        case .familyCancellation: PackageResources.family_cancellation_mustache
        case .consultationBooked: PackageResources.consultation_booked_mustache
        case .digest: PackageResources.digest_mustache
        }
    }
}
