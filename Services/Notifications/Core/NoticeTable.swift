import Domain

// The whole table: which notices there are, what each may say, and which occurrence sends it to whom.
//
// A new notice is a case of `Kind`, its form, and its row; then its template and its name in the catalogue.

extension Notice {
    /// The word is also the name of the template, and of the subject in the catalogue.
    package enum Kind: String, CaseIterable, Sendable {
        case concern
        case dutyToReport = "duty_to_report"
        case consultation
        case consultationBooked = "consultation_booked"
        case reminder
        case escalation
        case moved
        case delegated
        case waiting
        case cameOfAge = "came_of_age"
        case withdrawalUnrecorded = "withdrawal_unrecorded"
        case invitation
        case cancellation
        case meetingReminder = "meeting_reminder"
        case familyAsk = "family_ask"
        case familyInvitation = "family_invitation"
        case familyCancellation = "family_cancellation"
        case noTime = "no_time"
        case coordinator
        case planAlarm = "plan_alarm"
        case planConcern = "plan_concern"
        case undelivered
        case digest

        /// Goes to a guardian or the child, in words that tell nothing of a case (rule 22).
        package var isFamily: Bool { self == .familyInvitation || self == .familyCancellation }
    }

    /// What belongs to a kind.
    package struct Form: Sendable {
        /// The suite's own words (Mustache). A county can replace them.
        package let template: [UInt8]
        /// What the template may speak of besides the case and its link (rule 22).
        package let variables: Set<Variable>
        /// It goes out at any hour, and not in a digest.
        package let isUrgent: Bool

        init(_ template: [UInt8], _ variables: Set<Variable> = [], isUrgent: Bool = false) {
            (self.template, self.variables, self.isUrgent) = (template, variables, isUrgent)
        }
    }

    /// A name in a template.
    package enum Variable: String, Sendable {
        case time, place, online, unknown, changed, cancelled
        case step
        case stepInEnglish = "step_en"
        case due, county, to, reasons, recipient, items, subject
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
        .concern: .init(PackageResources.concern_mustache),
        .dutyToReport: .init(PackageResources.duty_to_report_mustache, isUrgent: true),
        .consultation: .init(PackageResources.consultation_mustache),
        .consultationBooked: .init(PackageResources.consultation_booked_mustache, [.time, .place]),
        .reminder: .init(PackageResources.reminder_mustache, deadline),
        .escalation: .init(PackageResources.escalation_mustache, deadline),
        .moved: .init(PackageResources.moved_mustache, [.to]),
        .delegated: .init(PackageResources.delegated_mustache),
        .waiting: .init(PackageResources.waiting_mustache, [.reasons, .due]),
        .cameOfAge: .init(PackageResources.came_of_age_mustache, [.due]),
        .withdrawalUnrecorded: .init(PackageResources.withdrawal_unrecorded_mustache, isUrgent: true),
        .invitation: .init(PackageResources.invitation_mustache, meeting),
        .cancellation: .init(PackageResources.cancellation_mustache, meeting, isUrgent: true),
        .meetingReminder: .init(PackageResources.meeting_reminder_mustache, meeting),
        .familyAsk: .init(PackageResources.family_ask_mustache, [.time, .cancelled]),
        .familyInvitation: .init(PackageResources.family_invitation_mustache, meeting),
        .familyCancellation: .init(PackageResources.family_cancellation_mustache, meeting, isUrgent: true),
        .noTime: .init(PackageResources.no_time_mustache, [.reasons]),
        .coordinator: .init(PackageResources.coordinator_mustache),
        .planAlarm: .init(PackageResources.plan_alarm_mustache),
        .planConcern: .init(PackageResources.plan_concern_mustache, isUrgent: true),
        .undelivered: .init(PackageResources.undelivered_mustache, [.recipient], isUrgent: true),
        .digest: .init(PackageResources.digest_mustache, [.items, .subject]),
    ]

    /// The layout in which each notice's words become HTML.
    package static let layout = PackageResources.layout_html_mustache

