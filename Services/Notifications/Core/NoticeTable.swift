import Domain

// The whole table: which notices there are, what each may say, and which occurrence sends it to whom.
//
// A new notice is a case of `Kind`, its form, and its row; then its template and its name in the catalogue.

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

extension CaseEvent {
    func rows(_ context: NoticeContext) -> [Row] {
        switch self {
        case .concernRegistered(let namedPerson, let reporter, let isHarmSuspected, let isFallback):
            let values: Notice.Values = [.further: .flag(context.isKnownCase), .fallback: .flag(isFallback)]
            return [Row(.concern, .staff(namedPerson), values)]
                + (isHarmSuspected ? Self.duty(namedPerson, reporter) : [])
        case .concernSetAside(let namedPerson, let reporter): return Self.duty(namedPerson, reporter)
        case .questionUnplaced(let person): return [Row(.consultation, .staff(person))]
        case .questionPlaced(let chair, let asker, let time, let place):
            var values: Notice.Values = [.time: .text(time.swedish)]
            if let place { values[.place] = .text(place) }
            return [Row(.consultationBooked, .staff(chair), values)]
                + (asker.map { [Row(.consultationBooked, .reporter($0), values)] } ?? [])
        case .dateReminded(let people, let step, let level):
            // A step that only a newer service knows is not named by its code.
            let name = Catalogue.holds(step.name) ? step.name : "step.unknown"
            let values: Notice.Values = [
                .step: .text(Catalogue.text(name, .swedish)), .stepInEnglish: .text(Catalogue.text(name, .english)),
                .county: .flag(level == .county),
            ].merging(Self.due(step.due)) { $1 }
            return people.map { Row(level == .owner ? .reminder : .escalation, .staff($0), values) }
        case .moved(let from, let to, let day, let isFallback):
            // Both units (rule 2).
            let told: Notice.Values = [.to: .flag(true), .fallback: .flag(isFallback)]
            return [
                Row(.moved, .staff(to), (day.map(Self.due) ?? [:]).merging(told) { $1 }),
                Row(.moved, .staff(from.person, county: from.county), [.to: .flag(false)]),
            ]
        case .moveProposed(let owner, let to, let due):
            // Both units, unless one person stands for both (rule 2).
            let others = [to].compactMap(\.self).filter { $0 != owner }
            return ([(owner, false)] + others.map { ($0, true) }).map { who, isOther in
                let values = Self.due(due).merging([.to: .flag(isOther)]) { $1 }
                return Row(.moveProposed, .staff(who.person, county: who.county), values)
            }
        case .delegated(let person): return [Row(.delegated, .staff(person))]
        case .counterpart(let person, let isAsked):
            return [Row(.counterpart, .staff(person), [.asked: .flag(isAsked)])]
        case .consentAwaited(let owner, let reasons, let due):
            return [Row(.waiting, .staff(owner), Self.due(due).merging([.reasons: .texts(reasons)]) { $1 })]
        case .cameOfAge(let owner, let due): return [Row(.cameOfAge, .staff(owner), Self.due(due))]
        case .emergencyOpened(let people, let end):
            let values: Notice.Values = [
                .until: .text(CivilTime.text(end, .swedish)), .untilInEnglish: .text(CivilTime.text(end, .english)),
            ]
            return people.map { Row(.emergencyAccess, .staff($0), values) }
        case .withdrawalUnrecorded(let person): return [Row(.withdrawalUnrecorded, .staff(person))]
        case .withdrawalUnclear(let person, let isGiverUnknown, let isByUnknown):
            let values: Notice.Values = [.giver: .flag(isGiverUnknown), .recorder: .flag(isByUnknown)]
            return [Row(.withdrawalUnclear, .staff(person), values)]
        case .objectionEnded(let person): return [Row(.objectionEnded, .staff(person))]
        }
    }

    private static func due(_ day: LocalDate) -> Notice.Values { .init(due: day) }
}

extension Notice.Values {
    fileprivate init(due day: LocalDate) {
        self = [.due: .text(CivilTime.text(day, .swedish)), .dueInEnglish: .text(CivilTime.text(day, .english))]
    }
}

extension ProgressEvent {
    /// Whoever reported hears of it where the county says so, and nothing of the case's content.
    func rows(_ context: NoticeContext) -> [Row] {
        switch self {
        case .takenOn: context.reporters.map { Row(.reportTakenOn, .reporter($0)) }
        case .closed(let people):
            people.map { Row(.closed, .staff($0)) } + context.reporters.map { Row(.reportClosed, .reporter($0)) }
        }
    }
}

