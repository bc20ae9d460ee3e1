import Codec
import Kafka
import Logging
import ServiceKit
import ServiceLifecycle
import Streams

extension Door {
    /// What the door understands besides what Intake does.
    static let settings = [
        Setting("CONCERNS_HTTP_HOST", default: "127.0.0.1", "Address for POST /v1/concerns."),
        Setting("CONCERNS_HTTP_PORT", default: "", "Port for POST /v1/concerns; empty: no HTTP door."),
        Setting(
            "PUBLISHER_TOKENS", default: "", isSecret: true,
            "Who may use the HTTP door: source=token, separated by spaces; tokens of at least 32 characters."),
        Setting(
            "DOOR_KEY_FILE", default: "",
            "The key with which the HTTP door signs reports (`tillsammans keys new`); empty: it signs none."),
    ]

    /// The door and the tables that it looks into; nothing where no port is set.
    ///
    /// - Throws: ``ConfigurationFault``; what keeps a producer from starting.
    static func services(
        _ settings: Settings, _ configuration: StreamsConfiguration, _ logger: Logger
    ) throws -> [any Service] {
        if try settings.text("CONCERNS_HTTP_PORT").isEmpty { return [] }
        let limits = Limits()
        var properties = configuration.kafka
        // A publisher waits for the answer, so a report that Kafka does not confirm in time is given back.
        properties["message.timeout.ms"] = "\(limits.patience * 1_000)"
        let producer = try Producer(properties)
        let tables = DoorTables(
            directory: configuration.physical(Topic.directory.rawValue),
            reports: configuration.physical(Topic.concernReports.rawValue),
            receipts: configuration.physical(Topic.concernReceipts.rawValue), configuration.kafka, logger)
        let door = Door(
            host: try settings.text("CONCERNS_HTTP_HOST"),
            port: try settings.number("CONCERNS_HTTP_PORT", 0...65_535),
            publishers: try settings.value(
                "PUBLISHER_TOKENS", expected: "source=token …, each token of at least 32 characters", Publishers.init),
            tables: tables, send: { _ = try await producer.send($0) },
            topic: configuration.physical(Topic.concernReports.rawValue), limits: limits,
            doorkeeper: Doorkeeper(logger), key: try settings.doorKey(), clock: try settings.clock(), logger: logger)
        return [tables, door]
    }
}
