import ArgumentParser
import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import SwiftProtobuf

struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "Mail that comes in.", subcommands: [Receive.self])

    struct Receive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Takes one message on standard input, as a mail server's pipe delivers it, and makes the answer in it a command.",
            discussion: """
                Exit code 0 when the answer was taken, 65 when the message is none (a mail server bounces it), 75 when Kafka
                does not take it now (a mail server tries again). That the sender is who they say is the mail server's to check.
                """)

        @OptionGroup var options: ConnectionOptions

        func run() async throws {
            let mail = try BoundedInput.read(nil, MIMEMessage.largestBytes)
            let reply: CalendarReply
            do { reply = try CalendarReply(mail: mail) } catch {
                tell("not an answer to an invitation: \(error)")
                throw ExitCode(65)
            }
            let connection = options.connection
            do {
                let directory = try await DedicatedThread.run(name: "mail") { try MailCommand.directory(connection) }
                guard let command = MailCommand.command(reply, directory) else {
                    tell("the meeting that is answered is none of ours")
                    throw ExitCode(65)
                }
                let event = try Event(
                    id: UUID().uuidString.lowercased(), source: "tillsammans:mail", time: Date(),
                    subject: command.caseReference, command)
                try await Producer(connection.properties).send(
                    connection.record(event, to: .meetingCommands, key: command.county))
                tell(
                    "\(command.caseReference): \(command.person.isEmpty ? "family" : command.person) \(command.answer)")
            } catch let error as KafkaError {
                tell("Kafka: \(error)")
                throw ExitCode(75)
            }
        }
    }

    /// The answer as a command; nil where the meeting is not ours. Whoever is not among the staff is known by the address
    /// at which the family was told, if at all.
    static func command(_ reply: CalendarReply, _ directory: Directory) -> AnswerMeeting? {
        guard let reference = MeetingID(uid: reply.uid)?.caseReference,
            let county = reference.split(separator: "-").first.map(String.init),
            let people = directory.counties[county]?.people.values
        else { return nil }
        let person = people.first { $0.email.lowercased() == reply.attendee }
        return .with {
            ($0.caseReference, $0.county) = (reference, county)
            ($0.person, $0.email) = (person?.id ?? "", reply.attendee)
            ($0.answer, $0.sequence, $0.stamp) = (
                reply.answer.rawValue, Int32(clamping: reply.sequence), .init(reply.stamp)
            )
            $0.delegateTo = people.first { $0.email.lowercased() == reply.delegatedTo }?.id ?? ""
        }
    }

    private static func directory(_ connection: Connection) throws -> Directory {
        var directory = Directory()
        try connection.readAll([.directory]) { _, key, event in try? directory.take(key, event.data) }
        return directory
    }
}
