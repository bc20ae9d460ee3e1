import ArgumentParser
import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import ServiceKit
import SwiftProtobuf

/// In which language a person reads: Swedish to staff.
enum SpokenLanguage: String, ExpressibleByArgument, CaseIterable {
    case sv, en

    var language: Language { self == .sv ? .swedish : .english }
}

struct CaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "case", abstract: "One case.",
        subcommands: [
            Show.self, ConfirmMove.self, DeclineMove.self, EmergencyCommand.self, Erase.self, Hold.self, LiftHold.self,
        ])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What has happened in a case, what is happening, and what comes next.",
            discussion: """
                Reads the topics of facts from their beginning. Who may read what stands in Docs/access.md. Every use is
                written to access-log first; where that fails, nothing is shown.
                """)

        @OptionGroup var options: ConnectionOptions
        @OptionGroup var who: ReaderOptions
        @Argument(help: "The case's reference, for example SRM-4K7Q-M2XD-9T.")
        var reference: String
        @Flag(help: "One JSON object, with codes beside the words.")
        var json = false
        @Flag(help: "What was written, too, as far as the reader may see it.")
        var contents = false
        @Option(help: "Why it is read; stands in the access log.")
        var reason = ""
        @Option(help: "sv or en.")
        var language = SpokenLanguage.sv

        func run() async throws {
            let (connection, person, reason) = (options.connection, who.person, reason)
            let (reference, language) = (reference, language.language)
            var (room, chronology, people) = try await DedicatedThread.run(name: "case") {
                var (chronology, people) = (Chronology(reference, language), CasePeople())
                let room = try CaseRoom.entered(
                    by: person, reason: reason, connection,
                    also: [.concerns, .children, .mappings, .meetings, .notices, .cases]
                ) { _, event in
                    chronology.take(event)
                    if event.subject == reference { people.take(event) }
                }
                return (room, chronology, people)
            }
            guard !chronology.isEmpty else { throw CommandFault(Catalogue.text("case.none", language)) }
            if let erased = chronology.erased { throw CommandFault(erased) }
            let reading = try await room.open(
                reference, contents ? .plan ... .whole : .status ... .plan, at: connection.now)
            let about = people.shown(reading)
            if json { return print(try Self.lines(chronology.object(reading, about))) }
            print(chronology.text(reading, about, within: Terminal.width))
            if contents { print(chronology.written(reading, within: Terminal.width)) }
        }

        private static func lines(_ object: [String: Any]) throws -> String {
            let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try JSONSerialization.data(withJSONObject: object, options: options), as: UTF8.self)
        }
    }
}

struct CasesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cases", abstract: "All cases: owner, next step, date.",
        discussion: """
            Exit code 1 where an open case has no owner, next step or date, which should be impossible (rule 19).
            """)

    @OptionGroup var options: ConnectionOptions
    @Flag(name: .customLong("open"), help: "Only open cases.")
    var isOpen = false
    @Flag(help: "Only those whose date has passed.")
    var overdue = false
    @Flag(help: "One JSON object a line.")
    var json = false
    @Option(help: "sv or en.")
    var language = SpokenLanguage.sv

    func run() async throws {
        let connection = options.connection
        let all = try await DedicatedThread.run(name: "cases") { try CasesCommand.statuses(connection) }
        let now = connection.now
        let shown = all.filter { status in
            (!isOpen || status.phase != Phase.closed.rawValue)
                && (!overdue || (status.hasDue && status.due.date < now))
        }.sorted { ($0.due.date, $0.caseReference) < ($1.due.date, $1.caseReference) }
        if json {
            for status in shown { print(try status.jsonString()) }
        } else {
            print(table(shown).text(within: Terminal.width))
        }
        let open = all.filter { $0.phase != Phase.closed.rawValue }
        let broken = open.filter { $0.owner.isEmpty || $0.step.isEmpty || !$0.hasDue }
        if broken.isEmpty {
            tell(Catalogue.text("cases.open", language.language, ["count": "\(open.count)"]))
        } else {
            tell(Catalogue.text("cases.broken", language.language, ["count": "\(broken.count)"]))
            for status in broken { tell("  \(status.caseReference)") }
            throw ExitCode(1)
        }
    }

    /// Where each case stands, as last told.
    static func statuses(_ connection: Connection) throws -> [CaseStatus] {
        var latest: [String: CaseStatus] = [:]
        try connection.readAll([.cases], erased: { latest[$1] = nil }) { _, key, event in
            if let status = try? event.decode(CaseStatus.self) { latest[key] = status }
        }
        return Array(latest.values)
    }

    private func table(_ statuses: [CaseStatus]) -> TextTable {
        func words(_ name: String) -> String { Catalogue.text(name, language.language) }
        var table = TextTable([
            words("case.column.case"), words("case.phase"), words("case.owner"), words("case.step"), words("case.due"),
            words("case.column.reminded"),
        ])
        for status in statuses {
            let owner = status.delegate.isEmpty ? status.owner : "\(status.owner) (\(status.delegate))"
            table.add([
                status.caseReference + (status.harmSuspected ? " !" : ""), words("phase.\(status.phase)"),
                status.fallbackReason.isEmpty ? owner : "\(owner), \(words("case.fallback.short"))",
                status.step.isEmpty ? "" : words("step.\(status.step)"),
                status.hasDue ? CivilTime.day(of: status.due.date).description : "",
                status.reminded.isEmpty ? "" : words("level.\(status.reminded)"),
            ])
        }
        return table
    }
}

extension Connection {
    /// Every event that lies on topics now, in the order of each partition; blocks. A line on standard error tells how
    /// far it has come, when that takes long.
    ///
    /// - Parameter erased: gets each key that was deleted from a compacted topic.
    func readAll(
        _ topics: [Topic], erased: (Topic, String) -> Void = { _, _ in }, _ take: (Topic, String, Event) -> Void
    ) throws {
        let names = Dictionary(uniqueKeysWithValues: topics.map { (topic($0), $0) })
        let reader = try TopicReader(Array(names.keys), from: .beginning, properties)
        var count = 0
        let isRead = reader.catchUp(within: .seconds(600)) { record in
            count += 1
            if count.isMultiple(of: 100_000) { tell("read \(count) records …") }
            let received = Date(timeIntervalSince1970: Double(record.timestamp) / 1_000)
            guard let topic = names[record.topic] else { return }
            let key = String(decoding: record.key ?? [], as: UTF8.self)
            if record.value == nil { return erased(topic, key) }
            guard let event = try? Event(headers: record.headers, value: record.value, received: received) else {
                return
            }
            take(topic, key, event)
        }
        if !isRead { throw CommandFault("the topics could not be read to their end within 10 minutes") }
    }
}
