import CloudEvents
import Codec
import Foundation
import Kafka
import ServiceKit
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

/// The worked example's case, with a meeting that stands and has moved once.
actor AttackedCase {
    nonisolated let reference: String
    private var play: Play
    private let detected: ConcernReceipt.Registered
    private let meeting: Meeting
    private var isClosed = false

    /// Plays the example until its meeting has moved, while `feed` reads.
    init(_ feed: EventFeed, on connection: Connection) async throws {
        var play = try Play(
            WorkedExampleTests.example, WorkedExample.fictionalNumber(), connection, Facts(feed))
        let (detected, opened) = try await play.detect()
        try await play.map(detected, opened)
        meeting = try await play.meet(detected)
        (self.play, self.detected) = (play, detected)
        reference = detected.caseReference
    }

    static let topics: [Topic] = [.concernReceipts, .concerns, .mappings, .meetings, .notices]

    /// The meeting is held, its plan followed up, and the case closed.
    func close() async throws {
        if isClosed { return }
        isClosed = true
        var play = play
        try await play.followUp(detected, meeting)
        self.play = play
    }
}

extension Installation {
    /// The case; nil at an installation that is not the test's own.
    private var attacked: AttackedCase { get throws { try #require(ownCase) } }

    func closeCase() async throws { try await attacked.close() }

    /// Gives a mail to the door, and says which facts followed on `meetings`.
    ///
    /// - Parameter make: makes it from the newest invitations of two of those invited.
    func mail(_ make: (Invitation, Invitation) throws -> Mail) async throws -> [String] {
        let invitations = invitations().filter { $0.uid.hasPrefix(ownCase?.reference ?? "") }
        let newest = invitations.map(\.sequence).max() ?? 0
        let two = invitations.filter { $0.sequence == newest }.sorted { $0.attendee < $1.attendee }
        let (first, second) = try (#require(two.first), #require(two.dropFirst().first))
        let text = try make(first, second).text
        return try await meetingFacts { try await receive(text) }
    }

    private func receive(_ mail: String) async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/mail"
        try mail.write(toFile: path, atomically: true, encoding: .utf8)
        let process = try ChildProcess(
            "tillsammans", arguments: ["mail", "receive"],
            environment: [
                "KAFKA_BOOTSTRAP_SERVERS": connection.bootstrapServers, "TOPIC_PREFIX": connection.prefix,
                "REPLY_SECRET": RunningSuite.secret, "MAIL_AUTHSERV_ID": "mx.example.org",
                "DOOR_KEY_FILE": connection.doorKeyFile?.replacing("operator.jwk", with: "mail.jwk") ?? "",
                "KEY_ENCRYPTION_KEY_FILE": connection.keyFile ?? "", "CLOCK_FILE": connection.clock.file ?? "",
                "CLOCK_IS_LED_BY_TESTS": "1",
            ], input: path)
        try await process.ended()
        try #require(process.exitCode == 0, "\(process.text)")
    }

    /// The kinds of facts that follow on `meetings` from what `body` does; "nothing" for none.
    private func meetingFacts(_ body: () async throws -> Void) async throws -> [String] {
        try await EventFeed.reading(connection, [.meetings], fromBeginning: false) { feed in
            try await body()
            // Commands of one county are taken in order: what comes before this one's refusal came of `body`.
            let last = try connection.signed(
                Event(
                    id: "last-\(UUID().uuidString)", source: "urn:attack", time: connection.now,
                    AnswerMeeting.with {
                        ($0.caseReference, $0.county) = ("SRM-0", "SRM")
                        ($0.person, $0.answer) = ("nykoping-rektor", "accepted")
                    }), for: "nykoping-rektor")
            try await send([connection.record(last, to: .meetingCommands, key: "SRM")])
            return try await within(.seconds(20), waitingFor: "the end of what followed") {
                var kinds: [String] = []
                for try await item in feed.items {
                    guard let event = item.event else { continue }
                    if (try? event.decode(CommandRefused.self))?.commandID == last.id { break }
                    kinds.append(event.type.split(separator: ".").dropLast().last.map(String.init) ?? "")
                }
                return kinds.isEmpty ? ["nothing"] : kinds
            }
        }
    }

    /// The codes with which a command about the case is refused that lies on each partition of its topic.
    func refusals(everywhere command: some EventPayload, by person: String?) async throws -> [String] {
        var codes: [String] = []
        for partition in 0..<(try await partitions(of: .mappingCommands)) {
            let (id, record) = try record(event(command, by: person), on: partition)
            codes += try await refusal(of: id, on: .mappings, record)
        }
        return codes
    }

    /// Sends a command about the case to each partition of its topic, and says whether it is carried out.
    func isCarriedOut<Fact: EventPayload>(
        everywhere command: some EventPayload, by person: String, _ fact: Fact.Type
    ) async throws -> [String] {
        let attacked = try attacked
        let event = try event(command, by: person)
        let records = (0..<(try await partitions(of: .mappingCommands))).map { record(event, on: $0).1 }
        return try await EventFeed.reading(connection, [.mappings], fromBeginning: false) { feed in
            try await send(records)
            return try await within(.seconds(20), waitingFor: "the fact") {
                for try await item in feed.items {
                    guard let event = item.event, event.subject == attacked.reference else { continue }
                    if let refused = try? event.decode(CommandRefused.self) { return refused.reasons.map(\.code) }
                    if (try? event.decode(fact)) != nil { return ["carried out"] }
                }
                return []
            }
        }
    }

    /// The codes with which a command about the case is refused, as it is after `forge`.
    func refusal(of command: some EventPayload, _ forge: (Event) throws -> Event) async throws -> [String] {
        let (id, record) = try record(forge(event(command, by: nil)), on: 0)
        return try await refusal(of: id, on: .mappings, record)
    }

    /// - Parameter person: whom the command line's door proves; nil: nobody.
    private func event(_ command: some EventPayload, by person: String?) throws -> Event {
        let event = try Event(
            id: "attack-\(UUID().uuidString)", source: "urn:attack", time: connection.now, subject: attacked.reference,
            command)
        return try person.map { try connection.signed(event, for: $0) } ?? event
    }

    private func record(_ event: Event, on partition: Int32) -> (id: String, ProducerRecord) {
        (
            event.id,
            ProducerRecord(
                topic: connection.topic(.mappingCommands), partition: partition, key: Bytes(UUID().uuidString.utf8),
                value: event.data, headers: event.headers)
        )
    }

    private func partitions(of topic: Topic) async throws -> Int32 {
        let (name, connection) = (connection.topic(topic), connection)
        return try await DedicatedThread.run(name: "partitions") {
            Int32(try Admin(connection.properties).topics(timeout: 10_000)[name] ?? 0)
        }
    }
}
