/// The topics of the suite by name: the whole of what the services have in common.
///
/// Commands are imperative and addressed to one service; facts are in the past tense and owned by one service.
public enum Topic: String, CaseIterable, Sendable {
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

    /// Holds the latest value of each key for ever; the others hold what happened.
    public var isCompacted: Bool {
        switch self {
        case .children, .cases, .directory, .intakeState, .mappingState, .meetingsState, .notificationsState: true
        default: false
        }
    }

    /// One partition is enough, and no key's order matters.
    public var isSingle: Bool { self == .directory || self == .deadLetters || self == .accessLog }

    /// Written by other systems and by people: proto3 JSON and structured CloudEvents are welcome. What services ask of
    /// each other travels elsewhere, and is refused here.
    public var isExternal: Bool {
        switch self {
        case .concernReports, .mappingCommands, .meetingCommands, .noticeCommands: true
        default: false
        }
    }
}
