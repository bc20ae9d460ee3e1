import ArgumentParser
import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import SwiftProtobuf

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
            let room = try ReadingRoom.entered(
                by: reader, reason: reason, connection, also: [.accessLog, .mappings]
            ) { _, event in book.apply(event) }
            return (room, book)
        }
        let entries: [AccessBook.Entry]
        if let reference {
            try await room.openLog(ofCase: reference, at: Date())
            entries = book.entries.filter { $0.case == reference }
        } else {
            let counties = try await room.openLog(ofPerson: person ?? "", at: Date())
            entries = book.entries.filter { $0.by == person && counties.contains($0.county) }
        }
        print(json ? try AccessBook.lines(entries) : AccessBook.table(entries, language.language))
    }
}

/// What is known of readings: the access log, and the accesses that were opened in an emergency.
struct AccessBook: Sendable {
    struct Entry: Codable, Sendable {
        let time: Date
        let `case`: String
        let county: String
        /// Who read, and how they were known.
        let by: String
        let door: String
        let assurance: String
        /// course, plan, whole, log, or `emergency`: the access was opened, and until when.
        let what: String
        let why: String
        let reason: String
        /// Whose readings were looked up.
        let person: String
        let until: Date?
    }

    private var known: [Entry] = []
    private var seen: Set<String> = []

    /// The oldest first.
    var entries: [Entry] { known.sorted { $0.time < $1.time } }

    /// Takes over an event of `access-log` or `mappings`. Any other tells nothing of readings.
    mutating func apply(_ event: Event) {
        guard let entry = Entry(event), seen.insert(event.id).inserted else { return }
        known.append(entry)
    }

    static func lines(_ entries: [Entry]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return try entries.map { String(decoding: try encoder.encode($0), as: UTF8.self) }.joined(separator: "\n")
    }

    static func table(_ entries: [Entry], _ language: Language) -> String {
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
        return table.text
    }
}

extension AccessBook.Entry {
    /// Nil for an event that tells of no reading.
    fileprivate init?(_ event: Event) {
        if let viewed = try? event.decode(CaseViewed.self) {
            self.init(
                time: event.time, case: viewed.caseReference, county: viewed.county, by: viewed.by, door: viewed.door,
                assurance: viewed.assurance, what: viewed.what, why: viewed.why, reason: viewed.reason,
                person: viewed.person, until: nil)
        } else if let opened = try? event.decode(EmergencyOpened.self) {
            self.init(
                time: event.time, case: opened.caseReference, county: opened.county, by: opened.access.by, door: "",
                assurance: "", what: "emergency", why: "", reason: opened.reason, person: "",
                until: opened.access.until.date)
        } else {
            return nil
        }
    }
}
