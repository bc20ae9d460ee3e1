import Codec
import Foundation
import GRDB
import GRDBSQLite

/// One task's state on this machine: a SQLite file that is a cache of the changelog and may be deleted at any time.
///
/// Two layers lie above the file, both in memory:
/// - the *step*: what the open transaction has written, dropped when it is aborted;
/// - the *tail*: what is committed in the changelog and not yet in the file.
///
/// The file takes over the tail now and then, in one SQLite transaction with the ``Checkpoint`` from which a restore
/// must read on. A checkpoint may lie too early, never too late: reading a stretch of the changelog again ends in the
/// same state, since each record replaces the one before it.
final class StateStore: StateView {
    private var step: [Bytes: Bytes?] = [:]
    private var tail: [Bytes: Bytes?] = [:]
    private var tailSize = 0
    private var read: [Bytes: Bytes] = [:]
    private let file: DatabaseQueue

    /// What the tail, and what has been read, may hold in memory, in bytes; the file takes over beyond that.
    static let memoryLimit = 32 << 20

    /// Where in the changelog the file stands.
    struct Checkpoint: Equatable {
        /// Every committed changelog record below this offset is in the file.
        var offset: Int64
        /// The cluster that the offset belongs to.
        var cluster: String
        /// When that was true. A checkpoint older than the changelog keeps its tombstones has missed deletions.
        var at: Date
    }

    private(set) var checkpoint: Checkpoint?

    /// Opens the file, or starts an empty one where there is none or it cannot be read.
    init(path: String) throws {
        do {
            file = try Self.open(path)
        } catch {
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
            file = try Self.open(path)
        }
        checkpoint = try file.read { db in
            try Row.fetchOne(db, sql: "SELECT offset, cluster, at FROM checkpoint").map {
                Checkpoint(offset: $0[0], cluster: $0[1], at: Date(timeIntervalSince1970: $0[2]))
            }
        }
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            // Write-ahead log: one process crash loses nothing, a power failure at most the last commits, and either
            // way the file and its checkpoint stay consistent, which is all that a cache needs.
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384")
        }
        let file = try DatabaseQueue(path: path, configuration: configuration)
        try file.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS state(key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
                    CREATE TABLE IF NOT EXISTS checkpoint(
                        one INTEGER PRIMARY KEY CHECK (one = 1), offset INTEGER, cluster TEXT, at REAL);
                    """)
        }
        return file
    }

    // MARK: Reading

    func get(_ key: Bytes) throws -> Bytes? {
        if let value = step[key] { return value }
        if let value = tail[key] { return value }
        if let value = read[key] { return value }
        let value = try file.read { db in
            let statement = try db.cachedStatement(sql: "SELECT value FROM state WHERE key = ?")
            return try statement.stepping(db, [key]) { $0.firstBlob }
        }
        if let value {
            if read.count > 50_000 { read.removeAll(keepingCapacity: true) }
            read[key] = value
        }
        return value
    }

    func scan(_ prefix: Bytes) throws -> [(key: Bytes, value: Bytes)] {
        var entries: [Bytes: Bytes] = [:]
        try file.read { db in
            // No key begins with 0xFF, since names and keys are UTF-8.
            let rows = try Row.fetchCursor(
                db, sql: "SELECT key, value FROM state WHERE key >= ? AND key < ?",
                arguments: [Data(prefix), Data(prefix + [0xFF])])
            while let row = try rows.next() { entries[Bytes(row[0] as Data)] = Bytes(row[1] as Data) }
        }
        for layer in [tail, step] {
            for (key, value) in layer where key.starts(with: prefix) { entries[key] = value }
        }
        return entries.map { ($0.key, $0.value) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
    }

    // MARK: Steps

    /// Writes into the open step.
    func write(_ key: Bytes, _ value: Bytes?) { step[key] = .some(value) }

    /// The transaction is committed: the step is part of the state.
    func commitStep() {
        for (key, value) in step { keep(key, value) }
        step.removeAll(keepingCapacity: true)
    }

    /// The transaction is aborted: nothing of the step remains.
    func dropStep() { step.removeAll(keepingCapacity: true) }

    /// Takes over one committed record of the changelog.
    func restore(_ key: Bytes, _ value: Bytes?) { keep(key, value) }

    private func keep(_ key: Bytes, _ value: Bytes?) {
        tailSize += key.count + (value?.count ?? 0)
        tail[key] = .some(value)
        read[key] = nil
    }

    // MARK: The file

    /// The tail has grown so large that it should be flushed.
    var isHeavy: Bool { tailSize > Self.memoryLimit }

    /// There is something to flush.
    var hasTail: Bool { !tail.isEmpty }

    /// Writes the tail and the checkpoint into the file, together or not at all.
    ///
    /// - Parameter insideCommit: runs after the last write, before SQLite's commit (a point at which tests kill).
    func flush(_ checkpoint: Checkpoint, insideCommit: () -> Void = {}) throws {
        try file.write { db in
            let put = try db.cachedStatement(sql: "INSERT OR REPLACE INTO state(key, value) VALUES (?, ?)")
            let delete = try db.cachedStatement(sql: "DELETE FROM state WHERE key = ?")
            for (key, value) in tail {
                if let value {
                    try put.stepping(db, [key, value]) { _ in }
                } else {
                    try delete.stepping(db, [key]) { _ in }
                }
            }
            try db.execute(
                sql: "INSERT OR REPLACE INTO checkpoint(one, offset, cluster, at) VALUES (1, ?, ?, ?)",
                arguments: [checkpoint.offset, checkpoint.cluster, checkpoint.at.timeIntervalSince1970])
            insideCommit()
        }
        tail.removeAll(keepingCapacity: tailSize <= Self.memoryLimit)
        tailSize = 0
        self.checkpoint = checkpoint
    }

    /// Forgets everything, to be restored from the beginning of the changelog.
    func wipe() throws {
        try file.write { db in try db.execute(sql: "DELETE FROM state; DELETE FROM checkpoint") }
        (step, tail, read, tailSize, checkpoint) = ([:], [:], [:], 0, nil)
    }

    func close() throws { try file.close() }

    /// Whether an error comes from the file, and not from what a processor made of the state.
    static func isFailure(_ error: any Error) -> Bool { error is DatabaseError }
}

/// SQLite's own calls for the two statements that run once per key: binding through GRDB's value types would copy each
/// blob twice.
extension Statement {
    fileprivate func stepping<Result>(_ db: Database, _ blobs: [Bytes], _ body: (Statement) throws -> Result) throws
        -> Result
    {
        let statement = sqliteStatement
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (index, blob) in blobs.enumerated() {
            // SQLite copies the blob, because the pointer is only good inside the closure.
            let code = blob.withUnsafeBytes {
                sqlite3_bind_blob(statement, Int32(index + 1), $0.baseAddress, Int32($0.count), transient)
            }
            guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
        }
        let code = sqlite3_step(statement)
        guard code == SQLITE_ROW || code == SQLITE_DONE else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(db.sqliteConnection)))
        }
        return try body(self)
    }

    /// The first column of the current row.
    fileprivate var firstBlob: Bytes? {
        guard let start = sqlite3_column_blob(sqliteStatement, 0) else { return nil }
        return Bytes(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(sqliteStatement, 0))))
    }
}

private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
