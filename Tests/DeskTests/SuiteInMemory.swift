import CloudEvents
import Codec
import Domain
import Foundation
import GRDB
import IntakeCore
import Kafka
import ServiceKit
import Streams
import StreamsTesting
import SwiftProtobuf
import TestSupport
import Testing
import Views

@testable import desk
@testable import intake
@testable import mapping
@testable import meetings
@testable import notifications

/// The four services and the desk's view in memory, without Kafka: what one publishes, the others read at once.
///
/// Contents are in clear here; that they are sealed is tested elsewhere.
final class SuiteInMemory: Sendable {
    private struct Services {
        var intake: ProcessorTester<IntakeProcessor>
        var mapping: ProcessorTester<MappingProcessor>
        var meetings: ProcessorTester<MeetingsProcessor>
        var notifications: ProcessorTester<NotificationsProcessor>
        /// How much of what each has published was passed on.
        var passed = [0, 0, 0, 0]

        /// What was published since.
        mutating func news() -> [(topic: String, key: String, event: Event)] {
            let all = [intake.published, mapping.published, meetings.published, notifications.published]
            let news = zip(all, passed).flatMap { $0.dropFirst($1) }
            passed = all.map(\.count)
            return news
        }
    }

    /// What is about no case is sealed under the desk's own key, as on Kafka.
    static let keys = example("1 q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=")

    private static func example(_ text: String) -> KeyEncryptionKeys {
        do { return try KeyEncryptionKeys(text) } catch { preconditionFailure("the example keys: \(error)") }
    }

    private let services: Guarded<Services>
    let view: MemoryView

    init(_ message: CountyDirectory = ExampleCounty.message, now: Date = ExampleCounty.monday) throws {
        let directory = Directory([message.code: try message.county()])
        let writer = NoticeWriter(
            sender: try #require(EmailAddress("tillsammans@example.org")), caseLink: "https://example.org/case/",
            replySecret: try KeySecret("only-for-tests-and-no-real-child-at-all"), templates: try Templates())
        services = Guarded(
            Services(
                intake: ProcessorTester(
                    IntakeProcessor(secrets: KeySecrets(try KeySecret("a-secret-of-at-least-32-characters"))),
                    application: "intake", directory: directory, now: now),
                mapping: ProcessorTester(MappingProcessor(), application: "mapping", directory: directory, now: now),
                meetings: ProcessorTester(MeetingsProcessor(), application: "meetings", directory: directory, now: now),
                notifications: ProcessorTester(
                    NotificationsProcessor(writer: writer), application: "notifications", directory: directory,
                    now: now)))
        view = try MemoryView()
        try view.apply(
            Event(id: "directory", source: "test", time: now, message), topic: .directory, key: message.code)
    }

    /// What Kafka would get from a producer.
    func send(_ record: ProducerRecord) throws {
        guard let topic = Topic(rawValue: record.topic) else { return }
        let sealed = try Event(headers: record.headers, value: record.value, received: now)
        let opened = try view.reader().read { try CaseKeys(Self.keys, of: [], $0).open(sealed) }
        try deliver(opened ?? sealed, String(decoding: record.key ?? [], as: UTF8.self), topic)
    }

    /// An event from outside the desk: a report of another system's, or an answer by mail.
    func send(_ payload: some EventPayload, id: String = UUID().uuidString, key: String, to topic: Topic) throws {
        try deliver(Event(id: id, source: "test", time: now, subject: nil, payload), key, topic)
    }

    var now: Date { services.with { $0.mapping.now } }

    /// Reminders that are due on the way fire.
    func advance(to later: Date) throws {
        try services.with { services in
            try services.intake.advance(to: later)
            try services.mapping.advance(to: later)
            try services.meetings.advance(to: later)
            try services.notifications.advance(to: later)
        }
        try settle()
    }

    private func deliver(_ event: Event, _ key: String, _ topic: Topic) throws {
        try read(event, key, topic)
        try settle()
    }

    private func read(_ event: Event, _ key: String, _ topic: Topic) throws {
        try services.with { services in
            func isInput(of application: String) -> Bool {
                Topology.suite.first { $0.application == application }?.inputs
                    .contains { $0.name == topic.rawValue } ?? false
            }
            let name = topic.rawValue
            if isInput(of: "intake") { try services.intake.process(event, key: key, topic: name) }
            if isInput(of: "mapping") { try services.mapping.process(event, key: key, topic: name) }
            if isInput(of: "meetings") { try services.meetings.process(event, key: key, topic: name) }
            if isInput(of: "notifications") { try services.notifications.process(event, key: key, topic: name) }
        }
        if DeskView.read.contains(topic) { try view.apply(event, topic: topic, key: key) }
    }

    /// Passes on what has been published, until nothing is left.
    private func settle() throws {
        while true {
            let news = services.with { $0.news() }
            if news.isEmpty { return }
            for (topic, key, event) in news {
                guard let topic = Topic(rawValue: topic) else { continue }
                try read(event, key, topic)
            }
        }
    }
}

/// A value that one thread at a time may use.
final class Guarded<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    init(_ value: Value) { self.value = value }

    func with<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        try lock.withLock { try body(&value) }
    }
}

/// The desk's view in a database in memory.
final class MemoryView: ViewReading {
    private let database: DatabaseQueue
    private let count = Guarded(Int64(0))
    private let executed: Guarded<Set<String>>

    /// The statements that have been executed, without their values.
    var statements: Set<String> { executed.with { $0 } }

    init() throws {
        let executed = Guarded<Set<String>>([])
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            db.trace { event in
                guard case .statement(let statement) = event else { return }
                executed.with { _ = $0.insert(statement.sql) }
            }
        }
        self.executed = executed
        database = try DatabaseQueue(configuration: configuration)
        var migrator = DatabaseMigrator()
        DeskView().registerMigrations(in: &migrator)
        try migrator.migrate(database)
    }

    func reader() throws -> any DatabaseReader { database }

    func apply(_ event: Event?, topic: Topic, key: String) throws {
        let offset = count.with { count in
            count += 1
            return count
        }
        let place = RecordPlace(
            topic: topic.rawValue, partition: 0, offset: offset, key: key, written: event?.time ?? .distantPast)
        try database.write { try DeskView().apply(event, from: place, in: $0) }
    }
}

extension SuiteInMemory {
    /// A concern about a pupil, whose named person is `head-school`.
    static let report = ConcernReported.with {
        ($0.personalNumber, $0.name, $0.municipality) = ("20170315-2387", "Kim Exempelbarn", "0001")
        ($0.stage, $0.unit, $0.areas) = ("school", "school", ["safety", "home"])
        ($0.observation, $0.strengths) = ("Kim är ofta ensam på rasterna.", ["Kim ritar gärna."])
        $0.observedAt = .init(ExampleCounty.monday - 3_600)
        $0.reporter = .with {
            ($0.name, $0.role, $0.organisation) = ("Mia Mentor", "mentor", "education")
            $0.email = "mia@example.org"
        }
        $0.guardians = [
            .with { ($0.name, $0.email) = ("Gun Exempelförälder", "gun@example.org") },
            .with { ($0.name, $0.email) = ("Göran Exempelförälder", "goran@example.org") },
        ]
    }
}
