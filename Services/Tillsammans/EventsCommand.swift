import ArgumentParser
import CaseReading
import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import ServiceKit

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "What passes on the topics.", subcommands: [Tail.self])

    struct Tail: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints events as they come, until it is stopped.",
            discussion: """
                Envelopes only, with the size of what is in them. With --open, --as and --reason, what is in the events of
                a case is printed too, where that person may read it; each case is written to access-log first.
                """)

        @OptionGroup var options: ConnectionOptions
        @Option(help: "A topic; may be given more than once. Default: the topics of facts.")
        var topic: [String] = []
        @Flag(help: "One JSON object a line.")
        var json = false
        @Flag(name: .customLong("open"), help: "With --json: what is in them, too.")
        var isOpen = false
        @Option(name: .customLong("as"), help: "With --open: who reads, the id in the directory.")
        var person: String?
        @Option(help: "With --open: why; stands in the access log.")
        var reason: String?
        @Flag(help: "Start with the oldest event instead of the next.")
        var fromBeginning = false

        func validate() throws {
            guard isOpen else { return }
            guard json, person?.isEmpty == false, reason?.isEmpty == false else {
                throw ValidationError("--open needs --json, --as PERSON and --reason TEXT")
            }
        }

        func run() async throws {
            let facts: [Topic] = [.concernReceipts, .concerns, .mappings, .meetings, .notices]
            let topics =
                try topic.isEmpty
                ? facts
                : topic.map { name in
                    guard let topic = Topic(rawValue: name) else {
                        throw ValidationError(
                            "\(name) is none of \(Topic.allCases.map(\.rawValue).joined(separator: ", "))")
                    }
                    return topic
                }
            let connection = options.connection
            var room = try await room(connection)
            let keys = try await isOpen ? DedicatedThread.run(name: "keys") { try connection.keyReader("tail") } : nil
            // Who may read changes while events come.
            let followed = room == nil ? topics : Array(Set(topics + ReadableCases.topics))
            try await EventFeed.reading(connection, followed, fromBeginning: fromBeginning) { feed in
                for try await item in feed.items {
                    if let event = item.event {
                        room?.cases.apply(event)
                    } else if item.topic == .cases {
                        room?.cases.forget(item.key)
                    }
                    guard topics.contains(item.topic) else { continue }
                    print(
                        json
                            ? Self.object(item, try await Self.content(of: item, &room, keys, at: connection.now))
                            : Self.line(item))
                    fflush(nil)
                }
            }
        }

        private func room(_ connection: Connection) async throws -> CaseRoom? {
            guard isOpen, let person, let reason else { return nil }
            return try await DedicatedThread.run(name: "cases") {
                try CaseRoom.entered(by: person, reason: reason, connection)
            }
        }

        /// What is in an event of a case; nil where it stays closed.
        ///
        /// - Throws: what the access log throws.
        static func content(
            of item: EventFeed.Item, _ room: inout CaseRoom?, _ keys: KeyReader? = nil, at now: Date = Date()
        ) async throws -> Any? {
            guard let event = item.event, let reference = event.subject, let extent = Opening.extent(of: event) else {
                return nil
            }
            do {
                guard let reading = try await room?.open(reference, extent...extent, at: now) else { return nil }
                return Opening.content(of: try keys?.open(event) ?? event, for: reading, .swedish)
            } catch is Refusal { return nil }
        }

        private static func line(_ item: EventFeed.Item) -> String {
            guard let event = item.event else {
                return "\(item.topic.rawValue)/\(item.partition)/\(item.offset)  (no event)"
            }
            let type = event.type.replacing("se.tillsammans.", with: "")
            return
                "\(Timestamp.text(event.time))  \(item.topic.rawValue)  \(type)  \(event.subject ?? "-")  \(event.id)"
                + "  \(event.data.count) B"
        }

        private static func object(_ item: EventFeed.Item, _ content: Any?) -> String {
            var object: [String: Any] = [
                "topic": item.topic.rawValue, "partition": item.partition, "offset": item.offset, "key": item.key,
            ]
            if let event = item.event {
                object["id"] = event.id
                object["source"] = event.source
                object["type"] = event.type
                object["time"] = Timestamp.text(event.time)
                object["subject"] = event.subject
                object["cause"] = event.cause
                object["size"] = event.data.count
                object["data"] = content ?? "(sealed)"
                object["proof"] = event.auth.map(ProofInWords.object)
                object["sealed"] = event.sealed?.key
            }
            let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
            let data = try? JSONSerialization.data(withJSONObject: object, options: options)
            return String(decoding: data ?? Data(), as: UTF8.self)
        }
    }
}
