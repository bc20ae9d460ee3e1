import DeskCore
import Domain
import Foundation
import GRDB
import Streams

/// The filters that people have saved under a name, in a file of its own.
///
/// It holds what somebody finds handy, and nothing of a case. It may be deleted: then everybody saves theirs again.
struct SavedFilters: Sendable {
    /// As many as fit on a page.
    static let limit = 20
    /// Characters of a name.
    static let longestName = 60

    struct Saved: Sendable, Hashable {
        var name: String
        var filter: WorkFilter
    }

    /// Why a filter was not saved.
    enum Problem: String, Error, CaseIterable {
        case unnamed, long, personal, full
    }

    private let database: DatabaseQueue

    /// Opens the file, or makes it. A damaged one is replaced.
    ///
    /// - Parameter folder: is closed to others.
    /// - Throws: `PrivateFolder.Fault`, `DatabaseError`
    init(folder: String) throws {
        try PrivateFolder.create(folder)
        let path = folder + "/filters.sqlite"
        do { database = try Self.open(path) } catch let error as DatabaseError where error.isDamage {
            for path in [path, path + "-journal"] { try? FileManager.default.removeItem(atPath: path) }
            database = try Self.open(path)
        }
    }

    /// In memory, for as long as the value lives.
    init() throws { database = try Self.migrated(DatabaseQueue()) }

    /// By name.
    func all(of person: SignedIn) async throws -> [Saved] {
        try await database.read { db in
            try Row.fetchAll(
                db, sql: "SELECT name, query FROM filter WHERE county = ? AND person = ? ORDER BY name",
                arguments: [person.county, person.person]
            ).map { Saved(name: $0["name"], filter: WorkFilter(query: $0["query"])) }
        }
    }

    /// Saves a filter. One that has the name is replaced.
    ///
    /// - Throws: ``Problem``, `DatabaseError`
    func save(_ filter: WorkFilter, as name: String, for person: SignedIn) async throws {
        if name.isEmpty { throw Problem.unnamed }
        if name.count > Self.longestName { throw Problem.long }
        // The file is not sealed, so that a name tells of no child.
        if !Anonymity.faults(in: name, at: "name").isEmpty { throw Problem.personal }
        try await database.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO filter VALUES (?, ?, ?, ?)",
                arguments: [person.county, person.person, name, filter.query])
            let count = try Int.fetchOne(
                db, sql: "SELECT count(*) FROM filter WHERE county = ? AND person = ?",
                arguments: [person.county, person.person])
            if count ?? 0 > Self.limit { throw Problem.full }
        }
    }

    func remove(_ name: String, of person: SignedIn) async throws {
        try await database.write { db in
            try db.execute(
                sql: "DELETE FROM filter WHERE county = ? AND person = ? AND name = ?",
                arguments: [person.county, person.person, name])
        }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        // SQLite would make it readable for all; its journal gets its mode.
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
        var configuration = Configuration()
        configuration.label = "filters"
        configuration.busyMode = .timeout(1)
        return try migrated(DatabaseQueue(path: path, configuration: configuration))
    }

    private static func migrated(_ database: DatabaseQueue) throws -> DatabaseQueue {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("filters") { db in
            try db.create(table: "filter", options: .withoutRowID) { table in
                for name in ["county", "person", "name", "query"] { table.column(name, .text).notNull() }
                table.primaryKey(["county", "person", "name"])
            }
        }
        try migrator.migrate(database)
        return database
    }
}

extension WorkFilter {
    /// - Parameter query: an address's, after the `?`.
    init(query: String) {
        var components = URLComponents()
        components.query = query
        let items = components.queryItems ?? []
        self.init { name in items.first { $0.name == name }?.value }
    }

    /// The page that shows it.
    var path: String { fields.isEmpty ? "/work" : "/work?\(query)" }
}

extension DatabaseError {
    /// The file is no database, or an inconsistent one.
    fileprivate var isDamage: Bool {
        [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT].contains(resultCode.primaryResultCode)
    }
}
