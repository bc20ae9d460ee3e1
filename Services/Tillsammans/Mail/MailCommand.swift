import ArgumentParser
import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import ServiceKit
import SwiftProtobuf

struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "Mail that comes in.", subcommands: [Receive.self])

    struct Receive: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Takes one message on standard input, as a mail server's pipe delivers it, and does what it asks for.",
            discussion: """
                An answer to an invitation becomes a command. Where only a person can act on a message, the case's named person \
                is told that it came. Its text stays in the mailbox, so deliver a copy there. A report that a notice did not \
                arrive marks the notice as failed. A sender whose message reaches nobody gets a reply that says so, in Swedish.

                An answer counts when it comes to the address that its invitation came from, and from the one that was \
                invited. REPLY_SECRET is the secret that the service notifications has, and DOOR_KEY_FILE the key of a door of the kind mail. MAIL_AUTHSERV_ID names the mail server \
                whose Authentication-Results count: what it finds forged (dmarc=fail) answers nothing.

                Exit code 0 when it was taken, 75 when Kafka does not take it now (a mail server tries again), 78 when a \
                setting is wrong. No message is bounced.
                """)

        @OptionGroup var options: ConnectionOptions
        @Option(help: "The address for which the mail server has taken the message (else as its headers say).")
        var recipient: String?

        func run() async throws {
            let environment = ProcessInfo.processInfo.environment
            let secret: KeySecret
            do { secret = try KeySecret(environment["REPLY_SECRET"] ?? "") } catch {
                tell("REPLY_SECRET: \(error.english)")
                throw ExitCode(78)
            }
            let connection = options.connection
            guard let keyFile = connection.doorKeyFile, (try? DoorKey(path: keyFile)) != nil else {
                tell(
                    "DOOR_KEY_FILE: expected the key of the mail door; `tillsammans keys new SRM/mail --kind mail` makes one"
                )
                throw ExitCode(78)
            }
            let mail = IncomingMail(try BoundedInput.read(nil, MIMEMessage.largestBytes))
            BoundedInput.skipRest()
            do {
                let directory = try await DedicatedThread.run(name: "mail") { try MailCommand.directory(connection) }
                let server = environment["MAIL_AUTHSERV_ID"].flatMap { $0.isEmpty ? nil : $0 }
                let door = MailDoor(secret: secret, server: server, directory: directory)
                try await Self.publish(door.outcome(of: mail, recipient: recipient), of: mail.id, connection)
            } catch let error as KafkaError {
                tell("Kafka: \(error)")
                throw ExitCode(75)
            }
        }

        private static func publish(
            _ outcome: MailDoor.Outcome, of id: String, _ connection: Connection
        ) async throws {
            switch outcome {
            case .answer(let command):
                let event = try event(command, id, command.caseReference, connection)
                try await send(
                    connection.command(
                        event, for: command.person.isEmpty ? nil : command.person, .invitation, by: "mail"),
                    to: .meetingCommands, key: command.county, connection)
                tell(
                    "\(command.caseReference): \(command.person.isEmpty ? "family" : command.person) \(command.answer)")
            case .forward(let command):
                let event = try event(command, id, command.caseReference, connection)
                try await send(
                    connection.command(event, for: nil, .service, by: "mail"), to: .meetingCommands,
                    key: command.county, connection)
                tell("\(command.caseReference): \(command.what), for the named person")
            case .bounce(let command):
                let event = try event(command, id, nil, connection)
                try await send(
                    connection.command(event, for: nil, .service, by: "mail"), to: .noticeCommands,
                    key: command.messageID, connection)
                tell("a notice did not arrive: \(command.detail)")
            case .reply(let command):
                let event = try event(command, id, nil, connection)
                try await send(
                    connection.command(event, for: nil, .service, by: "mail"), to: .noticeCommands,
                    key: Reference.id(of: command.email), connection)
                tell("to no address of an invitation; its sender is told so")
            case .ignored(let why): tell("ignored: \(why)")
            }
        }

        private static func send(
            _ event: Event, to topic: Topic, key: String, _ connection: Connection
        ) async throws {
            try await Producer(connection.properties).send(connection.record(event, to: topic, key: key))
        }

        private static func event(
            _ command: some EventPayload, _ id: String, _ subject: String?, _ connection: Connection
        ) throws -> Event {
            try Event(id: id, source: "tillsammans:mail", time: connection.now, subject: subject, command)
        }
    }

    private static func directory(_ connection: Connection) throws -> Directory {
        var directory = Directory()
        try connection.readAll([.directory]) { _, key, event in try? directory.take(key, event.data) }
        return directory
    }
}
