import ArgumentParser
import Codec
import Foundation
import Kafka
import ServiceKit
import Streams

struct ErasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erasure", abstract: "Whether an erased child is gone.", subcommands: [Verify.self])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Looks for an erased case wherever it could lie, tries to open what is sealed, and counts.",
            discussion: """
                Reads every topic of the suite from its beginning, aborted records too, and the folders that are given.
                KEY_ENCRYPTION_KEY_FILE opens what can be opened. Run it as a principal that may read every topic, for example
                the one that made them, and on a state folder whose services are stopped.

                Tells how many records are about the case, how many of them are sealed for ever, and how many can be read, with
                topic, partition and offset. Never prints what they say, nor a marker, and so writes nothing to access-log. What
                is sealed under other cases' keys stays closed. A raw report in concern-reports has no reference yet: it is
                found by the child's number as a marker.

                Exit code 0: nothing is readable. 1: something is. 2: nothing is, as far as could be seen.
                """)

        @OptionGroup var options: ConnectionOptions
        @Argument(help: "The case's reference, as the fact of its erasure names it.")
        var reference: String
        @Option(
            help: """
                A file with what the child and family would be known by, one a line: personal number, names, addresses, \
                own words; - reads standard input, so that nothing lies on a disk or in a shell's history.
                """)
        var markers: String?
        @Option(help: "A folder with services' state files (STATE_DIRECTORY). May be repeated.")
        var state: [String] = []
        @Option(help: "A folder with messages that were written instead of sent (MAIL_DIRECTORY). May be repeated.")
        var mail: [String] = []
        @Flag(help: "One JSON object a line for each place.")
        var json = false

        func validate() throws {
            guard reference.wholeMatch(of: /[A-Z]+-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}/) != nil else {
                throw ValidationError("a case's reference looks like SRM-4K7Q-M2XD-9T")
            }
        }

        func run() async throws {
            let markers = try markers.map(Self.read) ?? .none
            let (connection, reference, state, mail) = (options.connection, reference, state, mail)
            let report = try await DedicatedThread.run(name: "verify") {
                try ErasureCommand.report(on: reference, markers, connection, state: state, mail: mail) { tell($0) }
            }
            print(json ? try report.lines() : report.text)
            if report.exitCode != 0 { throw ExitCode(report.exitCode) }
        }

        private static func read(_ path: String) throws -> Markers {
            if path == "-", isatty(STDIN_FILENO) == 1 { tell("markers, one a line; end with Ctrl-D") }
            let data = try BoundedInput.read(path == "-" ? nil : path, Markers.largestBytes)
            guard data.count <= Markers.largestBytes, let text = String(data: data, encoding: .utf8) else {
                throw CommandFault("the markers must be UTF-8 text of at most \(Markers.largestBytes) bytes")
            }
            return try Markers(text)
        }
    }

    /// Looks everywhere; blocks.
    ///
    /// - Parameter tell: gets how far it has come.
    /// - Throws: `KafkaError` where the brokers do not say which topics they have; ``ConfigurationFault`` for a file of
    ///   key-encryption keys that cannot be used. Whatever else fails is part of the report.
    static func report(
        on reference: String, _ markers: Markers, _ connection: Connection, state: [String] = [], mail: [String] = [],
        tell: (String) -> Void = { _ in }
    ) throws -> ErasureReport {
        var topics = try TopicSearch(connection)
        let search = CaseSearch(reference, markers, try topics.keyring(of: reference))
        var count = 0
        var report = ErasureReport(
            reference: reference,
            places: try topics.places(search) {
                count += 1
                if count.isMultiple(of: 100_000) { tell("read \(count) records …") }
            })
        let folders = FolderSearch(search)
        report.places += state.map(folders.state) + mail.map(folders.mail)
        report.notes = notes(topics, report.places, connection)
        if state.isEmpty { report.notes.append("no folder of state files was given (--state)") }
        if mail.isEmpty { report.notes.append("no folder of messages was given (--mail)") }
        return report
    }

    /// Until when what time alone takes away is kept.
    private static func notes(_ topics: TopicSearch, _ places: [SearchedPlace], _ connection: Connection) -> [String] {
        func place(_ topic: Topic) -> SearchedPlace? { places.first { $0.name == connection.topic(topic) } }
        var notes: [String] = []
        for topic in Topic.allCases where topic.retention == .brief && place(topic)?.readable ?? 0 > 0 {
            let days = days(topics.setting("retention.ms", of: topic))
            notes.append(
                "\(connection.topic(topic)) keeps reports for \(days ?? "the days of its retention.ms"), and up to a day for "
                    + "its segment to be closed")
        }
        if topics.keys.erasedAt != nil, topics.keys.values > 0 {
            notes.append(
                "the case's key is erased, but the brokers have not cleaned its former value away: "
                    + cleaning(topics.setting("max.compaction.lag.ms", of: .childKeys), connection.topic(.childKeys)))
        }
        return notes
    }

    /// When the brokers clean the former values of a topic's keys away.
    ///
    /// - Parameter lag: the topic's `max.compaction.lag.ms`, if the broker tells it. Kafka's default is the largest number.
    static func cleaning(_ lag: String?, _ topic: String) -> String {
        lag == "\(Int64.max)"
            ? "nothing makes them, since \(topic) has no max.compaction.lag.ms; see `tillsammans doctor`"
            : "they must begin within \(days(lag) ?? "the max.compaction.lag.ms of \(topic)")"
    }

    private static func days(_ milliseconds: String?) -> String? {
        guard let milliseconds = milliseconds.flatMap({ Int($0) }), milliseconds > 0 else { return nil }
        let days = (milliseconds - 1) / 86_400_000 + 1
        return days == 1 ? "1 day" : "\(days) days"
    }
}
