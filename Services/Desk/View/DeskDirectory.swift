import CloudEvents
import Codec
import Domain
import GRDB
import Synchronization
import Views

/// The counties as last applied, decoded once for each version.
final class DeskDirectory: Sendable {
    private struct Known {
        var versions: [String: Int64] = [:]
        var directory = Directory()
    }

    private let known = Mutex(Known())

    /// As last read.
    var latest: Directory { known.withLock { $0.directory } }

    /// A county that cannot be used leaves the last good one, as in the services.
    func read(_ db: Database) throws -> Directory {
        let rows = try Row.fetchAll(db, sql: "SELECT code, version FROM county")
        let versions = Dictionary(uniqueKeysWithValues: rows.map { ($0["code"] as String, $0["version"] as Int64) })
        let former = known.withLock { $0 }
        if former.versions == versions { return former.directory }
        var directory = former.directory
        for code in Set(former.versions.keys).subtracting(versions.keys) { directory.counties[code] = nil }
        for (code, version) in versions where former.versions[code] != version {
            let event = try StoredEvent.fetchOne(
                db, sql: "SELECT event FROM county WHERE code = ?", arguments: [code])?.event
            try? directory.take(code, event?.data)
        }
        let read = Known(versions: versions, directory: directory)
        known.withLock { $0 = read }
        return directory
    }
}
