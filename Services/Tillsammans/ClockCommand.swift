import ArgumentParser
import Domain
import Foundation
import ServiceKit

struct ClockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock",
        abstract: "The time of a suite on an embedded broker, which can be moved on.",
        discussion: """
            CLOCK_FILE must be set as `tillsammans up` tells it. Time never goes back, and on any other Kafka it cannot be moved.
            """)

    @OptionGroup var options: ConnectionOptions
    @Option(help: "The day and the time of day in Sweden, YYYY-MM-DDTHH:MM, as 2026-12-08T09:00.")
    var to: String?

    func run() throws {
        let clock = options.connection.clock
        if let to {
            guard let moment = Self.moment(to) else { throw ValidationError("--to \(to): expected YYYY-MM-DDTHH:MM") }
            guard moment > clock.now else {
                throw CommandFault("--to \(to) has passed: it is \(CivilTime.text(clock.now, .english))")
            }
            try clock.move(to: moment)
        }
        print(CivilTime.text(clock.now, .english))
    }

    /// Nil for what is no day and time of day.
    static func moment(_ text: String) -> Date? {
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        guard parts.count == 2, let day = LocalDate(parts[0]), let time = parts[1].wholeMatch(of: /(\d\d):(\d\d)/),
            let hour = Int(time.1), let minute = Int(time.2), hour < 24, minute < 60
        else { return nil }
        return CivilTime.instant(day, minute: hour * 60 + minute)
    }
}
