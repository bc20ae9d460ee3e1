import ArgumentParser
import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import ServiceKit
import SwiftProtobuf

struct DirectoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directory", abstract: "The directory: units, people, roles and tables.", subcommands: [Apply.self]
    )

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks a county's YAML file as a whole, shows what it changes, and makes it the directory.",
            discussion: """
                Lists the cases whose owner or delegate is removed. Each of them goes to whoever has the role, the next time
                that something happens in the case.
                """)

        @OptionGroup var options: ConnectionOptions
        @Option(help: "The county's directory.")
        var file: String
        @Option(help: "The key file of the desk (`tillsammans keys new`): its door is added to the directory.")
        var deskKey: String?
        @Flag(help: "Check, show what would change, and change nothing.")
        var dryRun = false

        func run() async throws {
            let read = try DirectoryFile(file)
            let connection = options.connection
            let directory = try deskKey.map { read.directory.admitting(try DoorKey(path: $0)) } ?? read.directory
            let known = try? await DedicatedThread.run(name: "directory") {
                try DirectoryCommand.known(directory.code, connection)
            }
            if let known {
                let changes = DirectoryDifference.lines(from: known.directory ?? CountyDirectory(), to: directory)
                for line in changes { print(line) }
                if changes.isEmpty { print("nothing changes") }
                for line in DirectoryCommand.left(known.statuses, by: directory) { print(line) }
            } else {
                guard dryRun else {
                    throw CommandFault("Kafka does not answer at \(connection.bootstrapServers); nothing was applied")
                }
                tell("Kafka does not answer at \(connection.bootstrapServers): checked, but not compared")
            }
            if !dryRun { try await DirectoryCommand.apply(directory, connection) }
            print(
                "\(directory.name): \(directory.municipalities.count) municipalities, \(directory.units.count) units, "
                    + "\(directory.people.count) people\(dryRun ? " (not applied)" : "")")
        }
    }

    /// The county's directory as it is, and where its cases stand; blocks.
    private static func known(
        _ code: String, _ connection: Connection
    ) throws -> (directory: CountyDirectory?, statuses: [CaseStatus]) {
        var directory: CountyDirectory?
        try connection.readAll([.directory]) { _, key, event in
            if key == code { directory = try? event.decode(CountyDirectory.self) }
        }
        return (directory, try CasesCommand.statuses(connection).filter { $0.county == code })
    }

    /// Open cases whose owner, delegate or unit is not in the new directory, one line each.
    static func left(_ statuses: [CaseStatus], by directory: CountyDirectory) -> [String] {
        let people = Set(directory.people.map(\.id))
        let units = Set(directory.units.map(\.id))
        return statuses.filter { $0.phase != Phase.closed.rawValue }.sorted { $0.caseReference < $1.caseReference }
            .flatMap { status in
                var lines: [String] = []
                if !people.contains(status.owner) { lines.append("owned by \(status.owner), who is removed") }
                if !status.delegate.isEmpty, !people.contains(status.delegate) {
                    lines.append("delegated to \(status.delegate), who is removed")
                }
                if !units.contains(status.unit) { lines.append("of unit \(status.unit), which is removed") }
                return lines.map { "! case \(status.caseReference) is \($0)" }
            }
    }

    static func apply(_ directory: CountyDirectory, _ connection: Connection) async throws {
        try await TopicsCommand.applyReceipts(of: directory, connection)
        let event = try Event(
            id: UUID().uuidString.lowercased(), source: "tillsammans", time: connection.now, subject: directory.code,
            directory)
        try await Producer(connection.properties).send(connection.record(event, to: .directory, key: directory.code))
    }
}

extension CountyDirectory {
    /// The directory with a desk's door, which speaks for all staff, and this key for it.
    func admitting(_ key: DoorKey) -> CountyDirectory {
        var directory = self
        let id = key.door.split(separator: "/").last.map(String.init) ?? key.door
        if !directory.doors.contains(where: { $0.id == id }) {
            directory.doors.append(.with { ($0.id, $0.kind, $0.staff) = (id, County.Door.Kind.desk.rawValue, true) })
        }
        for index in directory.doors.indices where directory.doors[index].id == id {
            directory.doors[index].keys.removeAll { $0.id == key.id }
            directory.doors[index].keys.append(key.entry)
        }
        return directory
    }
}
