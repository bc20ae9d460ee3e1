import Codec
import Domain
import Foundation
import Mustache

/// Who is told what: one fact in, the notices that it makes out.
///
/// No notice holds a name, a personal number, an area or an observation (rule 22): the facts' own fields reach a
/// template only through the few that are passed here.
struct Notices: Sendable {
    let sender: String
    let caseLink: String
    private let templates: [Kind: MustacheTemplate]

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

        /// As the catalogue has it.
        var subject: String { Catalogue.text("notice.\(rawValue)", .swedish) }
    }

    /// - Throws: where a template cannot be read; at start, not when a notice is sent.
    init(sender: String, caseLink: String) throws {
        (self.sender, self.caseLink) = (sender, caseLink)
        var templates: [Kind: MustacheTemplate] = [:]
        for kind in Kind.allCases {
            templates[kind] = try MustacheTemplate(string: String(decoding: kind.template, as: UTF8.self))
        }
        self.templates = templates
    }

    func made(of event: Event, _ directory: Directory, now: Date) throws -> [Notice] {
        switch event.type {
        case ConcernRegistered.eventType:
            let fact = try event.decode(ConcernRegistered.self)
            let owner = directory.counties[fact.county]?.people[fact.namedPerson]
            var notices = [notice(.concern, event, fact.caseReference, owner, now)]
            if fact.harmSuspected {
                // The reporter and the named person are told at once (rule 3).
                notices.append(notice(.dutyToReport, event, fact.caseReference, owner, now))
                notices.append(
                    notice(.dutyToReport, event, fact.caseReference, recipient: "", email: fact.reporter.email, now))
            }
            return notices.compactMap(\.self)
        case ConsultationRegistered.eventType:
            let fact = try event.decode(ConsultationRegistered.self)
            let county = directory.counties[fact.county]
            let unit = county?.municipalities[fact.municipality].flatMap { county?.units[$0.fallbackUnit] }
            return [
                notice(.consultation, event, fact.reference, person(unit?.namedPerson ?? "", directory), now)
            ].compactMap(\.self)
        case DeadlineReminded.eventType:
            let fact = try event.decode(DeadlineReminded.self)
            let values: [String: Any] = [
                "step": Catalogue.text("step.\(fact.step)", .swedish),
                "step_en": Catalogue.text("step.\(fact.step)", .english),
                "due": CivilTime.day(of: fact.due.date).description,
                "county": fact.level == ReminderLevel.county.rawValue,
            ]
            let kind = fact.level == ReminderLevel.owner.rawValue ? Kind.reminder : .escalation
            return fact.to.compactMap {
                notice(kind, event, fact.caseReference, person($0, directory), now, values)
            }
        case CaseMoved.eventType:
            // Both units are told (rule 2).
            let fact = try event.decode(CaseMoved.self)
            return [(fact.toPerson, true), (fact.fromPerson, false)].compactMap { id, isNew in
                notice(.moved, event, fact.caseReference, person(id, directory), now, ["to": isNew])
            }
        case WorkDelegated.eventType:
            let fact = try event.decode(WorkDelegated.self)
            return [notice(.delegated, event, fact.caseReference, person(fact.to, directory), now)].compactMap(\.self)
        case CooperationWaiting.eventType:
            let fact = try event.decode(CooperationWaiting.self)
            return [
                notice(
                    .waiting, event, fact.caseReference, person(fact.owner, directory), now,
                    [
                        "reasons": fact.reasons.map(\.swedish).uniqued(),
                        "due": CivilTime.day(of: fact.due.date).description,
                    ])
            ].compactMap(\.self)
        case CameOfAge.eventType:
            let fact = try event.decode(CameOfAge.self)
            return [
                notice(
                    .cameOfAge, event, fact.caseReference, person(fact.owner, directory), now,
                    ["due": CivilTime.day(of: fact.due.date).description])
            ].compactMap(\.self)
        case MeetingScheduled.eventType:
            return try calendar(.invitation, event, event.decode(MeetingScheduled.self).meeting, directory, now)
        case MeetingCancelled.eventType:
            return try calendar(.cancellation, event, event.decode(MeetingCancelled.self).meeting, directory, now)
        case MeetingHeld.eventType:
            let fact = try event.decode(MeetingHeld.self)
            let coordinator = person(fact.coordinator.person, directory)
            return [notice(.coordinator, event, fact.meeting.caseReference, coordinator, now)].compactMap(\.self)
        case PlanAlarm.eventType:
            let fact = try event.decode(PlanAlarm.self)
            return [fact.coordinator, fact.manager].uniqued().compactMap {
                notice(.planAlarm, event, fact.caseReference, person($0, directory), now)
            }
        case PlanConcernReported.eventType:
            let fact = try event.decode(PlanConcernReported.self)
            let coordinator = person(fact.coordinator, directory)
            return [notice(.planConcern, event, fact.caseReference, coordinator, now)].compactMap(\.self)
        case MeetingImpossible.eventType:
            let fact = try event.decode(MeetingImpossible.self)
            let reasons = fact.reasons.map(\.swedish).uniqued()
            return [
                notice(
                    .noTime, event, fact.caseReference, person(fact.namedPerson, directory), now,
                    ["reasons": reasons])
            ].compactMap(\.self)
        default:
            return []
        }
    }

    /// What those are told who were invited to a meeting and are not any more.
    func uninvited(_ people: [String], of event: Event, _ directory: Directory, now: Date) throws -> [Notice] {
        var meeting = try event.decode(MeetingScheduled.self).meeting
        meeting.participants = people.map { id in .with { $0.person = id } }
        return calendar(.cancellation, event, meeting, directory, now)
    }

    /// What is said of a notice that could not be delivered, to somebody who can do something about it.
    func undelivered(_ notice: Notice, cause: Event, _ directory: Directory, now: Date) -> Notice? {
        guard notice.kind != Kind.undelivered.rawValue,
            let county = directory.counties.values
                .first(where: { notice.recipient.isEmpty || $0.people[notice.recipient] != nil })
        else { return nil }
        let unit = county.people[notice.recipient].flatMap { county.units[$0.unit] }
        let told = [unit?.manager, county.function].compactMap(\.self).first { $0 != notice.recipient }
        return self.notice(
            .undelivered, cause, notice.caseReference, told.flatMap { county.people[$0] }, now,
            ["recipient": county.people[notice.recipient]?.role ?? "anmälaren"])
    }

    /// A message to each participant, with the calendar's part.
    private func calendar(
        _ kind: Kind, _ event: Event, _ meeting: Meeting, _ directory: Directory, _ now: Date
    ) -> [Notice] {
        meeting.participants.compactMap { participant in
            guard let person = directory.counties[meeting.county]?.people[participant.person] else { return nil }
            let invitation = CalendarMessage(
                method: kind == .cancellation ? .cancel : .request, uid: "\(meeting.id)@tillsammans",
                sequence: Int(meeting.sequence), stamp: now, start: meeting.start.date, end: meeting.end.date,
                summary: "Samverkansmöte", place: meeting.place, link: caseLink + meeting.caseReference,
                organiser: sender, attendee: person.email, isRequired: participant.required)
            var notice = notice(
                kind, event, meeting.caseReference, person, now,
                [
                    "time": CivilTime.swedish(from: meeting.start.date, to: meeting.end.date),
                    "place": meeting.place, "changed": meeting.sequence > 0,
                ])
            notice?.calendar = invitation.text
            notice?.method = invitation.method.rawValue
            notice?.meeting = meeting.id
            notice?.sequence = meeting.sequence
            return notice
        }
    }

    private func notice(
        _ kind: Kind, _ event: Event, _ reference: String, _ person: County.Person?, _ now: Date,
        _ values: [String: Any] = [:]
    ) -> Notice? {
        person.flatMap { notice(kind, event, reference, recipient: $0.id, email: $0.email, now, values) }
    }

    private func notice(
        _ kind: Kind, _ event: Event, _ reference: String, recipient: String, email: String, _ now: Date,
        _ values: [String: Any] = [:]
    ) -> Notice? {
        let id = "\(event.id)-\(kind.rawValue)-\(recipient.isEmpty ? "reporter" : recipient)"
        let values = values.merging(["case": reference, "link": caseLink + reference]) { $1 }
        return Notice.with {
            $0.id = id
            $0.kind = kind.rawValue
            $0.caseReference = reference
            $0.recipient = recipient
            $0.email = email
            $0.subject = "\(kind.subject) (\(reference))"
            $0.body = templates[kind]?.render(values) ?? ""
            $0.messageID = "<\(id)@\(sender.split(separator: "@").last ?? "example.org")>"
            $0.attempt = 1
            $0.status = "queued"
            $0.created = .init(now)
        }
    }

    private func person(_ id: String, _ directory: Directory) -> County.Person? {
        directory.counties.values.lazy.compactMap { $0.people[id] }.first
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
        }
    }
}
