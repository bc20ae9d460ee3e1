import ArgumentParser
import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import SwiftProtobuf

struct NoticesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notices", abstract: "What became of the notices to staff.",
        subcommands: [List.self, Resend.self],
        defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Each notice with its status: queued, sent, delayed, failed or superseded.",
            discussion: "With --failed, the exit code is 1 if a notice has failed. Use it to watch the suite.")

        @OptionGroup var options: ConnectionOptions
        @Option(name: .customLong("case"), help: "Only of this case.")
        var reference: String?
        @Flag(help: "Only those that did not arrive.")
        var failed = false
        @Flag(help: "One JSON object a line.")
        var json = false
        @Option(help: "sv or en.")
        var language = SpokenLanguage.sv

        func run() async throws {
            let (connection, reference) = (options.connection, reference)
            let all = try await DedicatedThread.run(name: "notices") {
                var book = NoticeBook()
                try connection.readAll([.notices]) { _, _, event in book.take(event) }
                return book.entries.filter { reference == nil || $0.reference == reference }
            }
            let shown = failed ? all.filter { $0.status == .failed } : all
            if json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                for entry in shown { print(String(decoding: try encoder.encode(entry), as: UTF8.self)) }
            } else {
                print(NoticeBook.table(shown, language.language))
            }
            let count = all.count { $0.status == .failed }
            tell(
                Catalogue.text(
                    "notices.count", language.language, ["count": "\(all.count)", "failed": "\(count)"]))
            if failed, count > 0 { throw ExitCode(1) }
        }
    }

    struct Resend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends a failed notice once more. It can be sent for 30 days.",
            discussion: "A notice that a newer one has replaced is not sent. `notices` shows what became of it.")

        @OptionGroup var options: ConnectionOptions
        @Argument(help: "The notice's id, as `notices --failed` shows it.")
        var id: String
        @Option(name: .customLong("as"), help: "Who asks for it: the directory's id.")
        var person: String

        func run() async throws {
            let connection = options.connection
            let id = id
            let book = try await DedicatedThread.run(name: "notices") {
                var book = NoticeBook()
                try connection.readAll([.notices]) { _, _, event in book.take(event) }
                return book
            }
            guard let entry = book.entries.first(where: { $0.id == id }) else {
                throw CommandFault("there is no notice \(id); see `tillsammans notices --failed`")
            }
            guard entry.status == .failed else {
                throw CommandFault("the notice \(id) has not failed: it is \(entry.status.rawValue)")
            }
            let event = try await connection.command(
                Event(
                    id: UUID().uuidString.lowercased(), source: "tillsammans", time: connection.now,
                    ResendNotice.with { $0.noticeID = id }), for: person)
            try await Producer(connection.properties).send(connection.record(event, to: .noticeCommands, key: id))
            tell("notice \(id) will be sent again")
        }
    }
}

/// What became of each notice, from the facts on `notices`.
struct NoticeBook: Sendable {
    enum Status: String, Codable, Sendable { case queued, sent, delayed, failed, superseded }

    struct Entry: Codable, Sendable {
        let id: String
        let reference: String
        let kind: String
        let recipient: String
        var status: Status
        var attempt: Int
        var detail: String
        var time: Date
    }

    private var known: [String: Entry] = [:]
    private var order: [String] = []

    /// In the order in which they were first told of.
    var entries: [Entry] { order.compactMap { known[$0] } }

    mutating func take(_ event: Event) {
        switch EventRegistry.event(ofType: event.type).flatMap({ try? event.decode($0) }) {
        case let fact as NoticeQueued:
            let later = fact.hasNotBefore ? Chronology.day(fact.notBefore.date) : ""
            note(event, fact.noticeID, fact.caseReference, fact.kind, fact.recipient, .queued, 0, later)
        case let fact as NoticeSent:
            note(event, fact.noticeID, fact.caseReference, fact.kind, fact.recipient, .sent, fact.attempt, "")
        case let fact as NoticeDelayed:
            note(
                event, fact.noticeID, fact.caseReference, fact.kind, fact.recipient, .delayed, fact.attempt, fact.detail
            )
        case let fact as NoticeFailed:
            note(
                event, fact.noticeID, fact.caseReference, fact.kind, fact.recipient, .failed, fact.attempt, fact.detail)
        case let fact as NoticeSuperseded:
            note(event, fact.noticeID, fact.caseReference, fact.kind, fact.recipient, .superseded, 0, "")
        default: break
        }
    }

    private mutating func note(
        _ event: Event, _ id: String, _ reference: String, _ kind: String, _ recipient: String, _ status: Status,
        _ attempt: Int32, _ detail: String
    ) {
        if known[id] == nil { order.append(id) }
        known[id] = Entry(
            id: id, reference: reference, kind: kind, recipient: recipient, status: status, attempt: Int(attempt),
            detail: detail, time: event.time)
    }

    static func table(_ entries: [Entry], _ language: Language) -> String {
        func words(_ name: String) -> String { Catalogue.text(name, language) }
        var table = TextTable(
            [words("case.column.time"), words("case.column.case")]
                + ["kind", "recipient", "status", "attempt", "detail", "notice"].map { words("notices.column.\($0)") })
        for entry in entries {
            table.add([
                Chronology.day(entry.time), entry.reference, words("notice.\(entry.kind)"), entry.recipient,
                words("notice.status.\(entry.status.rawValue)"), entry.attempt == 0 ? "" : "\(entry.attempt)",
                entry.detail, entry.id,
            ])
        }
        return table.text()
    }
}
