import ArgumentParser
import Codec
import Domain
import Foundation
import Kafka
import Yams

struct DirectoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directory", abstract: "Who exists: units, people, roles, tables.", subcommands: [Apply.self])

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Checks a county's YAML file as a whole and makes it the directory.")

        @OptionGroup var options: ConnectionOptions
        @Option(help: "The county's directory.")
        var file: String
        @Flag(help: "Only check.")
        var dryRun = false

        func run() async throws {
            let county = try DirectoryCommand.read(file)
            if !dryRun { try await DirectoryCommand.apply(county, options.connection) }
            print(
                "\(county.name): \(county.municipalities.count) municipalities, \(county.units.count) units, "
                    + "\(county.people.count) people\(dryRun ? " (not applied)" : "")")
        }
    }

    /// Reads and checks a file.
    ///
    /// - Throws: ``CommandFault`` with everything that is wrong, by path.
    static func read(_ path: String) throws -> CountyDirectory {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw CommandFault("\(path) cannot be read")
        }
        do {
            guard let object = try Yams.load(yaml: text), JSONSerialization.isValidJSONObject(object) else {
                throw CommandFault("\(path): expected a mapping with code, name, municipalities, units, people")
            }
            let json = try JSONSerialization.data(withJSONObject: object)
            let directory = try CountyDirectory(json: Bytes(json))
            _ = try directory.county()
            return directory
        } catch let error as YamlError {
            throw CommandFault("\(path): \(error)")
        } catch let error as Undecodable {
            throw CommandFault("\(path): \(error)")
        } catch let faults as Faults {
            throw CommandFault("\(path):\n" + faults.list.map { "  \($0)" }.joined(separator: "\n"))
        }
    }

    static func apply(_ directory: CountyDirectory, _ connection: Connection) async throws {
        let event = try Event(
            id: UUID().uuidString.lowercased(), source: "tillsammans", time: Date(), subject: directory.code, directory)
        try await Producer(connection.properties).send(connection.record(event, to: .directory, key: directory.code))
    }
}
