import Foundation
import Kafka
import Yams

/// Where settings come from: the environment, then the YAML file that `CONFIG_FILE` names.
///
/// A key of the file is a name of the environment in lower case, with dots: `kafka.sasl.mechanism` is
/// `KAFKA_SASL_MECHANISM`. Mappings may be nested at each dot.
package struct SettingsSource: Sendable {
    private let environment: [String: String]
    /// By the names of the environment.
    private let file: [String: Entry]
    private let path: String

    private struct Entry: Sendable {
        /// As the file has it.
        let key: String
        let value: String
    }

    /// - Throws: ``ConfigurationFault`` for a file that cannot be read.
    package init(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationFault) {
        self.environment = environment
        path = environment["CONFIG_FILE"] ?? ""
        file = try path.isEmpty ? [:] : Self.read(path)
    }

    package subscript(name: String) -> String? { environment[name] ?? file[name]?.value }

    /// All names that begin with `prefix`, with their values.
    func values(prefix: String) -> [String: String] {
        file.mapValues(\.value).merging(environment) { $1 }.filter { $0.key.hasPrefix(prefix) }
    }

    /// The keys of the file that are neither a setting nor a property of librdkafka, each with the nearest that is. The
    /// environment is not asked: it holds what other programs need.
    func unknownKeys(_ known: [String]) -> [String] {
        file.sorted { $0.key < $1.key }.compactMap { name, entry in
            if known.contains(name) { return nil }
            if let property = KafkaSettings.property(of: name),
                KafkaProperty.verdict(property, entry.value) != .unknown
            {
                return nil
            }
            let names = known + KafkaProperty.names.map { Self.name(of: "kafka.\($0)") }
            let nearest = names.min { Self.distance($0, name) < Self.distance($1, name) } ?? ""
            return "\(entry.key) in \(path) is no setting of this service; the nearest is "
                + nearest.lowercased().replacing("_", with: ".")
        }
    }

    private static func name(of key: String) -> String { key.uppercased().replacing(".", with: "_") }

    // MARK: The file

    private static func read(_ path: String) throws(ConfigurationFault) -> [String: Entry] {
        let fault = ConfigurationFault("CONFIG_FILE \(path) cannot be read as YAML")
        guard let text = try? String(contentsOfFile: path, encoding: .utf8), let node = try? Yams.compose(yaml: text)
        else { throw fault }
        guard case .mapping(let mapping) = node else { throw fault }
        return try entries(mapping, under: "", path)
    }

    private static func entries(
        _ mapping: Node.Mapping, under prefix: String, _ path: String
    ) throws(ConfigurationFault) -> [String: Entry] {
        var entries: [String: Entry] = [:]
        for (keyNode, value) in mapping {
            let key = prefix + (keyNode.string ?? "")
            switch value {
            case .mapping(let inner):
                entries.merge(try Self.entries(inner, under: key + ".", path)) { $1 }
            case .scalar(let scalar): entries[name(of: key)] = Entry(key: key, value: scalar.string)
            default: throw ConfigurationFault("\(key) in \(path) must be one text")
            }
        }
        return entries
    }

    /// How many characters must be added, taken away or changed to come from one to the other (Levenshtein).
    private static func distance(_ one: String, _ other: String) -> Int {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        var row = Array(0...other.count)
        for (i, character) in one.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, wanted) in other.enumerated() {
                let changed = diagonal + (character == wanted ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[other.count]
    }
}
