import Codec
import Foundation
import Kafka
import ServiceKit
import TestSupport
import Testing

@testable import tillsammans

@Suite("Start, and stay up", .serialized)
struct StartTests {
    /// A process that must end by itself, with all that it has written.
    private func ended(
        _ executable: String, _ arguments: [String] = [], _ environment: [String: String] = [:]
    ) async throws -> (code: Int32, lines: [Substring]) {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let base = [
            "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "STATE_DIRECTORY": folder.path, "INSTANCE_ID": "test",
            "KEY_SECRET": "only-for-tests-and-no-real-child-at-all",
            "REPLY_SECRET": "only-for-tests-and-no-real-child-at-all", "MAIL_DIRECTORY": folder.path + "/mail",
            "KEY_ENCRYPTION_KEY_FILE": try folder.keyFile(),
        ]
        let process = try ChildProcess(
            executable, arguments: arguments, environment: base.merging(environment) { $1 })
        try await process.ended()
        try await eventually("the last line") { process.text.hasSuffix("\n") }
        return (process.exitCode, process.text.split(separator: "\n"))
    }

    @Test(
        "a fault of the configuration ends the service at once with 78 and one line",
        arguments: [
            ("mapping", "INSTANCE_ID", ""), ("meetings", "INSTANCE_ID", "meetings-7d9c5b8f6-x2x4z"),
            ("notifications", "CASE_LINK", "case"), ("mapping", "STATE_DIRECTORY", "/dev/null/state"),
            ("notifications", "MAIL_DIRECTORY", "/dev/null/mail"), ("intake", "KAFKA_SECURITY_PROTOCOL", "none"),
            ("mapping", "CONFIG_FILE", "/dev/null/none"), ("mapping", "KEY_ENCRYPTION_KEY_FILE", "/etc/passwd"),
            ("intake", "KEY_ENCRYPTION_KEY_FILE", "/dev/null/none"), ("intake", "KEY_SECRET_PREVIOUS", "too-short"),
            ("intake", "KEY_SECRET_PREVIOUS", "only-for-tests-and-no-real-child-at-all"),
        ])
    func configuration(service: String, setting: String, value: String) async throws {
        for format in ["plain", "json"] {
            let (code, lines) = try await ended(service, [], [setting: value, "LOG_FORMAT": format])
            #expect(code == 78 && lines.count == 1, "\(lines)")
            #expect(lines.first?.contains(setting) == true, "\(lines)")
            #expect(lines.first?.hasPrefix(format == "json" ? "{" : "\(service): configuration: ") == true, "\(lines)")
        }
    }

    @Test("properties that no client takes together end the service with 78, and are not tried again and again")
    func together() async throws {
        let (code, lines) = try await ended(
            "mapping", [], ["KAFKA_SECURITY_PROTOCOL": "ssl", "KAFKA_SSL_CA_LOCATION": "/dev/null/none"])
        #expect(code == 78)
        #expect(lines.last?.hasPrefix("mapping: configuration: start a Kafka client: ") == true, "\(lines)")
    }

    @Test("every executable tells its version", arguments: Suite.processes + ["tillsammans"])
    func version(executable: String) async throws {
        let (code, lines) = try await ended(executable, ["--version"])
        #expect(code == 0 && lines == ["\(executable) \(Version.text)"])
    }

    @Test(
        "`up` with HTTP_PORT gives each service a port of its own, on which it becomes ready",
        .enabled(if: ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"] == nil, "on the embedded broker"))
    func up() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let first = try freePort(inARow: Suite.processes.count)
        let process = try ChildProcess(
            "tillsammans",
            arguments: ["up", "--directory", RunningSuite.examples + "/soermland.yaml", "--folder", folder.path],
            environment: ["HTTP_PORT": "\(first)", "DESK_PORT": "0"])
        for port in first..<first + Suite.processes.count {
            try await eventually("a service to be ready at \(port); `up` wrote: \(process.text)") {
                try await RawHTTP.send("GET", "/ready", port: port)?.status == 200
            }
        }
        #expect(try await process.terminate() == 0)
    }

    @Test("a command that finds no topic says which command makes it")
    func noTopic() async throws {
        let broker = try EmbeddedBroker()
        for topic in Topic.allCases { broker.hide(topic.rawValue) }
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let key = folder.path + "/own.jwk"
        try DoorKey(door: "TST/own", id: "1").write(to: key)
        for arguments in [
            ["case", "show", "TST-1", "--as", "anna", "--door-key", key],
            ["access-log", "--case", "TST-1", "--as", "anna", "--door-key", key],
            ["events", "tail"], ["cases"],
        ] {
            let (code, lines) = try await ended(
                "tillsammans", arguments + ["--bootstrap-servers", broker.bootstrapServers])
            #expect(code == 1)
            #expect(
                lines.last?.hasSuffix("does not exist; create the topics with `tillsammans topics apply`") == true,
                "\(lines)")
        }
    }

    @Test("while Kafka is away a service is alive and not ready", arguments: Suite.services)
    func away(service: String) async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let port = try freePort()
        let process = try ChildProcess(
            service,
            environment: [
                "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1", "STATE_DIRECTORY": folder.path, "INSTANCE_ID": "test",
                "KEY_SECRET": "only-for-tests-and-no-real-child-at-all",
                "REPLY_SECRET": "only-for-tests-and-no-real-child-at-all", "MAIL_DIRECTORY": folder.path + "/mail",
                "KEY_ENCRYPTION_KEY_FILE": try folder.keyFile(), "HTTP_PORT": "\(port)",
                "KAFKA_PORT": "tcp://10.0.0.1:9092", "KAFKA_SERVICE_HOST": "10.0.0.1",
            ])
        try await eventually("two attempts") {
            process.text.components(separatedBy: "is built anew").count > 2
        }
        #expect(try await RawHTTP.send("GET", "/live", port: port)?.status == 200)
        #expect(try await RawHTTP.send("GET", "/ready", port: port)?.status == 503)
        // And Kubernetes' variables for a service called kafka are named once.
        #expect(process.text.components(separatedBy: "KAFKA_PORT").count == 2)
        #expect(try await process.terminate() == 0)
    }

    @Test("when Kafka goes away in the middle of a run, a service is soon not ready, and is again when Kafka is back")
    func killed() async throws {
        let broker = try EmbeddedBroker()
        for topic in TopicPlan.specifications(partitions: 1, prefix: "") {
            try broker.create(topic.name, partitions: topic.partitions)
        }
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let port = try freePort()
        let process = try ChildProcess(
            "mapping",
            environment: [
                "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrapServers, "STATE_DIRECTORY": folder.path,
                "INSTANCE_ID": "test", "HTTP_PORT": "\(port)", "KEY_ENCRYPTION_KEY_FILE": try folder.keyFile(),
            ])
        @Sendable func status(_ path: String) async throws -> Int? {
            try await RawHTTP.send("GET", path, port: port)?.status
        }
        try await eventually("ready") { try await status("/ready") == 200 }
        broker.goDown()
        try await eventually("not ready", within: .seconds(15)) { try await status("/ready") == 503 }
        #expect(try await status("/live") == 200)
        broker.comeUp()
        try await eventually("ready again") { try await status("/ready") == 200 }
        #expect(try await process.terminate() == 0)
    }
}