    package var form: Notice.Form {
        guard let form = Self.forms[self] else { preconditionFailure("\(self) has no form") }
        return form
    }

    private static let meeting: Set<Notice.Variable> = [.time, .place, .online, .unknown, .changed]
    private static let deadline: Set<Notice.Variable> = [.step, .stepInEnglish, .due, .county]
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
    case reporter(String)
    /// Each of the staff who take part, with the calendar's part.
    case participants(Meeting)
    /// One of the family, at the address that a person has decided on, with the calendar's part (rule 22).
    case family(Meeting, key: String, email: String)
}

extension CaseEvent {
    func rows() -> [Row] {
        switch self {
        case .concernRegistered(let namedPerson, let reporter, let isHarmSuspected):
            // Where harm is suspected, both are told of the duty to report at once (rule 3).
            let duty = [Row(.dutyToReport, .staff(namedPerson)), Row(.dutyToReport, .reporter(reporter))]
            return [Row(.concern, .staff(namedPerson))] + (isHarmSuspected ? duty : [])
        case .questionUnplaced(let person): return [Row(.consultation, .staff(person))]
        case .questionPlaced(let chair, let asker, let time, let place):
            var values: Notice.Values = [.time: .text(time.swedish)]
            if let place { values[.place] = .text(place) }
            return [
                Row(.consultationBooked, .staff(chair), values), Row(.consultationBooked, .reporter(asker), values),
            ]
        case .dateReminded(let people, let step, let level):
            let values: Notice.Values = [
                .step: .text(Catalogue.text(step.name, .swedish)),
                .stepInEnglish: .text(Catalogue.text(step.name, .english)),
                .due: .text(step.due.description), .county: .flag(level == .county),
            ]
            return people.map { Row(level == .owner ? .reminder : .escalation, .staff($0), values) }
        case .moved(let from, let fromCounty, let to):
            // Both units (rule 2).
            return [
                Row(.moved, .staff(to), [.to: .flag(true)]),
                Row(.moved, .staff(from, county: fromCounty), [.to: .flag(false)]),
            ]
        case .delegated(let person): return [Row(.delegated, .staff(person))]
        case .consentAwaited(let owner, let reasons, let due):
            return [Row(.waiting, .staff(owner), [.reasons: .texts(reasons), .due: .text(due.description)])]
        case .cameOfAge(let owner, let due):
            return [Row(.cameOfAge, .staff(owner), [.due: .text(due.description)])]
        case .withdrawalUnrecorded(let person): return [Row(.withdrawalUnrecorded, .staff(person))]
        }
    }
}

extension MeetingEvent {
    func rows() -> [Row] {
        switch self {
        case .scheduled(let meeting):
            [Row(.invitation, .participants(meeting))] + Self.familyAsk(meeting, isCancelled: false)
        case .cancelled(let meeting):
            [Row(.cancellation, .participants(meeting))] + Self.familyAsk(meeting, isCancelled: true)
        case .answered: []
        case .held(_, let coordinator): [Row(.coordinator, .staff(coordinator))]
        case .impossible(let namedPerson, let reasons):
            [Row(.noTime, .staff(namedPerson), [.reasons: .texts(reasons)])]
        case .familyInformed(let meeting, let notice):
            notice.email.map { email in
                let kind = notice.isCancellation ? Notice.Kind.familyCancellation : .familyInvitation
                return [Row(kind, .family(meeting, key: notice.key, email: email))]
            } ?? []
        case .planAlarm(let coordinator, let manager):
            [coordinator, manager].compactMap(\.self).map { Row(.planAlarm, .staff($0)) }
        case .planConcern(let coordinator): [Row(.planConcern, .staff(coordinator))]
        }
    }

    /// The named person decides what the family is told (rule 22).
    private static func familyAsk(_ meeting: Meeting, isCancelled: Bool) -> [Row] {
        guard meeting.participants.contains(where: \.isFamily) else { return [] }
        let values: Notice.Values = [.time: .text(meeting.time.swedish), .cancelled: .flag(isCancelled)]
        return [Row(.familyAsk, .staff(meeting.namedPerson), values)]
    }
}
