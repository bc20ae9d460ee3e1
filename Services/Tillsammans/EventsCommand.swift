import ArgumentParser
import CloudEvents
import Codec
import Foundation
import SwiftProtobuf

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "What passes on the topics.", subcommands: [Tail.self])

    struct Tail: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints events as they come, until it is stopped.",
            discussion: "Envelopes only; --json prints contents too. What is sealed stays sealed.")

        @OptionGroup var options: ConnectionOptions
        @Option(help: "A topic; may be given more than once. Default: the topics of facts.")
        var topic: [String] = []
        @Flag(help: "One JSON object a line, with the content.")
        var json = false
        @Flag(help: "Start with the oldest event instead of the next.")
        var fromBeginning = false

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
            try await EventFeed.reading(options.connection, topics, fromBeginning: fromBeginning) { feed in
                for try await item in feed.items {
                    print(json ? Self.object(item) : Self.line(item))
                    fflush(nil)
                }
            }
        }

        private static func line(_ item: EventFeed.Item) -> String {
            guard let event = item.event else {
                return "\(item.topic.rawValue)/\(item.partition)/\(item.offset)  (no event)"
            }
            let type = event.type.replacing("se.tillsammans.", with: "")
            return
                "\(Timestamp.text(event.time))  \(item.topic.rawValue)  \(type)  \(event.subject ?? "-")  \(event.id)"
        }

        private static func object(_ item: EventFeed.Item) -> String {
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
                object["sealed"] = event.sealed?.key
                if let type = EventRegistry.event(ofType: event.type), let payload = try? event.decode(type),
                    let json = try? payload.jsonUTF8Data()
                {
                    object["data"] = try? JSONSerialization.jsonObject(with: json)
                }
            }
            let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
            let data = try? JSONSerialization.data(withJSONObject: object, options: options)
            return String(decoding: data ?? Data(), as: UTF8.self)
        }
    }
}
