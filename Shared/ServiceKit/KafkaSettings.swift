package import Kafka

/// Properties of librdkafka from settings: `KAFKA_SASL_MECHANISM` sets `sasl.mechanism`, and likewise for every other one.
///
/// Kubernetes gives each container variables for each service of its namespace: one called `kafka` makes `KAFKA_PORT` and
/// `KAFKA_SERVICE_HOST`. librdkafka knows no such property, so they are ignored.
package struct KafkaSettings: Sendable {
    package private(set) var properties: KafkaProperties
    /// The variables that begin with `KAFKA_` and are no property.
    package private(set) var ignored: [String] = []

    /// - Throws: ``ConfigurationFault`` with every property that librdkafka refuses.
    package init(bootstrapServers: String, _ source: SettingsSource) throws(ConfigurationFault) {
        properties = ["bootstrap.servers": bootstrapServers]
        var faults: [String] = []
        for (name, value) in source.values(prefix: Self.prefix).sorted(by: { $0.key < $1.key }) {
            guard let property = Self.property(of: name), name != "KAFKA_BOOTSTRAP_SERVERS" else { continue }
            switch KafkaProperty.verdict(property, value) {
            case .accepted: properties[property] = value
            case .unknown: ignored.append(name)
            case .refused(let why): faults.append("\(name): \(why)")
            }
        }
        guard faults.isEmpty else { throw ConfigurationFault(faults.joined(separator: "; ")) }
    }

    /// The property that a variable sets; nil where it does not begin with `KAFKA_`.
    static func property(of name: String) -> String? {
        guard name.hasPrefix(prefix) else { return nil }
        return name.dropFirst(prefix.count).lowercased().replacing("_", with: ".")
    }

    private static let prefix = "KAFKA_"
}
