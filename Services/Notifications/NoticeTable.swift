import CloudEvents
import Codec
import Domain
import Foundation

/// For each fact, who is told what: the whole table.
///
/// One of the family stands in it in one row, where a person has decided so (rule 22).
enum NoticeTable {
    /// A notice to make out: its kind, to whom, and what its template may say beside the case.
    struct Telling {
        enum Receiver {
            /// The directory's id, in the fact's county unless another is named.
            case staff(String, county: String? = nil)
            /// Who reported or asked, by address.
            case outside(String)
            /// Each of the staff who take part, with the calendar's part.
            case participants(Meeting)
            /// A guardian or the child by key, at the address that was decided on, with the calendar's part.
            case family(Meeting, String, email: String)
        }

        var kind: Notices.Kind
        var receiver: Receiver
        var values: [String: Any]

        init(_ kind: Notices.Kind, _ receiver: Receiver, _ values: [String: Any] = [:]) {
            (self.kind, self.receiver, self.values) = (kind, receiver, values)
        }
    }

    /// What a fact's row says, with the county and the case that it is about.
    typealias Row = @Sendable (Event, Directory) throws -> (county: String, reference: String, tellings: [Telling])

    static let rows: [String: Row] = Dictionary(uniqueKeysWithValues: [
        row(ConcernRegistered.self, \.county, \.caseReference) { fact, _ in
            // Where harm is suspected, both are told of the duty to report at once (rule 3).
            let duty = [Telling.Receiver.staff(fact.namedPerson), .outside(fact.reporter.email)]
            return [Telling(.concern, .staff(fact.namedPerson))]
                + (fact.harmSuspected ? duty : []).map { Telling(.dutyToReport, $0) }
        },
        row(ConsultationRegistered.self, \.county, \.reference) { fact, county in
            // Where a forum takes the question, its chair is told with the time.
            let areas = Set(fact.areas.compactMap(WheelArea.init))
            guard let county, county.forums(for: fact.municipality, areas: areas).isEmpty else { return [] }
            let unit = county.municipalities[fact.municipality].flatMap { county.units[$0.fallbackUnit] }
            return [Telling(.consultation, .staff(unit?.namedPerson ?? ""))]
        },
        row(ConsultationBooked.self, \.county, \.reference) { fact, _ in
            let values = ["time": CivilTime.swedish(from: fact.start.date, to: fact.end.date), "place": fact.place]
            return [.staff(fact.chair), .outside(fact.email)].map { Telling(.consultationBooked, $0, values) }
        },
        row(DeadlineReminded.self, \.county, \.caseReference) { fact, _ in
            let kind = fact.level == ReminderLevel.owner.rawValue ? Notices.Kind.reminder : .escalation
            return fact.to.map { Telling(kind, .staff($0), values(fact)) }
        },
        row(CaseMoved.self, \.county, \.caseReference) { fact, _ in
            // Both units (rule 2).
            [
                Telling(.moved, .staff(fact.toPerson), ["to": true]),
                Telling(.moved, .staff(fact.fromPerson, county: fact.fromCounty), ["to": false]),
            ]
        },
        row(WorkDelegated.self, \.county, \.caseReference) { fact, _ in [Telling(.delegated, .staff(fact.to))] },
        row(CooperationWaiting.self, \.county, \.caseReference) { fact, _ in
            let reasons = fact.reasons.map(\.swedish).uniqued()
            return [Telling(.waiting, .staff(fact.owner), ["reasons": reasons, "due": day(fact.due.date)])]
        },
        row(CameOfAge.self, \.county, \.caseReference) { fact, _ in
            [Telling(.cameOfAge, .staff(fact.owner), ["due": day(fact.due.date)])]
        },
        row(MeetingScheduled.self, \.meeting.county, \.meeting.caseReference) { fact, _ in
            [Telling(.invitation, .participants(fact.meeting))] + familyAsk(fact.meeting, isCancelled: false)
        },
        row(MeetingCancelled.self, \.meeting.county, \.meeting.caseReference) { fact, _ in
            [Telling(.cancellation, .participants(fact.meeting))] + familyAsk(fact.meeting, isCancelled: true)
        },
        row(FamilyTold.self, \.meeting.county, \.meeting.caseReference) { fact, _ in
            // Letters and calls a person does.
            if fact.email.isEmpty { return [] }
            let kind = fact.cancelled ? Notices.Kind.familyCancellation : .familyInvitation
            return [Telling(kind, .family(fact.meeting, fact.to, email: fact.email))]
        },
        row(MeetingImpossible.self, \.county, \.caseReference) { fact, _ in
            [Telling(.noTime, .staff(fact.namedPerson), ["reasons": fact.reasons.map(\.swedish).uniqued()])]
        },
        row(MeetingHeld.self, \.meeting.county, \.meeting.caseReference) { fact, _ in
            [Telling(.coordinator, .staff(fact.coordinator.person))]
        },
        row(PlanAlarm.self, \.county, \.caseReference) { fact, _ in
            [fact.coordinator, fact.manager].map { Telling(.planAlarm, .staff($0)) }
        },
        row(PlanConcernReported.self, \.county, \.caseReference) { fact, _ in
            [Telling(.planConcern, .staff(fact.coordinator))]
        },
    ])

    private static func row<Fact: EventPayload>(
        _ type: Fact.Type, _ county: KeyPath<Fact, String> & Sendable, _ reference: KeyPath<Fact, String> & Sendable,
        _ tell: @escaping @Sendable (Fact, County?) -> [Telling]
    ) -> (String, Row) {
        (
            type.eventType,
            { event, directory in
                let fact = try event.decode(type)
                let county = fact[keyPath: county]
                return (county, fact[keyPath: reference], tell(fact, directory.counties[county]))
            }
        )
    }

    /// The named person, who takes part first, decides what the family is told (rule 22).
    private static func familyAsk(_ meeting: Meeting, isCancelled: Bool) -> [Telling] {
        guard meeting.participants.contains(where: \.family), let named = meeting.participants.first?.person else {
            return []
        }
        let time = CivilTime.swedish(from: meeting.start.date, to: meeting.end.date)
        return [Telling(.familyAsk, .staff(named), ["time": time, "cancelled": isCancelled])]
    }

    private static func day(_ date: Date) -> String { CivilTime.day(of: date).description }

    private static func values(_ fact: DeadlineReminded) -> [String: Any] {
        [
            "step": Catalogue.text("step.\(fact.step)", .swedish),
            "step_en": Catalogue.text("step.\(fact.step)", .english), "due": day(fact.due.date),
            "county": fact.level == ReminderLevel.county.rawValue,
        ]
    }
}
