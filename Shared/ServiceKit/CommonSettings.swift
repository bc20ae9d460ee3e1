package import Configuration
import Foundation
package import Kafka
import Logging
package import Streams
import SystemPackage

extension Setting {
    /// The settings of every service.
    package static let common: [Setting] = [
        Setting("KAFKA_BOOTSTRAP_SERVERS", default: "localhost:9092", "Brokers, host:port, separated by commas."),
        Setting("TOPIC_PREFIX", default: "", "Stands before the names of all topics and groups."),
        Setting(
            "INSTANCE_ID", default: ProcessInfo.processInfo.hostName,
            "This instance's name: stable, and unique within the service."),
        Setting("STATE_DIRECTORY", default: ".run/state", "Folder for the state files, a cache that may be deleted."),
        Setting("STREAM_THREADS", default: "1", "Stream threads in this instance, 1 to 64."),
        Setting("COMMIT_INTERVAL_MS", default: "100", "The longest that a record waits for its commit, 1 to 10000 ms."),
        Setting("HTTP_HOST", default: "127.0.0.1", "Address for /live, /ready and /metrics."),
        Setting("HTTP_PORT", default: "0", "Port for /live, /ready and /metrics; 0: none."),
        Setting("LOG_FORMAT", default: "plain", "plain or json."),
        Setting("LOG_LEVEL", default: "info", "trace, debug, info, notice, warning, error or critical."),
    ]
}

/// Reads settings from the environment, then from the YAML file that `CONFIG_FILE` names.
package enum SettingsSource {
    package static func reader() async throws -> ConfigReader {
        let environment = EnvironmentVariablesProvider()
        guard let path = ProcessInfo.processInfo.environment["CONFIG_FILE"] else {
            return ConfigReader(provider: environment)
        }
        do {
            let file = try await FileProvider<YAMLSnapshot>(filePath: .init(path))
            return ConfigReader(providers: [environment, file])
        } catch {
            throw ConfigurationFault("CONFIG_FILE \(path) cannot be read as YAML")
        }
    }

    /// Properties of librdkafka: `KAFKA_SASL_MECHANISM` sets `sasl.mechanism`, and so on for every other property.
    package static func kafkaProperties(
        bootstrapServers: String, _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> KafkaProperties {
        var properties: KafkaProperties = ["bootstrap.servers": bootstrapServers]
        for (name, value) in environment where name.hasPrefix("KAFKA_") && name != "KAFKA_BOOTSTRAP_SERVERS" {
            properties[name.dropFirst("KAFKA_".count).lowercased().replacing("_", with: ".")] = value
        }
        return properties
    }
}

extension Settings {
    /// The stream's configuration from a service's settings.
    package func streams(_ topology: Topology) throws(ConfigurationFault) -> StreamsConfiguration {
        var configuration = StreamsConfiguration(
            topology, instance: try text("INSTANCE_ID"),
            kafka: SettingsSource.kafkaProperties(bootstrapServers: try text("KAFKA_BOOTSTRAP_SERVERS")),
            stateDirectory: try text("STATE_DIRECTORY"))
        configuration.prefix = try text("TOPIC_PREFIX")
        configuration.threads = try number("STREAM_THREADS", 1...64)
        configuration.commitInterval = .milliseconds(try number("COMMIT_INTERVAL_MS", 1...10_000))
        configuration.howToCreateTopics = "create them with `tillsammans topics apply`"
        configuration.howToAcceptLoss = "start one with --accept-loss"
        return configuration
    }
}
