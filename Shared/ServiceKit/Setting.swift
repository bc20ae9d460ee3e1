import Foundation
import Streams

/// One setting of a service: its name in the environment, its meaning and its default.
package struct Setting: Sendable {
    /// The name in the environment, for example `SMTP_URL`. In a file it is `smtp.url`.
    package let name: String
    package let help: String
    /// The default. Nil: the setting is required.
    package let standard: String?
    package let isSecret: Bool

    package init(_ name: String, default standard: String?, isSecret: Bool = false, _ help: String) {
        (self.name, self.standard, self.isSecret, self.help) = (name, standard, isSecret, help)
    }
}

/// A fault in the configuration, for the person who starts the service. Exit code 78 (sysexits `EX_CONFIG`).
package struct ConfigurationFault: Error, CustomStringConvertible {
    package static let exitCode: Int32 = 78
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// The settings of one process. The environment comes before the file.
package struct Settings: Sendable {
    let source: SettingsSource
    private let known: [String: Setting]

    /// - Throws: ``ConfigurationFault`` for keys of the file that nobody knows, published secrets, and one port for two.
    package init(_ settings: [Setting], _ source: SettingsSource) throws(ConfigurationFault) {
        self.source = source
        known = Dictionary(settings.map { ($0.name, $0) }) { first, _ in first }
        let faults = source.unknownKeys(known.keys.sorted()) + publishedSecrets() + sharedPorts()
        guard faults.isEmpty else { throw ConfigurationFault(faults.joined(separator: "; ")) }
    }

    /// - Throws: ``ConfigurationFault`` with the setting's name and meaning.
    package func text(_ name: String) throws(ConfigurationFault) -> String {
        guard let setting = known[name] else { preconditionFailure("\(name) is not a setting of this service") }
        if let value = source[name] ?? setting.standard { return value }
        throw ConfigurationFault("\(name) is not set: \(setting.help)")
    }

    /// The setting as a value. `parse` returns nil if the text is not valid.
    package func value<Value>(
        _ name: String, expected: String, _ parse: (String) -> Value?
    ) throws(ConfigurationFault) -> Value {
        guard let value = parse(try text(name)) else { throw ConfigurationFault("\(name) must be \(expected)") }
        return value
    }

    package func number(_ name: String, _ range: ClosedRange<Int>) throws(ConfigurationFault) -> Int {
        try value(name, expected: "a number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// An address of the web: `https://` or `http://`, and a host.
    package func webAddress(_ name: String) throws(ConfigurationFault) -> String {
        try value(name, expected: "an address that begins with https:// and a host") { text in
            guard let url = URL(string: text), let host = url.host, !host.isEmpty else { return nil }
            return url.scheme == "https" || url.scheme == "http" ? text : nil
        }
    }

    /// A folder that exists from now on and can be written.
    package func folder(_ name: String) throws(ConfigurationFault) -> String {
        let path = try text(name)
        guard !path.isEmpty else { throw ConfigurationFault("\(name) must be a folder") }
        let files = FileManager.default
        try? PrivateFolder.createIfMissing(path)
        var isFolder: ObjCBool = false
        guard files.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue,
            files.isWritableFile(atPath: path)
        else { throw ConfigurationFault("\(name) \(path) cannot be used: it must be a folder that can be written") }
        return path
    }

    /// Empty where it is not set.
    private func current(_ name: String) -> String { source[name] ?? known[name]?.standard ?? "" }

    /// Ports that two settings give at the same address.
    private func sharedPorts() -> [String] {
        func host(_ name: String) -> String { current(name.dropLast("PORT".count) + "HOST") }
        let names = known.keys.filter { $0.hasSuffix("_PORT") && !["", "0"].contains(current($0)) }.sorted()
        return names.indices.flatMap { index in
            names[(index + 1)...].compactMap { other in
                let hosts = [host(names[index]), host(other)]
                let isShared = hosts[0] == hosts[1] || hosts.contains("0.0.0.0") || hosts.contains("::")
                guard isShared, current(names[index]) == current(other) else { return nil }
                return "\(names[index]) and \(other) are both \(current(other)); give each a port of its own"
            }
        }
    }

    /// Secrets that everybody knows, where something is not on loopback.
    private func publishedSecrets() -> [String] {
        let secrets = known.values.filter { $0.isSecret && source[$0.name]?.contains(PublishedSecret.mark) == true }
        guard !secrets.isEmpty else { return [] }
        let open = known.values.filter { setting in
            (setting.name == "KAFKA_BOOTSTRAP_SERVERS" || setting.name.hasSuffix("_HOST"))
                && !PublishedSecret.isLoopback(current(setting.name))
        }
        guard let place = open.map(\.name).min() else { return [] }
        return secrets.map(\.name).sorted().map { name in
            "\(name) is a published example, and \(place) is not on loopback; make one of your own: openssl rand -hex 32"
        }
    }
}