extension ErasureEvent {
    func rows() -> [Row] {
        switch self {
        case .forewarned(let people, let day):
            people.map { Row(.erasureForewarned, .staff($0), .init(due: day)) }
        case .calledOff(let people): people.map { Row(.erasureCalledOff, .staff($0)) }
        }
    }
}

extension CaseEvent {
    /// Where harm is suspected, both are told of the duty to report at once (rule 3).
    private static func duty(_ namedPerson: String, _ reporter: EmailAddress?) -> [Row] {
        [Row(.dutyToReport, .staff(namedPerson))] + (reporter.map { [Row(.dutyToReport, .reporter($0))] } ?? [])
    }
}

extension MeetingEvent {
    func rows() -> [Row] {
        switch self {
        case .scheduled(let meeting, let isFollowUp):
            [
                Row(.invitation, .participants(meeting), [.followUp: .flag(isFollowUp)]),
                Row(.uninvited, .formerParticipants(meeting)),
            ] + Self.familyAsk(meeting, isCancelled: false)
        case .cancelled(let meeting):
            [Row(.cancellation, .participants(meeting)), Row(.cancellation, .formerParticipants(meeting))]
                + Self.familyAsk(meeting, isCancelled: true)
        case .answered: []
        case .answerForwarded(let person, let answer, let sender):
            Self.forwarded(answer, to: person, from: sender)
        case .answerOutdated(let sender):
            sender.map { [Row(.answerReceived, .reporter($0), [.outdated: .flag(true)])] } ?? []
        case .held(_, let coordinator): [Row(.coordinator, .staff(coordinator))]
        // Who is in the way is told in the case alone (rule 22).
        case .impossible(let people): people.map { Row(.noTime, .staff($0)) }
        case .timeFound(let people, let time):
            people.map { Row(.timeFound, .staff($0), [.time: .text(time.swedish)]) }
        case .nobodyInvited(let namedPerson, let due):
            due.map { [Row(.nobodyInvited, .staff(namedPerson), .init(due: $0))] } ?? []
        case .familyInformed(let notice): notice.email.map { Self.rows(of: notice, to: $0) } ?? []
        case .outsiderTold(let meeting, let id, let email, let isCancellation):
            email.map { email in
                let kind = isCancellation ? Notice.Kind.outsiderCancellation : .outsiderInvitation
                return [Row(kind, .outsider(meeting, id: id, email: email))]
            } ?? []
        case .planAlarm, .planConcern, .coordinatorChanged: rowsOfPlan
        }
    }

    private var rowsOfPlan: [Row] {
        switch self {
        case .planAlarm(let coordinator, let manager):
            [coordinator, manager].compactMap(\.self).map { Row(.planAlarm, .staff($0)) }
        case .planConcern(let coordinator): [Row(.planConcern, .staff(coordinator))]
        case .coordinatorChanged(let former, let coordinator):
            [Row(.coordinator, .staff(coordinator)), Row(.coordinatorFormer, .staff(former))]
        default: []
        }
    }

    /// The named person is told that there is an answer, and its sender that a person will see it.
    private static func forwarded(_ answer: Notice.Answer, to person: String?, from sender: EmailAddress?) -> [Row] {
        let isRefused: Notice.Values = [.refused: .flag(answer == .refused), .reached: .flag(person != nil)]
        return (person.map { [Row(.answerForwarded, .staff($0), [answer.variable: .flag(true)])] } ?? [])
            + (sender.map { [Row(.answerReceived, .reporter($0), isRefused)] } ?? [])
    }

    /// Of a meeting with its time; of all else only that there is something to tell, which a person says (rule 22).
    private static func rows(of notice: FamilyNotice, to email: EmailAddress) -> [Row] {
        let ofMeeting = notice.meeting.map { told in
            Row(
                told.isCancelled ? .familyCancellation : .familyInvitation,
                .family(told.meeting, key: notice.key, email: email))
        }
        let news = Row(.familyNews, .familyOf(contact: notice.contact, key: notice.key, email: email))
        return [ofMeeting, notice.hasNews ? news : nil].compactMap(\.self)
    }

    /// The named person decides what the family is told (rule 22).
    private static func familyAsk(_ meeting: Meeting, isCancelled: Bool) -> [Row] {
        guard meeting.participants.contains(where: \.isFamily) else { return [] }
        let values: Notice.Values = [.time: .text(meeting.time.swedish), .cancelled: .flag(isCancelled)]
        return [Row(.familyAsk, .namedPerson(meeting, isCancelled ? .cancel : .request), values)]
    }
}
