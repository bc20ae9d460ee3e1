import Foundation
package import Streams

extension Setting {
    /// The settings of every process of the suite.
    package static let common: [Setting] = [
        Setting("KAFKA_BOOTSTRAP_SERVERS", default: "localhost:9092", "Brokers, host:port, separated by commas."),
        Setting("TOPIC_PREFIX", default: "", "Stands before the names of all topics and groups."),
        Setting(
            "INSTANCE_ID", default: ProcessInfo.processInfo.hostName,
            "This instance's name: stable, and unique within the service."),
        Setting("STATE_DIRECTORY", default: ".run/state", "Folder for the state files, a cache that may be deleted."),
        .keyEncryptionKeyFile,
        Setting("HTTP_HOST", default: "127.0.0.1", "Address for /live, /ready and /metrics."),
        Setting("HTTP_PORT", default: "0", "Port for /live, /ready and /metrics; 0: none."),
        Setting("LOG_FORMAT", default: "plain", "plain or json."),
        Setting("LOG_LEVEL", default: "info", "trace, debug, info, notice, warning, error or critical."),
        .clockFile,
    ]

    /// The settings of every stream.
    package static let stream: [Setting] = [
        Setting("STREAM_THREADS", default: "1", "Stream threads in this instance, 1 to 64."),
        Setting("COMMIT_INTERVAL_MS", default: "100", "The longest that a record waits for its commit, 1 to 10000 ms."),
    ]
}

extension Settings {
    /// What the settings say of Kafka.
    package func kafka() throws(ConfigurationFault) -> KafkaSettings {
        let servers = try value("KAFKA_BOOTSTRAP_SERVERS", expected: "brokers, host:port, separated by commas") {
            $0.allSatisfy(\.isWhitespace) ? nil : $0
        }
        return try KafkaSettings(bootstrapServers: servers, source)
    }

    /// The stream that a service's settings describe.
    package func streams(_ topology: Topology) throws(ConfigurationFault) -> StreamsConfiguration {
        var configuration = StreamsConfiguration(
            topology, instance: try InstanceName(text("INSTANCE_ID")).text, kafka: try kafka().properties,
            stateDirectory: try folder("STATE_DIRECTORY"))
        configuration.prefix = try text("TOPIC_PREFIX")
        configuration.threads = try number("STREAM_THREADS", 1...64)
        configuration.commitInterval = .milliseconds(try number("COMMIT_INTERVAL_MS", 1...10_000))
        configuration.sealing = .suite(try keyEncryptionKeys())
        configuration.howToCreateTopics = "create them with `tillsammans topics apply`"
        configuration.howToAcceptLoss = "start one with --accept-loss"
        return configuration
    }
}
