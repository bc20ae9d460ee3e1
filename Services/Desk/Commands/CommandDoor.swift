import CloudEvents
import Codec
import Domain
import Foundation
import GRDB
import Kafka
import ServiceKit
import Views

/// Passes on what people do, and finds out what became of it.
///
/// A command is sealed, signed with the desk's key for whoever has signed in, and written to Kafka. Its answer is the fact or
/// the refusal that names it as its cause. The page that follows is shown once the view has that answer, so that nobody sees
/// an old page after pressing a button.
struct CommandDoor: Sendable {
    /// What became of a command.
    enum Answer: Sendable {
        case happened([Event])
        case refused(CommandRefused)
        /// It is on its topic for good. What follows from it has not come yet.
        case pending

        var outcome: Outcome {
            switch self {
            case .happened: .happened
            case .refused: .refused
            case .pending: .pending
            }
        }
    }

    /// What became of a command or a report, in the metric `desk_commands_total`. What was sent twice counts once.
    enum Outcome: String, CaseIterable, Sendable {
        case happened, refused, pending
        /// Kafka has not confirmed it.
        case unsent
    }

    /// A command and where it goes.
    struct Command: Sendable {
        var payload: any EventPayload
        /// The form's own id: the same form sent twice is the same command.
        var id: String
        var topic: Topic
        /// The case that it is about; nil for none.
        var reference: String?
        /// The record's key: what the service keeps its order by.
        var key: String
        var source = "desk"

        /// A command about a case.
        init(_ payload: any EventPayload, id: String, to topic: Topic, about reference: String) {
            (self.payload, self.id, self.topic) = (payload, id, topic)
            (self.reference, key) = (reference, reference)
        }

        init(_ payload: any EventPayload, id: String, to topic: Topic, key: String) {
            (self.payload, self.id, self.topic, self.key) = (payload, id, topic, key)
        }
    }

    let view: any ViewReading
    let keys: KeyEncryptionKeys
    let door: DoorKey
    /// Writes a record, and returns when Kafka has it for good.
    let send: @Sendable (ProducerRecord) async throws -> Void
    /// The topic's name on the broker.
    let physical: @Sendable (Topic) -> String
    /// How long an answer is waited for.
    var patience: Duration = .seconds(10)
    /// A status follows its fact in the same transaction, so it comes within a moment, or does not change.
    var moment: Duration = .milliseconds(200)
    var now: @Sendable () -> Date = { Date() }
    var counter = LabelledCounter<Outcome>("desk_commands_total", label: "answer")

    /// Whether a text can be a form's id.
    static func isId(_ text: String) -> Bool { UUID(uuidString: text) != nil }

    /// Gives a command, and waits for what becomes of it.
    ///
    /// - Throws: `ViewNotReady`; `KafkaError` where the command could not be written: then nothing has happened, and the form
    ///   can be sent again.
    func give(_ command: Command, by person: SignedIn) async throws -> Answer {
        let reader = try view.reader()
        if let answer = try await reader.read({ try Self.answer(to: command, $0) }) { return answer }
        try await write(command, by: person, reader)
        let answer = try await answer(to: command, reader)
        counter.count(answer.outcome)
        return answer
    }

    /// Writes a command, sealed and signed. It has happened when Kafka has it.
    ///
    /// - Throws: `KafkaError` where it could not be written.
    func write(_ command: Command, by person: SignedIn, _ reader: any DatabaseReader) async throws {
        let event = try await sealed(command, reader)
        let signed = try door.sign(event, for: person.person, person.assurance, loggedIn: person.at, now: now())
        let record = ProducerRecord(
            topic: physical(command.topic), key: Bytes(command.key.utf8), value: signed.asSent, headers: signed.headers)
        do { try await send(record) } catch {
            counter.count(.unsent)
            throw error
        }
    }

    private func sealed(_ command: Command, _ reader: any DatabaseReader) async throws -> Event {
        func event(_ payload: some EventPayload) throws -> Event {
            try Event(id: command.id, source: command.source, time: now(), subject: command.reference, payload)
        }
        let open = try event(command.payload)
        let keys = keys
        return try await reader.read { db in
            try CaseKeys(keys, of: command.reference.map { [$0] } ?? [], db).seal(open)
        }
    }

    private func answer(to command: Command, _ reader: any DatabaseReader) async throws -> Answer {
        let answer = try await Self.first(within: patience, in: reader) { try Self.answer(to: command, $0) }
        if case .happened = answer, let reference = command.reference {
            _ = try await Self.first(within: moment, in: reader) { db in
                try db.status(of: reference, isFrom: command.id) ? true : nil
            }
        }
        return answer ?? .pending
    }

    private static func answer(to command: Command, _ db: Database) throws -> Answer? {
        let facts = try db.consequences(of: command.id)
        if facts.isEmpty { return nil }
        for fact in facts where fact.type == CommandRefused.eventType {
            return .refused(try fact.decode(CommandRefused.self))
        }
        return .happened(facts)
    }

    /// The first value that a query gives; nil if there is none in time.
    static func first<Value: Sendable>(
        within duration: Duration, in reader: any DatabaseReader,
        _ query: @escaping @Sendable (Database) throws -> Value?
    ) async throws -> Value? {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                for try await value in ValueObservation.tracking({ try query($0) }).values(in: reader) {
                    if let value { return value }
                }
                return nil
            }
            group.addTask {
                try await Task.sleep(for: duration)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}

/// Where pages read from.
protocol ViewReading: Sendable {
    /// - Throws: `ViewNotReady` until the view is whole.
    func reader() throws -> any DatabaseReader
}

extension ViewFollower: ViewReading {}
