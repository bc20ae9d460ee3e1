import ArgumentParser
import Codec
import Domain
import Foundation
import SwiftProtobuf
import SystemPackage

extension KeysCommand {
    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a door's key pair, and prints the directory's lines.",
            discussion: """
                The private key is written to a file that only you may read; an existing file is never overwritten. To change \
                a door's key, put the new one beside the old one in the directory, apply it, give the door the new file, and \
                take the old key out when no command that it signed is on its way any more.
                """)

        @Argument(help: "County and door, for example SRM/desk.")
        var door: String
        @Option(help: "desk, http, mail, system or operator.")
        var kind = County.Door.Kind.operator.rawValue
        @Option(help: "Where the private key goes; else DOOR.jwk, with a hyphen for the stroke.")
        var file: String?
        @Option(help: "The key's id; else today's date.")
        var id = CivilTime.day(of: Date()).description
        @Option(help: "The last day on which it counts, YYYY-MM-DD.")
        var until: String?

        func validate() throws {
            let parts = door.split(separator: "/", omittingEmptySubsequences: false)
            if parts.count != 2 || parts.contains("") {
                throw ValidationError("a door is COUNTY/ID, for example SRM/desk")
            }
            if County.Door.Kind(rawValue: kind) == nil {
                let kinds = County.Door.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--kind is one of \(kinds)")
            }
            if let until, LocalDate(until) == nil { throw ValidationError("--until is a day, YYYY-MM-DD") }
        }

        func run() throws {
            let path = file ?? door.replacing("/", with: "-") + ".jwk"
            let key = DoorKey(door: door, id: id)
            try key.write(to: path)
            tell("the private key lies in \(path); only you may read it")
            print(lines(key))
        }

        private func lines(_ key: DoorKey) -> String {
            let last = until.map { ", until: \"\($0)\"" } ?? ""
            return """
                doors:
                  - id: \(door.split(separator: "/")[1])
                    kind: \(kind)
                    keys:
                      - { id: "\(key.id)", x: "\(key.publicKey)"\(last) }
                    staff: true
                """
        }
    }
}

extension DoorKey {
    /// Writes the key to a new file that only its owner may read.
    ///
    /// - Throws: ``CommandFault`` where the file exists, or cannot be written.
    func write(to path: String) throws {
        do {
            let descriptor = try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create, .exclusiveCreate],
                permissions: [.ownerRead, .ownerWrite])
            let bytes = try file
            _ = try descriptor.closeAfter { try descriptor.writeAll(bytes) }
        } catch let error as Errno {
            throw CommandFault(
                error == .fileExists ? "\(path) exists, and is not overwritten" : "\(path) cannot be written: \(error)")
        }
    }
}

/// The doors of a suite that runs on one machine: each has a key of its own from the start, in files beside the state.
struct OwnDoors: Sendable {
    private let folder: String
    private let keys: [County.Door.Kind: DoorKey]

    /// Makes the keys, in a folder that only its owner may enter.
    ///
    /// - Throws: ``CommandFault`` where they cannot be written.
    init(in folder: String, of county: String) throws {
        self.folder = folder
        keys = Dictionary(
            uniqueKeysWithValues: [County.Door.Kind.operator, .http, .mail, .desk].map { kind in
                (kind, DoorKey(door: "\(county)/own-\(kind.rawValue)", id: UUID().uuidString.lowercased()))
            })
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for (kind, key) in keys { try key.write(to: file(kind)) }
    }

    /// The key file of a door.
    func file(_ kind: County.Door.Kind) -> String { "\(folder)/\(kind.rawValue).jwk" }

    /// The directory with these doors.
    func added(to directory: CountyDirectory) -> CountyDirectory {
        var directory = directory
        for (kind, key) in keys.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            directory.doors.append(
                .with {
                    ($0.id, $0.kind, $0.staff) = ("own-\(kind.rawValue)", kind.rawValue, kind != .http)
                    $0.keys = [key.entry]
                })
        }
        return directory
    }
}
