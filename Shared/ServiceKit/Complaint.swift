import Foundation
import Kafka
import Logging
import Streams

/// Why a process ends, in one line, and its exit code.
package struct Complaint: Sendable, Hashable {
    package let text: String
    /// 78 for what only a person can mend, else 1.
    package let exitCode: Int32

    package init(_ error: any Error) {
        let (text, isConfiguration) =
            switch error {
            case let fault as ConfigurationFault: ("configuration: \(fault)", true)
            case let fault as TopicsNotReady: ("\(fault)", true)
            case let fault as NoTopic: ("\(fault); create the topics with `tillsammans topics apply`", true)
            case let fault as KafkaError where fault.isConfiguration: ("configuration: \(fault.message)", true)
            default: ("\(error)", false)
            }
        self.text = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        exitCode = isConfiguration ? ConfigurationFault.exitCode : 1
    }

    /// The line as the process's logs are written.
    package func line(of name: String, _ format: Logs.Format) -> String {
        switch format {
        case .plain: "\(name): \(text)"
        case .json: Logs.json(.critical, name, text)
        }
    }
}
