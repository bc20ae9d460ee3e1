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
    /// What is about no case is sealed under the desk's own key, as on Kafka.
    static let keys = example("1 q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=")

    private static func example(_ text: String) -> KeyEncryptionKeys {
        do { return try KeyEncryptionKeys(text) } catch { preconditionFailure("the example keys: \(error)") }
    }

    private struct Suite {
        var services: ServicesInMemory
        /// How much of what was written the view has read.
        var viewed = 0
    }

    private let suite: Guarded<Suite>
    let view: MemoryView

    init(_ message: CountyDirectory = ExampleCounty.message, now: Date = ExampleCounty.monday) throws {
        let directory = Directory([message.code: try message.county()])
        suite = Guarded(Suite(services: try ServicesInMemory(directory, now: now)))
        view = try MemoryView()
        try view.apply(
            Event(id: "directory", source: "test", time: now, message), topic: .directory, key: message.code)
    }

    /// What Kafka would get from a producer.
    func send(_ record: ProducerRecord) throws {
        guard let topic = Topic(rawValue: record.topic) else { return }
        let sealed = try Event(headers: record.headers, value: record.value, received: now)
        let opened = try view.reader().read { try CaseKeys(Self.keys, of: [], $0).open(sealed) }
        let key = String(decoding: record.key ?? [], as: UTF8.self)
        try change { try $0.write(opened ?? sealed, key: key, to: topic) }
    }

    /// An event from outside the desk: a report of another system's, or an answer by mail.
    func send(_ payload: some EventPayload, id: String = UUID().uuidString, key: String, to topic: Topic) throws {
        let event = try Event(id: id, source: "test", time: now, subject: nil, payload)
        try change { try $0.write(event, key: key, to: topic) }
    }

    var now: Date { suite.with { $0.services.now } }

    /// Reminders that are due on the way fire.
    func advance(to later: Date) throws { try change { try $0.advance(to: later) } }

    /// The view reads what was written.
    private func change(_ body: (inout ServicesInMemory) throws -> Void) throws {
        try suite.with { suite in
            try body(&suite.services)
            for record in suite.services.written[suite.viewed...] where DeskView.read.contains(record.topic) {
                try view.apply(record.event, topic: record.topic, key: record.key)
            }
            suite.viewed = suite.services.written.count
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
