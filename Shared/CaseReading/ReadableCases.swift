package import CloudEvents
package import Codec

/// The cases as the policy of reading sees them, from the topics `cases` and `meetings`.
///
/// The topics may be read in any order and more than once.
package struct ReadableCases: Sendable {
    /// What is read.
    package static let topics: [Codec.Topic] = [.cases, .meetings]

    private var statuses: [String: CaseStatus] = [:]
    /// The staff of each meeting by its id, for each case.
    private var meetings: [String: [String: MeetingStaff]] = [:]

    package init() {}

    /// Takes over an event of either topic. Any other tells nothing, and neither does one that cannot be read.
    package mutating func apply(_ event: CloudEvents.Event) {
        if event.type == CaseStatus.eventType, let status = try? event.decode(CaseStatus.self) {
            statuses[status.caseReference] = status
        } else if let staff = MeetingStaff(event) {
            let known = meetings[staff.reference]?[staff.meeting]
            if let known, known.since > staff.since { return }
            meetings[staff.reference, default: [:]][staff.meeting] = staff
        }
    }

    /// The case is erased (rule 23).
    package mutating func forget(_ reference: String) {
        (statuses[reference], meetings[reference]) = (nil, nil)
    }

    /// A case as the policy sees it; nil for one that nobody knows.
    package subscript(reference: String) -> ReadableCase? {
        statuses[reference].map { ReadableCase($0, (meetings[reference] ?? [:]).values) }
    }
}
