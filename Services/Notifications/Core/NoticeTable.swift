import Domain

// The whole table: which notices there are, what each may say, and which occurrence sends it to whom.
//
// A new notice is a case of `Kind`, its form, and its row (`NoticeTable+rows.swift`); then its template and its name in the catalogue.

extension Notice {
    /// The word is also the name of the template, and of the subject in the catalogue.
    package enum Kind: String, CaseIterable, Sendable {
        case concern
        case moveProposed = "move_proposed"
        case dutyToReport = "duty_to_report"
        case consultation
        case consultationBooked = "consultation_booked"
        case reminder
        case escalation
        case moved
        case delegated
        case counterpart
        case waiting
        case cameOfAge = "came_of_age"
        case closed
        case reportTakenOn = "report_taken_on"
        case reportClosed = "report_closed"
        case emergencyAccess = "emergency_access"
        case erasureForewarned = "erasure_forewarned"
        case erasureCalledOff = "erasure_called_off"
        case withdrawalUnrecorded = "withdrawal_unrecorded"
        case withdrawalUnclear = "withdrawal_unclear"
        case objectionEnded = "objection_ended"
        case invitation
        case cancellation
        case uninvited
        case meetingReminder = "meeting_reminder"
        case familyAsk = "family_ask"
        case familyInvitation = "family_invitation"
        case familyCancellation = "family_cancellation"
        case outsiderInvitation = "outsider_invitation"
        case outsiderCancellation = "outsider_cancellation"
        case familyNews = "family_news"
        case answerForwarded = "answer_forwarded"
        case answerReceived = "answer_received"
        case mailUnknown = "mail_unknown"
        case noTime = "no_time"
        case timeFound = "time_found"
        case nobodyInvited = "nobody_invited"
        case coordinator
        case coordinatorFormer = "coordinator_former"
        case planAlarm = "plan_alarm"
        case planConcern = "plan_concern"
        case undelivered
        case digest

        /// Goes to a guardian or the child, in words that tell nothing of a case (rule 22).
        package var isFamily: Bool { [.familyInvitation, .familyCancellation, .familyNews].contains(self) }

        /// Goes to somebody from outside the directory, in the same way (rule 22).
        package var isOutsider: Bool { self == .outsiderInvitation || self == .outsiderCancellation }

        /// Tells nothing of a case, not even its reference.
        package var isNeutral: Bool { isFamily || isOutsider }

        /// Puts a meeting into a calendar.
        package var isInvitation: Bool { [.invitation, .familyInvitation, .outsiderInvitation].contains(self) }

        /// Answers what somebody wrote, who may be of the family or anybody.
        package var isReply: Bool { self == .answerReceived || self == .mailUnknown }
    }

    /// What belongs to a kind.
    package struct Form: Sendable {
        /// The suite's own words (Mustache). A county can replace them.
        package let template: [UInt8]
        /// What the template may speak of besides the case and its link (rule 22).
        package let variables: Set<Variable>
        /// It goes out at any hour, and not in a digest.
        package let isUrgent: Bool
        /// Flags that give the notice a subject of its own.
        package let occasions: [Variable]

        init(
            _ template: [UInt8], _ variables: Set<Variable> = [], isUrgent: Bool = false, occasions: [Variable] = []
        ) {
            (self.template, self.isUrgent, self.occasions) = (template, isUrgent, occasions)
            self.variables = variables.union(occasions)
        }
    }

    /// A name in a template.
    package enum Variable: String, Sendable {
        case time, place, online, unknown, changed, cancelled, further
        case followUp = "follow_up"
        case step
        case stepInEnglish = "step_en"
        case due
        case dueInEnglish = "due_en"
        case until
        case untilInEnglish = "until_en"
        case county, to, reasons, recipient, items, subject, inviter, phone, left
        case recipientInEnglish = "recipient_en"
        case letter, counter, delegated, asked, refused, outdated, reached
        case declinedAgain = "declined_again"
        case giver, recorder, fallback
    }

    /// What stands for a variable.
    package enum Value: Sendable, Equatable {
        case text(String)
        case flag(Bool)
        case texts([String])
        /// Each with its subject and its case's link.
        case notices([Notice])
    }

    package typealias Values = [Variable: Value]
}

