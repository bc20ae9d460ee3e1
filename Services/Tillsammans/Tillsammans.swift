import ArgumentParser
import Domain
import Foundation
import Kafka
import ServiceKit

/// The command line: run everything on one machine, publish, look, apply the directory and the topics.
@main struct Tillsammans: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tillsammans",
        abstract: "Early help for a child: detect, map, cooperate. Run, publish and look.",
        version: "tillsammans \(Version.text)",
        subcommands: [
            Up.self, ClockCommand.self, Demo.self, ConcernCommand.self, EventsCommand.self, DirectoryCommand.self,
            TopicsCommand.self,
            CasesCommand.self, CaseCommand.self, AccessLogCommand.self, NoticesCommand.self, MailCommand.self,
            CalendarCommand.self, KeysCommand.self, ErasureCommand.self, Doctor.self, RefusalsCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch { exit(withError: explained(error)) }
    }

    /// An error of Kafka or of the configuration, with what to do about it; any other error as it is.
    static func explained(_ error: any Error) -> any Error {
        switch error {
        case let refusal as Refusal:
            CommandFault(
                refusal.faults.map { "\($0.swedish) / \($0.english) [\($0.code.rawValue)]" }.joined(separator: "\n"))
        case is NoTopic, is ConfigurationFault, is KafkaError: CommandFault(Complaint(error).text)
        default: error
        }
    }
}

struct RefusalsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refusals", abstract: "Every code of refusal, as Markdown (Docs/refusals.md).")

    func run() { print(Refusals.markdown, terminator: "") }
}

/// What went wrong, for the person at the terminal.
struct CommandFault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Writes a line for a person; standard output is for what was asked for.
func tell(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
}
