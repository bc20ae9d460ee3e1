import Crypto
import DeskSignIn
import Domain
import Foundation
import GRDB
import Streams

/// The sessions of one desk, in a file of its own, so that a restart signs nobody out.
///
/// The file holds hashes of tokens, never a token. It may be deleted: then everybody signs in again.
struct SessionStore: Sendable {
    let limits: SessionLimits
    /// For forms and for sign-ins that have begun. It lies in the file, so that they survive a restart, too.
    let secret: LoginSecret
    private let database: DatabaseQueue
    private let now: @Sendable () -> Date

    /// A session that was found.
    struct Found: Sendable {
        let session: Session
        /// The token should be replaced.
        let isDue: Bool
    }

    /// Opens the file, or makes it. A damaged one is replaced.
    ///
    /// - Parameter folder: is closed to others.
    /// - Throws: `PrivateFolder.Fault`, `DatabaseError`
    init(folder: String, limits: SessionLimits = .init(), now: @escaping @Sendable () -> Date = { Date() }) throws {
        (self.limits, self.now) = (limits, now)
        try PrivateFolder.create(folder)
        let path = folder + "/sessions.sqlite"
        do { (database, secret) = try Self.open(path) } catch let error as DatabaseError where error.isDamaged {
            for path in [path, path + "-journal"] { try? FileManager.default.removeItem(atPath: path) }
            (database, secret) = try Self.open(path)
        }
        try database.write { try Self.sweep($0, limits, now()) }
    }

    // MARK: Beginning and ending

    /// Signs somebody in. Sessions that are over, and those that the person has too many of, end.
    func begin(_ signedIn: SignedIn) async throws -> SessionToken {
        let (token, limits, now) = (SessionToken(), limits, now())
        try await database.write { db in
            try Self.sweep(db, limits, now)
            let session = SessionRow(signedIn, now: now)
            try session.insert(db)
            try TokenRow(hash: token.hash, session: session.id, issuedAt: now).insert(db)
            try db.execute(
                sql: """
                    DELETE FROM session WHERE id IN (
                        SELECT id FROM session WHERE county = ? AND person = ? ORDER BY startedAt DESC, rowid DESC
                        LIMIT -1 OFFSET ?)
                    """, arguments: [signedIn.county, signedIn.person, limits.perPerson])
        }
        return token
    }

    /// Signs out. A token that is none ends nothing.
    func end(_ token: SessionToken) async throws {
        try await database.write { db in
            try db.execute(
                sql: "DELETE FROM session WHERE id = (SELECT session FROM token WHERE hash = ?)",
                arguments: [token.hash])
        }
    }

    /// Ends all sessions of a person, on all their machines.
    func endAll(of signedIn: SignedIn) async throws {
        try await database.write { db in
            try db.execute(
                sql: "DELETE FROM session WHERE county = ? AND person = ?",
                arguments: [signedIn.county, signedIn.person])
        }
    }

    // MARK: While it lasts

    /// Nil where there is none, or where it is over. A session that is found has been seen.
    func find(_ token: SessionToken) async throws -> Found? {
        let (limits, now) = (limits, now())
        guard let (row, issued) = try await database.read({ try Self.row(token, $0, limits, now) }) else { return nil }
        guard let session = row.session, !limits.isOver(started: row.startedAt, seen: row.seenAt, now: now) else {
            try await database.write { _ = try SessionRow.deleteOne($0, key: row.id) }
            return nil
        }
        if abs(now.timeIntervalSince(row.seenAt)) >= limits.precision {
            try await database.write { db in
                try db.execute(
                    sql: "UPDATE session SET seenAt = ? WHERE id = ?",
                    arguments: [now.timeIntervalSince1970, row.id])
            }
        }
        return Found(session: session, isDue: issued.map { limits.isDue(issued: $0, now: now) } ?? false)
    }

    /// The session of a token, while it lasts. Asking does not make it last longer.
    func session(of token: SessionToken) async throws -> Session? {
        let (limits, now) = (limits, now())
        return try await database.read { db in
            guard let (row, _) = try Self.row(token, db, limits, now),
                !limits.isOver(started: row.startedAt, seen: row.seenAt, now: now)
            else { return nil }
            return row.session
        }
    }

