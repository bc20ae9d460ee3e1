import ArgumentParser
import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import SwiftProtobuf

// What a person decides on a move that a report proposes (rule 2).

extension CaseCommand {
    struct ConfirmMove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "confirm-move", abstract: "Hands a case over to where a report says that the child is.",
            discussion: """
                The owner's side may, and the unit that would own the case. Exit code 1 where it is refused.
                """)

        @OptionGroup var command: GivenCommand
        @Option(help: "The id of the unit that is proposed; it stands in `case show --json`.")
        var unit: String

        func run() async throws {
            let person = command.person
            let message = Codec.ConfirmMove.with {
                ($0.caseReference, $0.by, $0.unit) = (command.reference, person, unit)
            }
            try await command.give(message) { (try? $0.decode(CaseMoved.self))?.by == person }
        }
    }

    struct DeclineMove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "decline-move", abstract: "Keeps a case where it is, whatever a report says.",
            discussion: "The owner's side may. Exit code 1 where it is refused.")

        @OptionGroup var command: GivenCommand
        @Option(help: "The id of the unit that is proposed; it stands in `case show --json`.")
        var unit: String
        @Option(help: "Why the case stays.")
        var reason: String

        func run() async throws {
            let message = Codec.DeclineMove.with {
                ($0.caseReference, $0.by) = (command.reference, command.person)
                ($0.unit, $0.reason) = (unit, reason)
            }
            try await command.give(message) { $0.type == MoveDeclined.eventType }
        }
    }
}

/// A command about a case that a person gives here: which case, who gives it, and how long the answer is waited for.
struct GivenCommand: ParsableArguments {
    @OptionGroup var options: ConnectionOptions
    @Argument(help: "The case's reference, for example SRM-4K7Q-M2XD-9T.")
    var reference: String
    @Option(name: .customLong("as"), help: "Who decides: the directory's id.")
    var person: String
    @Option(help: "Seconds to wait for the answer.")
    var timeout = 30
    @Option(help: "sv or en.")
    var language = SpokenLanguage.sv

    /// Publishes the command, and prints what came of it.
    ///
    /// - Parameter isAnswer: whether a fact that follows from the command is its answer.
    /// - Throws: `ExitCode` 1 where it is refused; ``CommandFault`` where no answer comes in time.
    func give(_ message: some EventPayload, answeredBy isAnswer: @escaping @Sendable (Event) -> Bool) async throws {
        let connection = options.connection
        let command = try await connection.command(
            Event(
                id: UUID().uuidString.lowercased(), source: "urn:tillsammans:command-line", time: connection.now,
                subject: reference, message), for: person)
        let answer = try await EventFeed.reading(connection, [.mappings], fromBeginning: false, opens: true) { feed in
            try await Producer(connection.properties).send(
                connection.record(command, to: .mappingCommands, key: reference))
            return try await within(.seconds(timeout), waitingFor: "the answer to \(command.id)") {
                for try await item in feed.items {
                    guard let event = item.event, event.cause == command.id else { continue }
                    if event.type == CommandRefused.eventType || isAnswer(event) { return event }
                }
                throw CommandFault("the feed ended before the answer to \(command.id)")
            }
        }
        if let words = FactInWords(answer, language.language, mask: nil, showsWritten: true) { print(words.what) }
        if answer.type == CommandRefused.eventType { throw ExitCode(1) }
    }
}
