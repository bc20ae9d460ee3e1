import CloudEvents
import Codec
import Foundation
import Kafka
import ServiceKit
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import tillsammans

/// What is attacked: the four executables on a broker of the test's own, or a county's installation.
///
///     kubectl port-forward statefulset/intake 8081 &
///     ATTACK_DOOR_URL=http://127.0.0.1:8081 ATTACK_SOURCE=urn:my-school ATTACK_TOKEN=… ATTACK_REPORT=report.json \
///         KAFKA_BOOTSTRAP_SERVERS=kafka.example.org:9092 make attack
///
/// The door must be on loopback, so that nobody attacks an address by mistake. Refused receipts and dead letters stay on
/// the topics: take an installation for trying. The attacks on a case need one that they may spoil: they are run on the
/// test's own broker alone.
struct Installation: Sendable {
    let port: Int
    let source: String
    let token: String
    /// A report that the installation takes, as JSON.
    let report: @Sendable (Int) throws -> Bytes
    let connection: Connection
    /// A case that may be spoilt; nil at a county's installation.
    let ownCase: AttackedCase?
    /// The invitations that have been mailed so far.
    let invitations: @Sendable () -> [Invitation]
    /// What Intake has logged; nil where its log is not at hand.
    let log: @Sendable () async -> String?

    static func with(_ body: (Installation) async throws -> Void) async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let door = environment["ATTACK_DOOR_URL"] else {
            return try await RunningSuite.with { suite in
                try await eventually("the door") { await suite.doorPort != nil }
                let topics = AttackedCase.topics
                try await EventFeed.reading(suite.connection, topics, fromBeginning: false, opens: true) { feed in
                    try await body(Installation(suite, AttackedCase(feed, on: suite.connection)))
                }
            }
        }
        let url = try #require(URL(string: door))
        try #require(url.scheme == "http" && ["127.0.0.1", "localhost"].contains(url.host), "the door is on loopback")
        let file = try Data(contentsOf: URL(filePath: try #require(environment["ATTACK_REPORT"])))
        try await body(
            Installation(
                port: try #require(url.port), source: try #require(environment["ATTACK_SOURCE"]),
                token: try #require(environment["ATTACK_TOKEN"]),
                report: { number in
                    // Each says something else, as reports do.
                    var report = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
                    report["observation"] = "Försök \(number)"
                    return try Bytes(JSONSerialization.data(withJSONObject: report))
                },
                connection: Connection(
                    bootstrapServers: try #require(environment["KAFKA_BOOTSTRAP_SERVERS"]),
                    prefix: environment["TOPIC_PREFIX"] ?? "")))
    }

    private init(_ suite: RunningSuite, _ ownCase: AttackedCase) async throws {
        self.init(
            port: try #require(await suite.doorPort), source: "urn:test", token: RunningSuite.token,
            report: { number in
                var report = ExampleCountyReport.message
                report.personalNumber = ExampleCountyReport.number(number)
                return try Bytes(report.jsonUTF8Data())
            }, connection: suite.connection, ownCase: ownCase,
            invitations: { suite.messages().compactMap(Invitation.init(message:)) },
            log: { await suite.log(of: "intake") })
    }

    private init(
        port: Int, source: String, token: String, report: @escaping @Sendable (Int) throws -> Bytes,
        connection: Connection, ownCase: AttackedCase? = nil,
        invitations: @escaping @Sendable () -> [Invitation] = { [] },
        log: @escaping @Sendable () async -> String? = { nil }
    ) {
        (self.port, self.source, self.token, self.report) = (port, source, token, report)
        (self.connection, self.ownCase, self.invitations, self.log) = (connection, ownCase, invitations, log)
    }

    // MARK: The door

    /// A report over HTTP: its status, or "cut" where there was no answer.
    func post(
        id: String = "attack-\(UUID().uuidString)", type: String = ConcernReported.eventType, token: String? = nil,
        source: String? = nil, _ body: Bytes
    ) async throws -> String {
        let headers = [
            "Authorization": "Bearer \(token ?? self.token)", "Content-Type": "application/json",
            "ce-specversion": "1.0", "ce-id": id, "ce-source": source ?? self.source, "ce-type": type,
        ]
        return Self.text(
            try await RawHTTP.send("POST", "/v1/concerns", port: port, headers: headers, body: body))
    }

    static func text(_ answer: RawHTTP.Answer?) -> String { answer.map { "\($0.status)" } ?? "cut" }

    /// The receipt of a report of this source; nil where there is none yet.
    func receipt(_ id: String) async throws -> String? {
        let answer = try await RawHTTP.send(
            "GET", "/v1/concerns/\(id)", port: port, headers: ["Authorization": "Bearer \(token)"])
        return answer?.status == 200 ? answer?.body : nil
    }

    /// Sends a good report, and waits for its receipt.
    func reportsStillPass(_ number: Int) async throws {
        let id = "good-\(UUID().uuidString)"
        let report = try report(number)
        try await eventually("a good report to be accepted", within: .seconds(20)) {
            try await post(id: id, report) == "202"
        }
        try await eventually("its receipt", within: .seconds(20)) { try await receipt(id) != nil }
    }

    // MARK: The topics

    func send(_ records: [ProducerRecord]) async throws {
        let producer = try Producer(connection.properties)
        for record in records { try await producer.send(record) }
    }

    /// Waits for as many dead letters as `body` sends records that are no events.
    func deadLetters(_ count: Int, of body: () async throws -> Void) async throws -> [String] {
        try await EventFeed.reading(connection, [.deadLetters], fromBeginning: false) { feed in
            try await body()
            let seen = Mutex(0)
            do {
                return try await within(.seconds(30), waitingFor: "dead letters") {
                    for try await _ in feed.items
                    where seen.withLock({
                        $0 += 1; return $0 == count
                    }) { break }
                    return ["dead letters"]
                }
            } catch { throw CommandFault("\(seen.withLock(\.self)) of \(count) dead letters came (\(error))") }
        }
    }

    /// The codes with which a command is refused.
    func refusal(of id: String, on topic: Topic, _ record: ProducerRecord) async throws -> [String] {
        try await EventFeed.reading(connection, [topic], fromBeginning: false) { feed in
            try await send([record])
            return try await within(.seconds(20), waitingFor: "the answer to \(id)") {
                for try await item in feed.items {
                    guard let refused = try? item.event?.decode(CommandRefused.self), refused.commandID == id else {
                        continue
                    }
                    return refused.reasons.map(\.code)
                }
                return []
            }
        }
    }
}
