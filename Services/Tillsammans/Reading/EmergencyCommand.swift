import ArgumentParser
import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import SwiftProtobuf

struct EmergencyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emergency", abstract: "Opens a case that one may not read otherwise, for some hours.",
        discussion: """
            The case's owner, the unit's manager and the county's privacy officer are told at once. The access ends by \
            itself, and only the person who asked for it can use it. Read with `case show --contents`.
            """)

    @OptionGroup var options: ConnectionOptions
    @OptionGroup var who: ReaderOptions
    @Argument(help: "The case's reference.")
    var reference: String
    @Option(help: "Why it must be read at once. Those who are told can read this.")
    var reason: String
    @Option(help: "Seconds to wait for the answer.")
    var timeout = 30
    @Option(help: "sv or en.")
    var language = SpokenLanguage.sv

    func run() async throws {
        let until = try await EmergencyCommand.open(
            reference, by: who.person, reason: reason, options.connection, within: .seconds(timeout))
        print(
            Catalogue.text(
                "emergency.opened", language.language,
                ["case": reference, "until": CivilTime.text(until, language.language)]))
    }

    /// Asks for access, and waits for the answer.
    ///
    /// - Returns: when it ends.
    /// - Throws: ``CommandFault`` where it is refused, or nobody answers in time.
    static func open(
        _ reference: String, by person: String, reason: String, _ connection: Connection, within patience: Duration
    ) async throws -> Date {
        let command = OpenInEmergency.with {
            ($0.caseReference, $0.by, $0.reason) = (reference, person, reason)
        }
        let event = try await connection.command(
            Event(
                id: UUID().uuidString.lowercased(), source: "tillsammans", time: connection.now, subject: reference,
                command),
            for: person)
        return try await EventFeed.reading(connection, [.mappings], fromBeginning: false, opens: true) { feed in
            try await Producer(connection.properties).send(
                connection.record(event, to: .mappingCommands, key: reference))
            return try await tillsammans.within(patience, waitingFor: "the answer of mapping") {
                for try await item in feed.items where item.event?.cause == event.id {
                    if let opened = try? item.event?.decode(EmergencyOpened.self) { return opened.access.until.date }
                    guard let refused = try? item.event?.decode(CommandRefused.self) else { continue }
                    throw CommandFault(refused.reasons.map { "\($0.swedish) [\($0.code)]" }.joined(separator: "\n"))
                }
                throw CommandFault("the topic ended before the answer")
            }
        }
    }
}