extension Notice.Kind {
    /// One for each kind, which a test checks.
    package static let forms: [Notice.Kind: Notice.Form] = [
        .concern: .init(PackageResources.concern_mustache, [.fallback], occasions: [.further]),
        .moveProposed: .init(PackageResources.move_proposed_mustache, [.to, .due, .dueInEnglish]),
        .dutyToReport: .init(PackageResources.duty_to_report_mustache, isUrgent: true),
        .consultation: .init(PackageResources.consultation_mustache),
        .consultationBooked: .init(PackageResources.consultation_booked_mustache, [.time, .place]),
        .reminder: .init(PackageResources.reminder_mustache, deadline),
        .escalation: .init(PackageResources.escalation_mustache, deadline),
        .moved: .init(PackageResources.moved_mustache, [.to, .due, .dueInEnglish, .fallback]),
        .delegated: .init(PackageResources.delegated_mustache),
        .counterpart: .init(PackageResources.counterpart_mustache, occasions: [.asked]),
        .waiting: .init(PackageResources.waiting_mustache, [.reasons, .due, .dueInEnglish]),
        .cameOfAge: .init(PackageResources.came_of_age_mustache, [.due, .dueInEnglish]),
        .closed: .init(PackageResources.closed_mustache),
        .reportTakenOn: .init(PackageResources.report_taken_on_mustache),
        .reportClosed: .init(PackageResources.report_closed_mustache),
        .emergencyAccess: .init(
            PackageResources.emergency_access_mustache, [.until, .untilInEnglish], isUrgent: true),
        .erasureForewarned: .init(PackageResources.erasure_forewarned_mustache, [.due, .dueInEnglish]),
        .erasureCalledOff: .init(PackageResources.erasure_called_off_mustache),
        .withdrawalUnrecorded: .init(PackageResources.withdrawal_unrecorded_mustache, isUrgent: true),
        .withdrawalUnclear: .init(
            PackageResources.withdrawal_unclear_mustache, [.giver, .recorder], isUrgent: true),
        .objectionEnded: .init(PackageResources.objection_ended_mustache),
        .invitation: .init(PackageResources.invitation_mustache, meeting, occasions: [.changed, .followUp]),
        .cancellation: .init(PackageResources.cancellation_mustache, meeting, isUrgent: true),
        .uninvited: .init(PackageResources.uninvited_mustache, meeting, isUrgent: true),
        .meetingReminder: .init(PackageResources.meeting_reminder_mustache, meeting),
        .familyAsk: .init(PackageResources.family_ask_mustache, [.time], occasions: [.cancelled]),
        .familyInvitation: .init(PackageResources.family_invitation_mustache, meeting.union(inviter)),
        .familyCancellation: .init(
            PackageResources.family_cancellation_mustache, meeting.union(inviter), isUrgent: true),
        .outsiderInvitation: .init(PackageResources.outsider_invitation_mustache, meeting),
        .outsiderCancellation: .init(
            PackageResources.outsider_cancellation_mustache, meeting, isUrgent: true),
        .familyNews: .init(PackageResources.family_news_mustache, inviter),
        .answerForwarded: .init(
            PackageResources.answer_forwarded_mustache, [.letter, .counter, .delegated, .declinedAgain, .refused]),
        .answerReceived: .init(
            PackageResources.answer_received_mustache, [.outdated, .reached, .refused], isUrgent: true),
        .mailUnknown: .init(PackageResources.mail_unknown_mustache, isUrgent: true),
        .noTime: .init(PackageResources.no_time_mustache),
        .timeFound: .init(PackageResources.time_found_mustache, [.time]),
        .nobodyInvited: .init(PackageResources.nobody_invited_mustache, [.due, .dueInEnglish]),
        .coordinator: .init(PackageResources.coordinator_mustache),
        .coordinatorFormer: .init(PackageResources.coordinator_former_mustache),
        .planAlarm: .init(PackageResources.plan_alarm_mustache),
        .planConcern: .init(PackageResources.plan_concern_mustache, isUrgent: true),
        .undelivered: .init(PackageResources.undelivered_mustache, [.recipient, .recipientInEnglish], isUrgent: true),
        .digest: .init(PackageResources.digest_mustache, [.items, .subject, .left]),
    ]

    /// The layout in which each notice's words become HTML.
    package static let layout = PackageResources.layout_html_mustache

    package var form: Notice.Form {
        guard let form = Self.forms[self] else { preconditionFailure("\(self) has no form") }
        return form
    }

    private static let meeting: Set<Notice.Variable> = [.time, .place, .online, .unknown]
    private static let inviter: Set<Notice.Variable> = [.inviter, .phone]
    private static let deadline: Set<Notice.Variable> = [.step, .stepInEnglish, .due, .dueInEnglish, .county]
}

/// One notice of the table, or several of the same kind: to whom, and what it says.
struct Row {
    var kind: Notice.Kind
    var to: Addressee
    var values: Notice.Values

    init(_ kind: Notice.Kind, _ addressee: Addressee, _ values: Notice.Values = [:]) {
        (self.kind, to, self.values) = (kind, addressee, values)
    }
}

enum Addressee {
    /// One of the staff, in the occurrence's county unless another is named.
    case staff(String, county: String? = nil)
    /// Who reported or asked, by address.
    case reporter(EmailAddress)
    /// Who decides what the family is told.
    case namedPerson(Meeting, CalendarMethod)
    /// Each of the staff who take part, with the calendar's part.
    case participants(Meeting)
    /// Each of the staff who were invited and do not take part any more, where they were invited.
    case formerParticipants(Meeting)
    /// One of the family, at the address that a person has decided on, with the calendar's part (rule 22).
    case family(Meeting, key: String, email: EmailAddress)
    /// Somebody from outside the directory, in the same way.
    case outsider(Meeting, id: String, email: EmailAddress)
    /// One of the family, at that address. They ring or answer their contact (rule 21).
    case familyOf(contact: String, key: String, email: EmailAddress)
}
