import Codec
import Domain
import Streams

// Who reads and publishes what. Topics, groups and what must be co-partitioned follow from here and from nowhere else.

extension Topology {
    public static let intake = Topology(
        "intake", inputs: topics(.concernReports, .intakeRepartition, .mappings),
        outputs: topics(.intakeRepartition, .concernReceipts, .concerns, .children, .meetingCalls),
        changelog: Topic(.intakeState), tables: ["reports", "children"], globals: [counties])

    public static let mapping = Topology(
        "mapping", inputs: topics(.concerns, .mappingCommands, .mappingSteps),
        outputs: topics(.mappings, .cases, .meetingCalls),
        changelog: Topic(.mappingState), tables: ["cases"], globals: [counties])

    public static let meetings = Topology(
        "meetings", inputs: topics(.meetingCommands, .meetingCalls), outputs: topics(.meetings, .mappingSteps),
        changelog: Topic(.meetingsState), tables: ["meetings", "calendars", "rooms", "forums"], globals: [counties])

    public static let notifications = Topology(
        "notifications", inputs: topics(.concerns, .mappings, .meetings, .noticeCommands, .noticeSteps),
        outputs: topics(.notices, .noticeSteps), changelog: Topic(.notificationsState),
        tables: ["taken", "delayed", "lanes", "digests", "upcoming", "failed"], globals: [counties])

    /// The services of the suite.
    public static let suite = [intake, mapping, meetings, notifications]

    /// The directory, by county.
    public static let counties = GlobalTable(Codec.Topic.directory.rawValue) { _, bytes in
        try CountyDirectory(wire: bytes).county()
    }

    private static func topics(_ topics: Codec.Topic...) -> [Topic] { topics.map { Topic($0) } }
}

extension Topology.Topic {
    public init(_ topic: Codec.Topic) {
        self.init(topic.rawValue, topic.isCompacted ? .compacted : .deleted, topic.isSingle ? .one : .keyed)
    }
}

extension Turn {
    /// All counties, as of the last change that this thread has seen.
    public var directory: Directory { Directory(all(Topology.counties)) }
}
