import Configuration
import Domain

/// One setting of a service: its name in the environment, what it means, what it is when nobody says.
public struct Setting: Sendable {
    /// As in the environment, for example `SMTP_URL`; in a file the same in lower case (`smtp.url`).
    public let name: String
    public let help: String
    /// Nil: the service does not start without it.
    public let standard: String?
    public let isSecret: Bool

    public init(_ name: String, default standard: String?, isSecret: Bool = false, _ help: String) {
        (self.name, self.standard, self.isSecret, self.help) = (name, standard, isSecret, help)
    }

    var key: ConfigKey { ConfigKey(name.lowercased().split(separator: "_").map(String.init)) }
}

/// What is wrong with the configuration, for the person who starts the service. Exit code 78 (sysexits `EX_CONFIG`).
public struct ConfigurationFault: Error, CustomStringConvertible {
    public static let exitCode: Int32 = 78
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// The settings of one process, each looked up in the environment first and then in the file.
public struct Settings: Sendable {
    private let reader: ConfigReader
    private let known: [String: Setting]

    package init(_ settings: [Setting], _ reader: ConfigReader) {
        self.reader = reader
        known = Dictionary(settings.map { ($0.name, $0) }) { first, _ in first }
    }

    /// - Throws: ``ConfigurationFault`` that names the setting and says what it is for.
    public func text(_ name: String) throws(ConfigurationFault) -> String {
        guard let setting = known[name] else { preconditionFailure("\(name) is not a setting of this service") }
        if let value = reader.string(forKey: setting.key, isSecret: setting.isSecret) ?? setting.standard {
            return value
        }
        throw ConfigurationFault("\(name) is not set: \(setting.help)")
    }

    /// The setting made into a value by `parse`, which returns nil for what does not fit.
    public func value<Value>(
        _ name: String, expected: String, _ parse: (String) -> Value?
    ) throws(ConfigurationFault) -> Value {
        guard let value = parse(try text(name)) else { throw ConfigurationFault("\(name) must be \(expected)") }
        return value
    }

    public func number(_ name: String, _ range: ClosedRange<Int>) throws(ConfigurationFault) -> Int {
        try value(name, expected: "a number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}
