package import Configuration

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

    var key: ConfigKey { ConfigKey(name.lowercased().split(separator: "_").map(String.init)) }
}

/// A fault in the configuration, for the person who starts the service. Exit code 78 (sysexits `EX_CONFIG`).
package struct ConfigurationFault: Error, CustomStringConvertible {
    package static let exitCode: Int32 = 78
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// The settings of one process. The environment comes before the file.
package struct Settings: Sendable {
    private let reader: ConfigReader
    private let known: [String: Setting]

    package init(_ settings: [Setting], _ reader: ConfigReader) {
        self.reader = reader
        known = Dictionary(settings.map { ($0.name, $0) }) { first, _ in first }
    }

    /// - Throws: ``ConfigurationFault`` with the setting's name and meaning.
    package func text(_ name: String) throws(ConfigurationFault) -> String {
        guard let setting = known[name] else { preconditionFailure("\(name) is not a setting of this service") }
        if let value = reader.string(forKey: setting.key, isSecret: setting.isSecret) ?? setting.standard {
            return value
        }
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
}
