import ArgumentParser
import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import SwiftProtobuf

struct CalendarCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calendar", abstract: "Calendars elsewhere.", subcommands: [Publish.self])

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publishes when somebody is taken, from an iCalendar feed of theirs.",
            discussion: """
                Reads VEVENT with recurrences and VFREEBUSY; only times leave the file. They replace what was published for
                this person before, and a meeting that they collide with moves; the suite's own meetings in the feed are
                left out. Give the whole feed each time, for example
                by `curl URL | tillsammans calendar publish --county SRM --person ID`. A feed of which something that
                decides when cannot be read is refused as a whole (exit code 65), and so is one without any time.
                """)

        @OptionGroup var options: ConnectionOptions
        @Option(help: "The county's code.")
        var county: String
        @Option(help: "The directory's id.")
        var person: String
        @Option(help: "The feed; else standard input.")
        var file: String?
        @Option(help: "How far ahead, in weeks.")
        var weeks = 26
        @Flag(help: "Show the times, and publish nothing.")
        var dryRun = false
        @Flag(help: "Publish also that there is no time at all, which frees all that was published before.")
        var empty = false

        func validate() throws {
            if !(1...104).contains(weeks) { throw ValidationError("--weeks is from 1 to 104") }
        }

        func run() async throws {
            let now = Date()
            let window = now..<now + Double(weeks) * 7 * 86_400
            let feed: CalendarFeed
            do { feed = try CalendarFeed(try BoundedInput.read(file, CalendarText.largestBytes), in: window) } catch let
                problem as CalendarFeed.Problem
            {
                tell("\(file ?? "the feed"): \(problem)")
                throw ExitCode(65)
            }
            if dryRun {
                for range in feed.busy { print(CivilTime.swedish(from: range.lowerBound, to: range.upperBound)) }
                return
            }
            guard empty || !feed.busy.isEmpty else {
                tell(
                    "\(file ?? "the feed") holds no time in the next \(weeks) weeks. Nothing is published; --empty does it"
                )
                throw ExitCode(65)
            }
            let command = PublishBusyTimes.with {
                ($0.county, $0.person, $0.ownLeftOut) = (county, person, !feed.mayHoldOurs)
                $0.busy = feed.busy.map { range in
                    .with { ($0.start, $0.end) = (.init(range.lowerBound), .init(range.upperBound)) }
                }
            }
            let connection = options.connection
            let event = try await connection.command(
                Event(id: UUID().uuidString.lowercased(), source: "tillsammans:calendar", time: now, command),
                for: person)
            try await Producer(connection.properties).send(
                connection.record(event, to: .meetingCommands, key: county))
            tell("\(person): taken at \(feed.busy.count) times in the next \(weeks) weeks")
        }
    }
}
