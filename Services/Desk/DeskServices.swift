import CaseReading
import Codec
import Domain
import Foundation
import GRDB
import Kafka
import Logging
import ServiceKit
import Views

/// What the pages work with.
struct DeskServices: Sendable {
    let view: any ViewReading
    let directory: DeskDirectory
    let keys: KeyEncryptionKeys
    let commands: CommandDoor
    let renderer: PageRenderer
    let log: AccessLog
    let filters: SavedFilters
    var now: @Sendable () -> Date = { Date() }

    /// Reads from the view, with the directory as of the same moment.
    ///
    /// - Throws: `ViewNotReady`; what the query throws.
    func read<Value: Sendable>(
        _ query: @escaping @Sendable (Database, Directory) throws -> Value
    ) async throws -> Value {
        let directory = directory
        return try await view.reader().read { db in try query(db, directory.read(db)) }
    }
}

extension DeskServices {
    /// Where cases are opened.
    var cases: CaseRoom { CaseRoom(desk: self, log: log, door: commands.door.door) }

    /// How far the view may be behind before the pages say so.
    private static let tolerance: TimeInterval = 60

    /// - Throws: ``ConfigurationFault``; a fault of a template; what keeps a producer from starting.
    init(_ settings: Settings, view: ViewFollower, _ kafka: KafkaProperties, prefix: String) throws {
        guard let door = try settings.doorKey() else {
            throw ConfigurationFault("DOOR_KEY_FILE is missing: the desk signs what people do (`tillsammans keys new`)")
        }
        var properties = kafka
        // Somebody waits for the page, so what Kafka does not confirm in time is given back.
        properties["message.timeout.ms"] = "10000"
        properties["linger.ms"] = "0"
        let producer = try Producer(properties)
        let (keys, directory, clock) = (try settings.keyEncryptionKeys(), DeskDirectory(), try settings.clock())
        self.init(
            view: view, directory: directory, keys: keys,
            commands: CommandDoor(
                view: view, keys: keys, door: door, send: { _ = try await producer.send($0) },
                physical: { prefix + $0.rawValue }, now: { clock.now }),
            renderer: try PageRenderer(
                assets: Assets(),
                names: { directory.latest.name(of: $0) },
                isBehind: { view.freshAt < Date() - Self.tolerance }),
            log: try AccessLog(
                signedBy: door, source: "desk", topic: prefix + Topic.accessLog.rawValue, kafka,
                clock: clock, patience: .seconds(10), directory: { directory.latest }),
            filters: try SavedFilters(folder: settings.folder("STATE_DIRECTORY") + "/filters"),
            now: { clock.now })
    }
}

extension Directory {
    /// Name and unit, as the page's head shows them.
    func name(of person: SignedIn) -> (name: String, unit: String)? {
        guard let county = counties[person.county], let known = county.people[person.person] else { return nil }
        return (known.name, county.units[known.unit]?.name ?? "")
    }
}