    /// Replaces a token. Nil where it has been replaced by another request just now.
    func rotate(_ token: SessionToken) async throws -> SessionToken? {
        let (fresh, limits, now) = (SessionToken(), limits, now())
        return try await database.write { db in
            guard let former = try TokenRow.fetchOne(db, key: token.hash), former.replacedAt == nil else { return nil }
            try db.execute(
                sql: "DELETE FROM token WHERE session = ? AND replacedAt <= ?",
                arguments: [former.session, now.timeIntervalSince1970 - limits.grace])
            try db.execute(
                sql: "UPDATE token SET replacedAt = ? WHERE hash = ?",
                arguments: [now.timeIntervalSince1970, token.hash])
            try TokenRow(hash: fresh.hash, session: former.session, issuedAt: now).insert(db)
            return fresh
        }
    }

    /// The session of a token that counts; and when the token was issued, if it is the latest.
    private static func row(
        _ token: SessionToken, _ db: Database, _ limits: SessionLimits, _ now: Date
    ) throws -> (SessionRow, issued: Date?)? {
        guard let found = try TokenRow.fetchOne(db, key: token.hash),
            !limits.isSpent(replaced: found.replacedAt, now: now),
            let row = try SessionRow.fetchOne(db, key: found.session)
        else { return nil }
        return (row, found.replacedAt == nil ? found.issuedAt : nil)
    }

    private static func sweep(_ db: Database, _ limits: SessionLimits, _ now: Date) throws {
        let now = now.timeIntervalSince1970
        try db.execute(
            sql: "DELETE FROM session WHERE startedAt <= ? OR seenAt <= ?",
            arguments: [now - limits.absolute, now - limits.idle])
    }

    // MARK: The file

    private static func open(_ path: String) throws -> (DatabaseQueue, LoginSecret) {
        // SQLite would make it readable for all; its journal gets its mode.
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
        chmod(path, 0o600)
        var configuration = Configuration()
        configuration.label = "sessions"
        configuration.busyMode = .timeout(1)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA secure_delete = ON")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        let database = try DatabaseQueue(path: path, configuration: configuration)
        var migrator = DatabaseMigrator()
        migrator.registerMigration("sessions") { db in
            try db.create(table: SessionRow.databaseTableName) { table in
                table.primaryKey("id", .text)
                for name in ["county", "person", "assurance"] { table.column(name, .text).notNull() }
                for name in ["authenticatedAt", "startedAt", "seenAt"] { table.column(name, .double).notNull() }
            }
            try db.create(index: "session_person", on: SessionRow.databaseTableName, columns: ["county", "person"])
            try db.create(table: TokenRow.databaseTableName) { table in
                table.primaryKey("hash", .blob)
                table.column("session", .text).notNull().indexed()
                    .references(SessionRow.databaseTableName, onDelete: .cascade)
                table.column("issuedAt", .double).notNull()
                table.column("replacedAt", .double)
            }
            try db.create(table: "secret") { $0.column("bytes", .blob).notNull() }
            let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
            try db.execute(sql: "INSERT INTO secret VALUES (?)", arguments: [bytes])
        }
        try migrator.migrate(database)
        let bytes = try database.read { try Data.fetchOne($0, sql: "SELECT bytes FROM secret") }
        guard let bytes else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
        return (database, LoginSecret(bytes))
    }
}

private struct SessionRow: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "session"

    /// Seconds since 1970: what SQL compares.
    static func databaseDateDecodingStrategy(for column: String) -> DatabaseDateDecodingStrategy {
        .timeIntervalSince1970
    }

    static func databaseDateEncodingStrategy(for column: String) -> DatabaseDateEncodingStrategy {
        .timeIntervalSince1970
    }

    let id: String
    let county: String
    let person: String
    let assurance: String
    let authenticatedAt: Date
    let startedAt: Date
    let seenAt: Date

    init(_ signedIn: SignedIn, now: Date) {
        id = UUID().uuidString
        (county, person) = (signedIn.county, signedIn.person)
        assurance = signedIn.assurance.rawValue
        (authenticatedAt, startedAt, seenAt) = (signedIn.at, now, now)
    }

    /// Nil for a word that nobody knows.
    var session: Session? {
        Assurance(rawValue: assurance).map {
            Session(id: id, signedIn: SignedIn(person: person, county: county, assurance: $0, at: authenticatedAt))
        }
    }
}

private struct TokenRow: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "token"

    /// Seconds since 1970: what SQL compares.
    static func databaseDateDecodingStrategy(for column: String) -> DatabaseDateDecodingStrategy {
        .timeIntervalSince1970
    }

    static func databaseDateEncodingStrategy(for column: String) -> DatabaseDateEncodingStrategy {
        .timeIntervalSince1970
    }

    let hash: Data
    let session: String
    let issuedAt: Date
    var replacedAt: Date?
}

extension DatabaseError {
    /// The file is no database, or an inconsistent one.
    fileprivate var isDamaged: Bool {
        switch resultCode.primaryResultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: true
        default: false
        }
    }
}
