package import CloudEvents
package import Codec
package import Domain
package import Foundation
import ServiceKit
import SwiftProtobuf

/// One case as the policy of reading sees it (see ``Reading``), and where it belongs.
package struct ReadableCase: Sendable {
    package let reference: String
    /// The code of its county.
    package let county: String
    /// What the policy decides on.
    package let facts: Reading.Case

    /// - Parameters:
    ///   - status: where the case stands, as last told.
    ///   - meetings: the staff of its meetings, each as last told. Those before the present mapping count no more.
    package init(_ status: CaseStatus, _ meetings: some Sequence<MeetingStaff>) {
        (reference, county) = (status.caseReference, status.county)
        // What was before the present mapping is over, with its consents.
        let present = meetings.filter { $0.since >= status.opened.date }
        facts = Reading.Case(
            people: .init(
                unit: status.unit, namedPerson: status.owner, delegate: status.delegate.nonEmpty,
                coordinator: status.coordinator.nonEmpty),
            isOpen: status.phase != Phase.closed.rawValue, isProtected: status.protectedIdentity,
            participants: present.reduce(into: []) { $0.formUnion($1.people) },
            asked: status.counterpart.hasAsked ? status.counterpart.person : nil,
            hasAnswered: status.counterpart.hasAnswered,
            shared: status.shared.compactMap(\.reading),
            emergencies: status.emergencies.map {
                Reading.Emergency(by: $0.by, from: $0.from.date, until: $0.until.date)
            })
    }
}

/// Who of the staff takes part in a meeting, or came to it: what one fact of Meetings says of it.
package struct MeetingStaff: Sendable, Hashable {
    package let meeting: String
    package let reference: String
    /// When it was told. A later fact of the same meeting replaces an earlier one.
    package let since: Date
    /// By their ids in the directory. Nobody, for a meeting that was cancelled or not held.
    package let people: Set<String>

    package init(meeting: String, reference: String, since: Date, people: Set<String>) {
        (self.meeting, self.reference, self.since, self.people) = (meeting, reference, since, people)
    }

    /// Nil for an event that tells nothing of that, or cannot be read.
    package init?(_ event: CloudEvents.Event) {
        func told(_ meeting: Codec.Meeting, _ people: Set<String>) -> Self {
            Self(meeting: meeting.id, reference: meeting.caseReference, since: event.time, people: people)
        }
        switch event.type {
        case MeetingScheduled.eventType:
            guard let fact = try? event.decode(MeetingScheduled.self) else { return nil }
            self = told(fact.meeting, fact.meeting.staff)
        case MeetingEnded.eventType:
            guard let fact = try? event.decode(MeetingEnded.self) else { return nil }
            self.init(
                meeting: fact.meeting, reference: fact.caseReference, since: event.time, people: Set(fact.came))
        case MeetingCancelled.eventType:
            guard let fact = try? event.decode(MeetingCancelled.self) else { return nil }
            self = told(fact.meeting, [])
        default: return nil
        }
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
