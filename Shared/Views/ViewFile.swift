import Crypto
import Foundation
import GRDB
import Kafka
import Streams

/// A view's file: SQLite with write-ahead log, for its owner alone, and locked against every other process.
///
/// Confined to one thread, but for ``pool``, from which anybody may read. Rows and positions are written in one transaction.
final class ViewFile {
    private let view: any View
    private let configuration: ViewConfiguration
    /// The number in the file's name. Each file has a new one: SQLite removes a write-ahead log by its name when the last
    /// connection of its database closes, which may be late, and then it must not be another database's.
    private var number: Int
    private let version: String
    /// A file beside the database: SQLite's own locks are lost when a process closes any descriptor of the database.
    private let lock: LockedFile
    private(set) var pool: DatabasePool
    /// What has been changed or erased may still lie in the write-ahead log.
    private var isLogDirty = false

    /// Opens the file. One that has another version or cannot be read is replaced by an empty one.
    ///
    /// - Throws: ``ViewUnusable`` if another process has it open, or if the folder is open to others; `DatabaseError`.
    init(_ view: any View, _ configuration: ViewConfiguration) throws {
        (self.view, self.configuration) = (view, configuration)
        do {
            try PrivateFolder.create(configuration.folder)
            lock = try LockedFile("\(configuration.folder)/\(view.name).lock", rule: "one process follows a view")
        } catch { throw ViewUnusable("\(error)") }
        version = try Self.version(of: view)
        let found = Self.numbers(view, configuration)
        let last = found.max() ?? 0
        if let pool = try Self.open(last, view, configuration, version: version) {
            (self.pool, number) = (pool, last)
        } else {
            (pool, number) = (try Self.make(last + 1, view, configuration, version), last + 1)
        }
        for former in found where former != number { try Self.remove(former, view, configuration) }
    }

    // MARK: Opening

    /// Of the schema and of all else that decides which rows there are.
    static func version(of view: any View) throws -> String {
        let scratch = try DatabaseQueue()
        try migrate(scratch, view)
        let schema = try scratch.read { db in
            try String.fetchAll(db, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name")
        }
        var hash = SHA256()
        for part in [view.name, "\(view.revision)", "\(StoredEvent.version)"] + view.topics.sorted() + schema {
            hash.update(data: Data("\(part.utf8.count) \(part)".utf8))
        }
        return hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private static func migrate(_ writer: some DatabaseWriter, _ view: any View) throws {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("view") { db in
            try db.create(table: ViewPosition.databaseTableName) { table in
                table.primaryKey {
                    table.column("topic", .text)
                    table.column("partition", .integer)
                }
                table.column("next", .integer).notNull()
                table.column("last", .jsonText)
            }
            try db.create(table: ViewState.databaseTableName) { table in
                table.primaryKey("version", .text)
                table.column("cluster", .text)
                table.column("freshAt", .double).notNull()
            }
        }
        view.registerMigrations(in: &migrator)
        try migrator.migrate(writer)
    }

    private static func path(_ number: Int, _ view: any View, _ configuration: ViewConfiguration) -> String {
        "\(configuration.folder)/\(view.name)-\(number).sqlite"
    }

    /// Of the files that are there.
    private static func numbers(_ view: any View, _ configuration: ViewConfiguration) -> [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: configuration.folder)) ?? []
        return names.compactMap { name in
            guard name.hasPrefix(view.name + "-"), name.hasSuffix(".sqlite") else { return nil }
            return Int(name.dropFirst(view.name.count + 1).dropLast(".sqlite".count))
        }
    }

    private static func connect(_ path: String, _ view: any View, _ configuration: ViewConfiguration) throws
        -> DatabasePool
    {
        var settings = GRDB.Configuration()
        settings.label = "view \(view.name)"
        settings.busyMode = .timeout(1)
        settings.maximumReaderCount = configuration.maximumReaders
        settings.prepareDatabase { db in
            // What is erased is overwritten with zeros, in the tables and in the indexes.
            try db.execute(sql: "PRAGMA secure_delete = ON")
            // A machine's crash may undo the last transactions, with their positions.
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
            try db.execute(sql: "PRAGMA cache_size = -4000")
            // Never beside the view's file, where nobody would erase it.
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        return try DatabasePool(path: path, configuration: settings)
    }

    /// Nil if there is no file, or none that can be continued.
    private static func open(
        _ number: Int, _ view: any View, _ configuration: ViewConfiguration, version: String
    ) throws -> DatabasePool? {
        let path = Self.path(number, view, configuration)
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        for path in files(path) where FileManager.default.fileExists(atPath: path) { chmod(path, 0o600) }
        do {
            let pool = try connect(path, view, configuration)
            let found = try pool.read { db in
                try db.tableExists(ViewState.databaseTableName) ? ViewState.fetchOne(db)?.version : nil
            }
            return found == version ? pool : nil
        } catch let error as DatabaseError where error.isDamage { return nil }
    }

    private static func make(
        _ number: Int, _ view: any View, _ configuration: ViewConfiguration, _ version: String
    ) throws -> DatabasePool {
        let path = Self.path(number, view, configuration)
        // SQLite would make it readable for all; the files beside it get its mode.
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ViewUnusable("\(path) cannot be made: \(String(cString: strerror(errno)))") }
        close(descriptor)
        let pool = try connect(path, view, configuration)
        try migrate(pool, view)
        try pool.write { try ViewState(version: version, cluster: nil, freshAt: configuration.now()).insert($0) }
        return pool
    }

