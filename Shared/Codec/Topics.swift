/// The topics of the suite by name. Services communicate by these alone.
///
/// Commands are imperative and addressed to one service; facts are in the past tense and owned by one service.
package enum Topic: String, CaseIterable, Sendable {
    case concernReports = "concern-reports"
    case concernReceipts = "concern-receipts"
    case intakeRepartition = "intake-repartition"
    case concerns
    case children
    case mappingCommands = "mapping-commands"
    case mappingSteps = "mapping-steps"
    case mappings
    case cases
    case meetingCommands = "meeting-commands"
    case meetingCalls = "meeting-calls"
    case meetings
    case noticeCommands = "notice-commands"
    case noticeSteps = "notice-steps"
    case notices
    case accessLog = "access-log"
    case directory
    case deadLetters = "dead-letters"
    case intakeState = "intake-state"
    case mappingState = "mapping-state"
    case meetingsState = "meetings-state"
    case notificationsState = "notifications-state"

    /// Where one publisher finds its own receipts. It alone reads it, while `concern-receipts` is for the suite.
    package static func receipts(_ name: String) -> String { "\(concernReceipts.rawValue).\(name)" }

    /// Kafka keeps the latest value of each key for ever. Other topics keep all events for a time.
    package var isCompacted: Bool {
        switch self {
        case .children, .cases, .directory, .intakeState, .mappingState, .meetingsState, .notificationsState: true
        default: false
        }
    }

    /// Has one partition.
    package var isSingle: Bool { self == .directory || self == .deadLetters || self == .accessLog }

    /// Written by other systems and by people, in protobuf, proto3 JSON or structured CloudEvents. Internal commands
    /// are refused here.
    package var isExternal: Bool {
        switch self {
        case .concernReports, .mappingCommands, .meetingCommands, .noticeCommands: true
        default: false
        }
    }
}
