import ArgumentParser
import CaseReading
import Codec
import Domain
import Foundation
import Kafka

struct AccessLogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access-log", abstract: "Who has read what of which case, when, and why they might.",
        discussion: """
            For the case's named person, the county's function and its privacy officer. Looking is written to the log, too.
            """)

    @OptionGroup var options: ConnectionOptions
    @OptionGroup var who: ReaderOptions
    @Option(name: .customLong("case"), help: "The readings of this case.")
    var reference: String?
    @Option(help: "The readings by this person of the directory.")
    var person: String?
    @Option(help: "Why the log is looked at.")
    var reason = ""
    @Flag(help: "One JSON object a line.")
    var json = false
    @Option(help: "sv or en.")
    var language = SpokenLanguage.sv

    func validate() throws {
        guard (reference == nil) != (person == nil) else { throw ValidationError("give either --case or --person") }
    }

    func run() async throws {
        let (connection, reader, reason) = (options.connection, who.person, reason)
        let (room, book) = try await DedicatedThread.run(name: "access-log") {
            var book = AccessBook()
            let room = try CaseRoom.entered(
                by: reader, reason: reason, connection, also: [.accessLog, .mappings]
            ) { _, event in book.apply(event) }
            return (room, book)
        }
        let entries: [AccessBook.Entry]
        if let reference {
            try await room.openLog(ofCase: reference, at: connection.now)
            entries = book.entries.filter { $0.case == reference }
        } else {
            let counties = try await room.openLog(ofPerson: person ?? "", at: connection.now)
            entries = book.entries.filter { $0.by == person && counties.contains($0.county) }
        }
        print(
            json
                ? try AccessBook.lines(entries)
                : AccessBook.table(entries, language.language, within: Terminal.width))
    }
}

extension AccessBook {
    static func lines(_ entries: [Entry]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return try entries.map { String(decoding: try encoder.encode($0), as: UTF8.self) }.joined(separator: "\n")
    }

    static func table(_ entries: [Entry], _ language: Language, within width: Int? = nil) -> String {
        func words(_ name: String) -> String { Catalogue.text(name, language) }
        var table = TextTable(
            ["time", "case", "who", "what"].map { words("case.column.\($0)") }
                + ["why", "reason", "known"].map { words("access.column.\($0)") })
        for entry in entries {
            let end = entry.until.map { " \(Chronology.day($0))" } ?? ""
            let about = entry.person.isEmpty ? "" : " (\(entry.person))"
            table.add([
                Chronology.day(entry.time), entry.case, entry.by, words("access.what.\(entry.what)") + end + about,
                entry.why.isEmpty ? "" : words("access.why.\(entry.why)"), entry.reason,
                entry.door.isEmpty ? "" : "\(entry.door), \(entry.assurance)",
            ])
        }
        return table.text(within: width)
    }
}
