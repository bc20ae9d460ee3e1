import Codec
import Domain
import Foundation
import Kafka
import ServiceKit
import Streams
import Subprocess
import SwiftProtobuf
import SystemPackage

/// The whole suite on one machine: a broker inside this process or the Kafka it is told, and the five executables as
/// child processes that start and stop together.
struct Suite: Sendable {
    /// What decides: each has a stream.
    static let services = ["intake", "mapping", "meetings", "notifications"]
    /// What runs.
    static let processes = services + ["desk"]

    /// Nil: an embedded broker.
    var bootstrapServers: String?
    var prefix: String
    /// Where state files and messages go.
    var folder: String
    var directory: CountyDirectory
    var partitions: Int32 = 4
    /// The services' settings, beside those that this machine gives.
    var environment = ProcessInfo.processInfo.environment
    /// The folder in which the services' executables lie.
    var executables = Self.executableFolder
    var show: @Sendable (String) -> Void = { tell($0) }

    /// On an embedded broker time can be moved. Another Kafka's is not for anybody to move.
    var clockFile: String? { bootstrapServers == nil ? folder + "/clock" : nil }

    /// The messages that notifications writes, when no relay is configured.
    var mailFolder: String { folder + "/mail" }

    /// The keys that wrap data keys. On an embedded broker they go with the folder; what lies on a Kafka outlives the folder,
    /// and so do the keys.
    private func keyFile() throws -> String {
        if let file = environment[Setting.keyEncryptionKeyFile.name], !file.isEmpty { return file }
        let place = bootstrapServers == nil || !prefix.isEmpty ? folder : ".run"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let file = place + "/key-encryption-keys"
        if !FileManager.default.fileExists(atPath: file) { _ = try KeyEncryptionKeys.addKey(toFile: file) }
        return file
    }

    /// Starts everything, runs `body` beside it, and stops everything.
    ///
    /// - Throws: when a service ends by itself, with its name and how it ended.
    func run<Value: Sendable>(_ body: @escaping @Sendable (Connection) async throws -> Value) async throws -> Value {
        try PrivateFolder.createIfMissing(folder)
        let doors = try OwnDoors(in: folder + "/keys", of: directory.code)
        let broker = try bootstrapServers == nil ? EmbeddedBroker() : nil
        let connection = Connection(
            bootstrapServers: broker?.bootstrapServers ?? bootstrapServers ?? "", prefix: prefix,
            doorKeyFile: doors.file(.operator), keyFile: try keyFile(), clock: SuiteClock(file: clockFile))
        if let broker {
            let publishers = directory.publishers.map(\.receipts)
            for topic in TopicPlan.specifications(partitions: partitions, prefix: prefix, publishers: publishers) {
                try broker.create(topic.name, partitions: topic.partitions)
            }
        } else {
            _ = try await TopicsCommand.apply(connection, partitions: partitions)
        }
        try await DirectoryCommand.apply(doors.added(to: directory), connection)
        defer { withExtendedLifetime(broker) {} }
        return try await withThrowingTaskGroup(of: Value.self) { group in
            let ports = try healthPorts()
            for service in Self.processes {
                group.addTask {
                    let status = try await start(service, connection, doors, healthPort: ports[service])
                    try Task.checkCancellation()
                    throw CommandFault("\(service) ended by itself: \(status)")
                }
            }
            group.addTask { try await body(connection) }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CommandFault("nothing ran") }
            return value
        }
    }

    /// Where the desk is; nothing to go to where its port is 0.
    var deskAddress: String { "http://127.0.0.1:\(deskPort)" }

    private var deskPort: Int { environment["DESK_PORT"].flatMap { Int($0) } ?? 8_090 }

    /// A port for each process's health, in their order from `HTTP_PORT` on; nothing where none is set.
    func healthPorts() throws -> [String: Int] {
        guard let text = environment["HTTP_PORT"], text != "0" else { return [:] }
        guard let first = Int(text), 1...(65_536 - Self.processes.count) ~= first else {
            throw ConfigurationFault("HTTP_PORT must be a number from 0 to \(65_536 - Self.processes.count)")
        }
        let ports = Dictionary(uniqueKeysWithValues: zip(Self.processes, first...))
        let others = [
            ("CONCERNS_HTTP_PORT", environment["CONCERNS_HTTP_PORT"].flatMap { Int($0) }), ("DESK_PORT", deskPort),
        ]
        for case (let name, let port?) in others where ports.values.contains(port) {
            throw ConfigurationFault(
                "\(name) \(port) is one of the ports that the suite takes from HTTP_PORT \(first) on")
        }
        return ports
    }

    /// Runs one executable until this task is cancelled: SIGTERM, and after 10 s SIGKILL.
    private func start(
        _ service: String, _ connection: Connection, _ doors: OwnDoors, healthPort: Int?
    ) async throws -> TerminationStatus {
        var settings = [
            "KAFKA_BOOTSTRAP_SERVERS": connection.bootstrapServers, "TOPIC_PREFIX": connection.prefix,
            "STATE_DIRECTORY": folder + "/state", "INSTANCE_ID": "local", "MAIL_DIRECTORY": mailFolder,
            "KEY_SECRET": environment["KEY_SECRET"] ?? "only-for-one-machine-and-no-real-child",
            "REPLY_SECRET": environment["REPLY_SECRET"] ?? "only-for-one-machine-and-no-real-child",
            "HTTP_PORT": "\(healthPort ?? 0)", "DOOR_KEY_FILE": doors.file(service == "desk" ? .desk : .http),
            Setting.keyEncryptionKeyFile.name: connection.keyFile ?? "", "DESK_HOST": "127.0.0.1",
            "DESK_PORT": "\(deskPort)", "DESK_SIGN_IN": environment["DESK_SIGN_IN"] ?? "development",
        ]
        if let clockFile { settings[Setting.clockFile.name] = clockFile }
        if deskPort > 0 { settings["CASE_LINK"] = environment["CASE_LINK"] ?? deskAddress + "/case/" }
        let variables = Dictionary(
            uniqueKeysWithValues: environment.merging(settings) { $1 }.map {
                (Environment.Key(stringLiteral: $0.key), $0.value)
            })
        var options = PlatformOptions()
        options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: .seconds(10))]
        let result = try await Subprocess.run(
            .path(.init(executables + "/" + service)), environment: .custom(variables),
            platformOptions: options, input: .none, output: .sequence, error: .combinedWithOutput
        ) { execution in
            for try await line in execution.standardOutput.strings() {
                show(
                    "\(service.padding(toLength: 13, withPad: " ", startingAt: 0)) | \(line.trimmingCharacters(in: .newlines))"
                )
            }
        }
        return result.terminationStatus
    }

    /// The folder in which this executable lies, and the others beside it.
    static let executableFolder: String = {
        let path =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return (path as NSString).deletingLastPathComponent
    }()
}
