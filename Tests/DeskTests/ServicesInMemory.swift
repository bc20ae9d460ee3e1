import CloudEvents
import Codec
import Domain
import Foundation
import IntakeCore
import ServiceKit
import Streams
import StreamsTesting
import TestSupport
import Testing

@testable import intake
@testable import mapping
@testable import meetings
@testable import notifications

/// The four services in memory, without Kafka: what one publishes, those read at once whose topology has its topic as an input.
///
/// Contents are in clear here; that they are sealed is tested elsewhere.
struct ServicesInMemory {
    private(set) var intake: ProcessorTester<IntakeProcessor>
    private(set) var mapping: ProcessorTester<MappingProcessor>
    private(set) var meetings: ProcessorTester<MeetingsProcessor>
    private(set) var notifications: ProcessorTester<NotificationsProcessor>
    /// What lies on the suite's topics, in the order in which it was written.
    private(set) var written: [Written] = []
    /// What an application has not read of a topic yet, in the order in which it was written.
    private var unread: [Lane: [(number: Int, record: Written)]] = [:]
    /// How much of what each has published was passed on.
    private var passed = [0, 0, 0, 0]

    private struct Lane: Hashable {
        var application: String
        var topic: Topic
    }

    struct Written: Sendable {
        var topic: Topic
        var key: String
        var event: Event
    }

    init(_ directory: Directory, now: Date) throws {
        let writer = NoticeWriter(
            sender: try #require(EmailAddress("tillsammans@example.org")), caseLink: "https://example.org/case/",
            replySecret: try KeySecret("only-for-tests-and-no-real-child-at-all"), templates: try Templates())
        intake = ProcessorTester(
            IntakeProcessor(secrets: KeySecrets(try KeySecret("a-secret-of-at-least-32-characters"))),
            application: "intake", directory: directory, now: now)
        mapping = ProcessorTester(MappingProcessor(), application: "mapping", directory: directory, now: now)
        meetings = ProcessorTester(MeetingsProcessor(), application: "meetings", directory: directory, now: now)
        notifications = ProcessorTester(
            NotificationsProcessor(writer: writer), application: "notifications", directory: directory, now: now)
    }

    var now: Date { mapping.now }

    /// The directory, as all services read it.
    var directory: Directory {
        get { mapping.directory }
        set {
            intake.directory = newValue
            mapping.directory = newValue
            meetings.directory = newValue
            notifications.directory = newValue
        }
    }

    /// Writes an event to a topic, and passes on what follows from it until nothing is left.
    mutating func write(_ event: Event, key: String, to topic: Topic) throws {
        append(event, key: key, to: topic)
        try settle()
    }

    /// Writes several events at once. As on Kafka, each service reads each topic in its order, and topics and services in any.
    mutating func write(
        _ events: [(event: Event, key: String, topic: Topic)], inAnyOrder generator: inout some RandomNumberGenerator
    ) throws {
        for (event, key, topic) in events { append(event, key: key, to: topic) }
        passOn()
        while let lane = unread.keys.sorted(by: { place($0) < place($1) }).randomElement(using: &generator) {
            try readNext(lane)
        }
    }

    /// Reminders that are due on the way fire, and what follows from one is read before the next.
    mutating func advance(to later: Date) throws {
        while let due = nextReminder, due <= later {
            try turnClocks(to: due)
            try settle()
        }
        try turnClocks(to: later)
    }

    private var nextReminder: Date? {
        [intake.reminders, mapping.reminders, meetings.reminders, notifications.reminders].compactMap(\.first?.due)
            .min()
    }

    private mutating func turnClocks(to instant: Date) throws {
        try intake.advance(to: instant)
        try mapping.advance(to: instant)
        try meetings.advance(to: instant)
        try notifications.advance(to: instant)
    }

    /// What was written first is read first.
    private mutating func settle() throws {
        passOn()
        while let lane = unread.keys.min(by: { place($0) < place($1) }) { try readNext(lane) }
    }

    private func place(_ lane: Lane) -> (Int, String) { (unread[lane]?.first?.number ?? 0, lane.application) }

    private mutating func readNext(_ lane: Lane) throws {
        guard let record = unread[lane]?.removeFirst().record else { return }
        if unread[lane]?.isEmpty == true { unread[lane] = nil }
        let (event, key, topic) = (record.event, record.key, record.topic.rawValue)
        switch lane.application {
        case Topology.intake.application: try intake.process(event, key: key, topic: topic)
        case Topology.mapping.application: try mapping.process(event, key: key, topic: topic)
        case Topology.meetings.application: try meetings.process(event, key: key, topic: topic)
        case Topology.notifications.application: try notifications.process(event, key: key, topic: topic)
        default: Issue.record("\(lane.application) is not in memory")
        }
        passOn()
    }

    /// What the services have published lies on its topics.
    private mutating func passOn() {
        let all = [intake.published, mapping.published, meetings.published, notifications.published]
        let news = zip(all, passed).flatMap { $0.dropFirst($1) }
        passed = all.map(\.count)
        for (topic, key, event) in news {
            if let topic = Topic(rawValue: topic) { append(event, key: key, to: topic) }
        }
    }

    private mutating func append(_ event: Event, key: String, to topic: Topic) {
        let record = Written(topic: topic, key: key, event: event)
        written.append(record)
        for application in Self.readers[topic, default: []] {
            unread[Lane(application: application, topic: topic), default: []].append((written.count, record))
        }
    }

    /// The applications that read a topic.
    private static let readers: [Topic: [String]] = Dictionary(
        grouping: Topology.suite.flatMap { topology in
            topology.inputs.compactMap { Topic(rawValue: $0.name) }.map { (topic: $0, topology.application) }
        }, by: \.topic
    ).mapValues { $0.map(\.1) }
}