    /// The database last: whatever interrupts this, the rest is removed at the next start.
    private static func remove(_ number: Int, _ view: any View, _ configuration: ViewConfiguration) throws {
        for path in files(Self.path(number, view, configuration)).reversed() where unlink(path) != 0 && errno != ENOENT
        {
            throw ViewUnusable("\(path) cannot be removed: \(String(cString: strerror(errno)))")
        }
    }

    private static func files(_ path: String) -> [String] { [path, path + "-wal", path + "-shm"] }

    /// Replaces the file by an empty one. A read that has begun on the former ``pool`` ends undisturbed.
    func rebuild() throws {
        let former = number
        (pool, number) = (try Self.make(former + 1, view, configuration, version), former + 1)
        isLogDirty = false
        try Self.remove(former, view, configuration)
    }

    // MARK: Writing

    func progress() throws -> ViewProgress {
        try pool.read { db in
            guard let state = try ViewState.fetchOne(db) else { throw ViewProgress.Unfit.damaged }
            let positions = try ViewPosition.fetchAll(db).map { ($0.topicPartition, $0) }
            return ViewProgress(
                cluster: state.cluster, freshAt: state.freshAt,
                positions: Dictionary(positions) { $1 })
        }
    }

    /// Applies the batch and writes how far it goes, in one transaction.
    ///
    /// - Parameter progress: its positions are those that have changed.
    /// - Returns: those that could not be applied, and why.
    func write(_ batch: [ViewChange], _ progress: ViewProgress) throws -> [ViewChange.Skipped] {
        var skipped: [ViewChange.Skipped] = []
        do {
            try transact(progress) { db in
                for change in batch { try change.apply(view, db) }
            }
        } catch is ViewChange.Skipped {
            // Again, and each record by itself.
            try transact(progress) { db in
                skipped = []
                for change in batch {
                    do {
                        try db.inSavepoint {
                            try change.apply(view, db)
                            return .commit
                        }
                    } catch let change as ViewChange.Skipped { skipped.append(change) }
                }
            }
        }
        isLogDirty = isLogDirty || !batch.isEmpty
        if batch.contains(where: \.isTombstone) { try tidy() }
        return skipped
    }

    private func transact(_ progress: ViewProgress, _ body: (Database) throws -> Void) throws {
        try pool.write { db in
            try body(db)
            for position in progress.positions.values { try position.upsert(db) }
            try db.execute(
                sql: "UPDATE \(ViewState.databaseTableName) SET cluster = ?, freshAt = ?",
                arguments: [progress.cluster, progress.freshAt.timeIntervalSince1970])
            try configuration.beforeCommit()
        }
    }

    /// Moves the write-ahead log into the database and empties it, so that what has been erased lies in no file. If somebody
    /// reads from it just now, the next call does it.
    func tidy() throws {
        guard isLogDirty else { return }
        do {
            try pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
            isLogDirty = false
        } catch let error as DatabaseError where error.isBusy {}
    }
}

/// What stands in the file once.
private struct ViewState: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "view_state"

    var version: String
    var cluster: String?
    private var freshAtSeconds: Double

    var freshAt: Date { Date(timeIntervalSince1970: freshAtSeconds) }

    private enum CodingKeys: String, CodingKey {
        case version, cluster
        case freshAtSeconds = "freshAt"
    }

    init(version: String, cluster: String?, freshAt: Date) {
        (self.version, self.cluster, freshAtSeconds) = (version, cluster, freshAt.timeIntervalSince1970)
    }
}

/// A view cannot be followed here.
public struct ViewUnusable: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

extension DatabaseError {
    /// The file is no database, or an inconsistent one.
    var isDamage: Bool {
        switch resultCode.primaryResultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: true
        default: false
        }
    }

    var isBusy: Bool {
        switch resultCode.primaryResultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: true
        default: false
        }
    }

    /// It may be over next time: a full disk, a lack of memory.
    var isPassing: Bool {
        switch resultCode.primaryResultCode {
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_NOMEM, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PROTOCOL,
            .SQLITE_INTERRUPT, .SQLITE_PERM:
            true
        default: isBusy
        }
    }

    /// The rows that a record makes do not fit into the tables.
    var isAboutTheRows: Bool {
        switch resultCode.primaryResultCode {
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG: true
        default: false
        }
    }
}
