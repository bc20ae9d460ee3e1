/// The topics of the suite by name. Services communicate by these alone.
///
/// Commands are imperative and addressed to one service; facts are in the past tense and owned by one service.
package enum Topic: String, CaseIterable, Sendable {
    case concernReports = "concern-reports"
    case concernReceipts = "concern-receipts"
    case intakeRepartition = "intake-repartition"
    case concerns
    case children
    case childKeys = "child-keys"
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

    /// How long Kafka keeps what lies on a topic.
    package enum Retention: Sendable, Hashable {
        /// The latest value of each key, for ever.
        case latest
        case forever
        case days(Int)
        /// As few days as the installation has set: what others send in clear.
        case brief
    }

    /// By purpose.
    package var retention: Retention {
        switch self {
        // State, and tables that every instance reads whole.
        case .children, .childKeys, .cases, .directory, .intakeState, .mappingState, .meetingsState,
            .notificationsState:
            .latest
        // What has happened in a case (rule 20) and who has opened it (rule 22). Only erasure ends it.
        case .concerns, .mappings, .meetings, .notices, .accessLog: .forever
        // Publishers send reports in clear, with the child's name and number. They are kept while Intake may be down.
        case .concernReports, .intakeRepartition: .brief
        // As long as reports are known again.
        case .concernReceipts: .days(30)
        // Commands are answered by facts. They are kept while a service may be down.
        case .mappingCommands, .mappingSteps, .meetingCommands, .meetingCalls, .noticeCommands, .noticeSteps: .days(30)
        // They wait for a person, who may be on leave.
        case .deadLetters: .days(90)
        }
    }

    /// Kafka keeps the latest value of each key for ever. Other topics keep all events for a time.
    package var isCompacted: Bool { retention == .latest }

    /// Has one partition.
    package var isSingle: Bool { [.directory, .childKeys, .deadLetters, .accessLog].contains(self) }

    /// Written by other systems and by people, in protobuf, proto3 JSON or structured CloudEvents. Internal commands
    /// are refused here.
    package var isExternal: Bool {
        switch self {
        case .concernReports, .mappingCommands, .meetingCommands, .noticeCommands: true
        default: false
        }
    }
}
