package import Foundation
package import Kafka

/// The time of day as all processes of one suite see it: the machine's, or ahead of it by as much as a file says.
///
/// A meeting is recorded when its time has come (rule 15), and that may be weeks ahead. Whoever tries the suite on an embedded
/// broker moves its time; on any other Kafka nobody can.
package struct SuiteClock: Sendable {
    /// This machine's time.
    package static let machine = SuiteClock(file: nil)

    package let file: String?

    /// - Parameter file: holds how many seconds time is ahead. One that does not exist, or holds no number, says 0.
    package init(file: String?) { self.file = file }

    package var isMovable: Bool { file != nil }

    /// How far it is ahead of the machine's time, in seconds. It is read anew each time, so that a move is seen at once.
    package var ahead: TimeInterval {
        guard let file, let text = try? String(contentsOfFile: file, encoding: .utf8) else { return 0 }
        guard let seconds = TimeInterval(text.trimmingCharacters(in: .whitespacesAndNewlines)), seconds.isFinite else {
            return 0
        }
        return max(0, seconds)
    }

    package var now: Date { Date() + ahead }

    /// Moves the time of all processes that share the file. Time only goes on: an earlier moment changes nothing.
    ///
    /// - Throws: ``ConfigurationFault`` where time cannot be moved; what the file system throws.
    package func move(to moment: Date) throws {
        guard let file else { throw ConfigurationFault(Self.refusal) }
        let wanted = max(ahead, moment.timeIntervalSinceNow.rounded(.up))
        try Data("\(wanted)\n".utf8).write(to: URL(filePath: file), options: .atomic)
    }

    /// Lets nobody move the time of a Kafka that keeps anything; blocks while it is asked which it is.
    ///
    /// - Parameter timeout: in milliseconds.
    /// - Throws: ``ConfigurationFault`` on any other than an embedded broker; `KafkaError` where none answers.
    package func requireEmbeddedBroker(_ properties: KafkaProperties, within timeout: Int32 = 10_000) throws {
        guard isMovable, !Self.isLedByTests else { return }
        guard let cluster = try Admin(properties).clusterId(timeout: timeout) else {
            throw KafkaError.late("ask which Kafka this is, since \(Setting.clockFile.name) is set")
        }
        guard EmbeddedBroker.isEmbedded(clusterId: cluster) else { throw ConfigurationFault(Self.refusal) }
    }

    private static let refusal = """
        time can be moved on the embedded broker only: unset \(Setting.clockFile.name), or run `tillsammans up` without \
        KAFKA_BOOTSTRAP_SERVERS
        """

    /// The tests lead cases to their end on a real Kafka, too. A release build has no such way.
    private static var isLedByTests: Bool {
        #if DEBUG
            ProcessInfo.processInfo.environment["CLOCK_IS_LED_BY_TESTS"] != nil
        #else
            false
        #endif
    }
}

extension Setting {
    package static let clockFile = Setting(
        "CLOCK_FILE", default: "",
        "For trying, on the embedded broker only: the file that says how far time is ahead (`tillsammans clock`).")
}

extension Settings {
    package func clock() throws(ConfigurationFault) -> SuiteClock {
        let file = try text(Setting.clockFile.name)
        return file.isEmpty ? .machine : SuiteClock(file: file)
    }
}
