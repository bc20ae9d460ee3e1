import CloudEvents
import Codec
import Foundation
import Kafka
import ServiceKit
import SwiftProtobuf
import TestSupport
import Testing

@testable import tillsammans

/// The suite's executables on a broker of a test's own, each of which the test may kill and start again.
actor RunningSuite {
    nonisolated let broker: TestBroker
    nonisolated let folder = TemporaryFolder()
    nonisolated let keyFile: String
    private var services: [String: ChildProcess] = [:]
    private var ended: [(service: String, process: ChildProcess)] = []

    nonisolated var connection: Connection {
        Connection(
            bootstrapServers: broker.bootstrapServers, prefix: broker.prefix,
            doorKeyFile: folder.path + "/keys/operator.jwk", keyFile: keyFile, clock: SuiteClock(file: clockFile))
    }
    /// A case is led to its end on every Kafka, though its meeting is days ahead.
    private nonisolated var clockFile: String { folder.path + "/clock" }
    nonisolated var mailFolder: String { folder.path + "/mail" }

    private init() throws {
        broker = try TestBroker()
        keyFile = try folder.keyFile()
    }

    /// Runs `body` beside a running suite, and leaves nothing behind.
    ///
    /// - Parameter compacted: settings of the compacted topics, in place of the planned ones.
    static func with(
        services: [String] = Suite.services, partitions: Int32 = 2, compacted: [String: String] = [:],
        _ body: (RunningSuite) async throws -> Void
    ) async throws {
        let suite = try RunningSuite()
        let result: Result<Void, any Error>
        do {
            var topics = TopicPlan.specifications(
                partitions: partitions, prefix: suite.broker.prefix, publishers: [Self.publisher.receipts])
            for index in topics.indices where topics[index].settings["cleanup.policy"] == "compact" {
                topics[index].settings.merge(compacted) { $1 }
            }
            try await suite.broker.create(topics)
            var directory = try DirectoryFile(Self.examples + "/soermland.yaml").directory
            directory.publishers = [Self.publisher]
            let doors = try OwnDoors(in: suite.folder.path + "/keys", of: directory.code)
            try await DirectoryCommand.apply(doors.added(to: directory), suite.connection)
            for service in services { try await suite.start(service) }
            result = .success(try await body(suite))
        } catch {
            for (service, text) in await suite.logs { print("--- \(service)\n\(text.suffix(3_000))") }
            result = .failure(error)
        }
        await suite.stop()
        await suite.broker.remove()
        suite.folder.remove()
        try result.get()
    }

    static let examples = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Examples")
        .standardizedFileURL.path

    func start(_ service: String, _ environment: [String: String] = [:]) throws {
        services[service] = try ChildProcess(
            service,
            environment: [
                "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers, "TOPIC_PREFIX": broker.prefix,
                "STATE_DIRECTORY": folder.path + "/state", "INSTANCE_ID": "test", "MAIL_DIRECTORY": mailFolder,
                "KEY_ENCRYPTION_KEY_FILE": keyFile,
                "KEY_SECRET": Self.secret, "REPLY_SECRET": Self.secret, "LOG_LEVEL": "debug",
                "COMMIT_INTERVAL_MS": "30", "CONCERNS_HTTP_PORT": "0", "PUBLISHER_TOKENS": "urn:test=\(Self.token)",
                "DOOR_KEY_FILE": folder.path + "/keys/http.jwk", "CLOCK_FILE": clockFile, "CLOCK_IS_LED_BY_TESTS": "1",
            ].merging(environment) { $1 })
    }

    /// Has a topic of its own for its receipts.
    static let publisher = CountyDirectory.Publisher.with { ($0.source, $0.receipts) = ("urn:test", "test") }

    /// Of the keys and of the addresses for answers.
    static let secret = "only-for-tests-and-no-real-child-at-all"

    /// The token of the publishing system `urn:test`.
    static let token = "only-for-tests-a-token-of-32-characters"

    /// The port of Intake's HTTP door, as its log tells it; nil until it is open.
    var doorPort: Int? {
        let line = services["intake"]?.text.split(separator: "\n").last {
            $0.contains("concerns are received over HTTP")
        }
        return line?.firstRange(of: "port=").flatMap { range in
            Int(line?[range.upperBound...].prefix { $0.isNumber } ?? "")
        }
    }

    /// Starts the desk, where everybody may be anybody.
    func startDesk(_ environment: [String: String] = [:]) throws {
        try start(
            "desk",
            [
                "DOOR_KEY_FILE": folder.path + "/keys/desk.jwk", "DESK_PORT": "0", "DESK_SIGN_IN": "development",
            ].merging(environment) { $1 })
    }

    /// The port of the desk's pages, as its log tells it; nil until they are open.
    var deskPort: Int? {
        let line = services["desk"]?.text.split(separator: "\n").last { $0.contains("the desk is open") }
        return line?.firstMatch(of: /port=(\d+)/).flatMap { Int($0.1) }
    }

    func log(of service: String) -> String { services[service]?.text ?? "" }

    func kill9(_ service: String) async throws {
        guard let process = services.removeValue(forKey: service) else { return }
        try await process.kill9()
        ended.append((service, process))
    }

    func deleteState(of service: String) {
        try? FileManager.default.removeItem(atPath: "\(folder.path)/state/\(broker.prefix)\(service)")
    }

    /// Everything that the services have written, those that have ended too.
    var logs: [(service: String, text: String)] {
        services.map { ($0.key, $0.value.text) } + ended.map { ($0.service, $0.process.text) }
    }

    func stop() async {
        for (service, process) in services {
            _ = try? await process.terminate()
            ended.append((service, process))
        }
        services = [:]
    }

    // MARK: What came of it

    /// The events of a topic, each id once: on the embedded broker what was aborted stays visible.
    nonisolated func events<Payload: EventPayload>(_ topic: Topic, _ type: Payload.Type) async throws -> [Payload] {
        try await consequences(topic, type).map(\.payload)
    }

    /// The events of a topic, each with the command or event that it follows from.
    nonisolated func consequences<Payload: EventPayload>(
        _ topic: Topic, _ type: Payload.Type
    ) async throws -> [(cause: String?, payload: Payload)] {
        let records = try await broker.records(topic.rawValue)
        return try await DedicatedThread.run(name: "events") { [connection, isReal = broker.isReal] in
            let keys = try connection.keyReader("test")
            var seen: Set<String> = []
            return try records.compactMap { record in
                let event = try Event(headers: record.headers, value: record.value, received: Date())
                guard event.type == Payload.eventType else { return nil }
                // What was aborted there may be sealed under a key that was aborted, too.
                guard let open = isReal ? try keys?.open(event) : try? keys?.open(event) else { return nil }
                guard seen.insert(event.id).inserted || isReal else { return nil }
                return (event.cause, try open.decode(type))
            }
        }
    }

    /// The messages that lie in the mail folder.
    nonisolated func messages() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: mailFolder)) ?? []).filter { $0.hasSuffix(".eml") }
            .compactMap { try? String(contentsOfFile: "\(mailFolder)/\($0)", encoding: .utf8) }
    }

    /// The same, each with its decoded parts behind it.
    nonisolated func readMessages() -> [String] {
        messages().map { message in
            message
                + message.components(separatedBy: "base64\r\n\r\n").dropFirst().map { part in
                    String(
                        decoding: Data(
                            base64Encoded: part.components(separatedBy: "\r\n--")[0],
                            options: .ignoreUnknownCharacters) ?? Data(), as: UTF8.self)
                }.joined()
        }
    }
}
