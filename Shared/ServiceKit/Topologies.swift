import CloudEvents
package import Codec
package import Domain
package import Streams

// Which service reads and publishes which topics. Topics, consumer groups and co-partitioning derive from this file.

extension Topology {
    package static let intake = Topology(
        "intake", inputs: topics(.concernReports, .intakeRepartition, .mappings),
        outputs: topics(.intakeRepartition, .concernReceipts, .concerns, .children, .childKeys, .meetingCalls),
        families: [Codec.Topic.concernReceipts.rawValue],
        changelog: Topic(.intakeState), tables: ["reports", "numbers", "children"], globals: [counties, dataKeys])

    package static let mapping = Topology(
        "mapping", inputs: topics(.concerns, .mappingCommands, .mappingSteps),
        outputs: topics(.mappings, .cases, .meetingCalls, .mappingSteps),
        changelog: Topic(.mappingState), tables: ["cases"], globals: [counties, dataKeys])

    package static let meetings = Topology(
        "meetings", inputs: topics(.meetingCommands, .meetingCalls),
        outputs: topics(.meetings, .meetingCalls, .mappingSteps),
        changelog: Topic(.meetingsState), tables: ["meetings", "calendars", "rooms", "forums", "waiting"],
        globals: [counties, dataKeys])

    package static let notifications = Topology(
        "notifications", inputs: topics(.concerns, .mappings, .meetings, .noticeCommands, .noticeSteps),
        outputs: topics(.notices, .noticeSteps, .mappingSteps), changelog: Topic(.notificationsState),
        tables: [
            "taken", "delayed", "lanes", "digests", "upcoming", "failed", "relayed", "replies", "gathered", "erasing",
            "reporters",
        ],
        globals: [counties, dataKeys])

    /// The services of the suite.
    package static let suite = [intake, mapping, meetings, notifications]

    /// The directory, by county.
    package static let counties = GlobalTable(Codec.Topic.directory.rawValue) { _, bytes in
        try CountyDirectory(wire: bytes).county()
    }

    /// What a service reads and writes beside its stream, by application. Access is granted for it, too.
    package static let edges: [String: Edges] = [
        // The HTTP door publishes reports and shows receipts.
        intake.application: Edges(reads: [.directory, .concernReports, .concernReceipts], writes: [.concernReports]),
        // An invitation is sent while consent is in force (rule 13); what became of a notice is published.
        notifications.application: Edges(reads: [.cases], writes: [.noticeSteps]),
        desk: Edges(
            reads: [
                .directory, .childKeys, .children, .cases, .concerns, .mappings, .meetings, .notices, .accessLog,
                .concernReceipts,
            ],
            writes: [.concernReports, .mappingCommands, .meetingCommands, .noticeCommands, .accessLog]),
    ]

    /// The application of the pages for staff. It is no stream: it reads all facts into a view of its own, without a group, and
    /// writes what its people do and what they read.
    package static let desk = "desk"

    package struct Edges: Sendable {
        package var reads: [Codec.Topic] = []
        package var writes: [Codec.Topic] = []
    }

    private static func topics(_ topics: Codec.Topic...) -> [Topic] { topics.map { Topic($0) } }
}

extension Topology.Topic {
    package init(_ topic: Codec.Topic) {
        self.init(
            topic.rawValue, topic.isCompacted ? .compacted : .deleted, topic.isSingle ? .one : .keyed,
            isFromOutside: topic.isExternal)
    }
}

extension Turn {
    /// All counties, as last read by this thread.
    package var directory: Directory { Directory(all(Topology.counties)) }
}
