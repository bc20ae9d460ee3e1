package import CloudEvents
package import Codec
package import Domain
import Foundation
import SwiftProtobuf

/// What the policy of reading needs to know of the cases, from the topics `cases` and `meetings` (see ``Reading``).
///
/// The topics may be read in any order and more than once.
package struct ReadableCases: Sendable {
    /// What is read.
    package static let topics: [Codec.Topic] = [.cases, .meetings]

    private var statuses: [String: CaseStatus] = [:]
    /// The staff of each meeting by its id, for each case.
    private var meetings: [String: [String: Staff]] = [:]

    private struct Staff {
        var since: Date
        var people: Set<String>
    }

    package init() {}

    /// Takes over an event of either topic. Any other tells nothing, and neither does one that cannot be read.
    package mutating func apply(_ event: CloudEvents.Event) {
        switch event.type {
        case CaseStatus.eventType:
            if let status = try? event.decode(CaseStatus.self) { statuses[status.caseReference] = status }
        case MeetingScheduled.eventType:
            if let fact = try? event.decode(MeetingScheduled.self) { note(fact.meeting, event, \.staff) }
        case MeetingHeld.eventType:
            if let fact = try? event.decode(MeetingHeld.self) {
                note(fact.meeting, event) { $0.staff.intersection(fact.came) }
            }
        case MeetingCancelled.eventType:
            if let fact = try? event.decode(MeetingCancelled.self) { note(fact.meeting, event) { _ in [] } }
        case MeetingNotHeld.eventType:
            if let fact = try? event.decode(MeetingNotHeld.self) { note(fact.meeting, event) { _ in [] } }
        default: break
        }
    }

    /// The case is erased (rule 23).
    package mutating func forget(_ reference: String) {
        (statuses[reference], meetings[reference]) = (nil, nil)
    }

    private mutating func note(
        _ meeting: Codec.Meeting, _ event: CloudEvents.Event, _ staff: (Codec.Meeting) -> Set<String>
    ) {
        let known = meetings[meeting.caseReference]?[meeting.id]
        if let known, known.since > event.time { return }
        meetings[meeting.caseReference, default: [:]][meeting.id] = Staff(since: event.time, people: staff(meeting))
    }

    /// The code of the case's county; nil for a case that nobody knows.
    package func county(of reference: String) -> String? { statuses[reference]?.county }

    /// A case as the policy sees it; nil for one that nobody knows.
    package subscript(reference: String) -> Reading.Case? {
        guard let status = statuses[reference] else { return nil }
        // What was before the present mapping is over, with its consents.
        let present = (meetings[reference] ?? [:]).values.filter { $0.since >= status.opened.date }
        return Reading.Case(
            people: .init(
                unit: status.unit, namedPerson: status.owner, delegate: status.delegate.nonEmpty,
                coordinator: status.coordinator.nonEmpty),
            isOpen: status.phase != Phase.closed.rawValue, isProtected: status.protectedIdentity,
            participants: present.reduce(into: []) { $0.formUnion($1.people) },
            shared: status.shared.compactMap(\.reading),
            emergencies: status.emergencies.map {
                Reading.Emergency(by: $0.by, from: $0.from.date, until: $0.until.date)
            })
    }
}

extension CaseStatus.SharedWith {
    /// Nil for an organisation or a day that this version does not know: then nobody reads by it.
    fileprivate var reading: Reading.Shared? {
        let day = LocalDate(until)
        guard let organisation = Organisation(rawValue: organisation), until.isEmpty || day != nil else { return nil }
        return Reading.Shared(organisation, until: day)
    }
}

extension Codec.Meeting {
    /// Those who take part, but for the family.
    fileprivate var staff: Set<String> { Set(participants.filter { !$0.family }.map(\.person)) }
}
