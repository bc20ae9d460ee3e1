import CloudEvents
import Foundation
package import Logging

/// Log lines on standard error: plain for people, or one JSON object a line for machines.
package enum Logs {
    package enum Format: String, Sendable { case plain, json }

    /// One line for a machine, without its end.
    package static func json(
        _ level: Logger.Level, _ label: String, _ message: String, _ metadata: Logger.Metadata = [:]
    ) -> String {
        var line: [String: String] = [
            "time": Timestamp.text(Date()), "level": level.rawValue, "logger": label, "message": message,
        ]
        for (key, value) in metadata { line[key] = "\(value)" }
        let data = try? JSONSerialization.data(withJSONObject: line, options: [.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    /// Sets up swift-log for the process. Call it once, before anything logs.
    package static func start(_ format: Format, level: Logger.Level) {
        LoggingSystem.bootstrap { label in
            var handler: any LogHandler =
                switch format {
                case .plain: StreamLogHandler.standardError(label: label)
                case .json: JSONLogHandler(label: label)
                }
            handler.logLevel = level
            return handler
        }
    }
}

private struct JSONLogHandler: LogHandler {
    let label: String
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    init(label: String) { self.label = label }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let metadata = metadata.merging(event.metadata ?? [:]) { $1 }
        let line = Logs.json(event.level, label, "\(event.message)", metadata)
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }
}
