public import CloudEvents
public import Foundation
public import GRDB

/// A read model of topics: which rows in SQLite their records make.
///
///     struct Latest: View {
///         let name = "latest"
///         let topics = ["words"]
///         let revision = 1
///
///         func registerMigrations(in migrator: inout DatabaseMigrator) {
///             migrator.registerMigration("latest") { db in
///                 try db.create(table: "latest") { table in
///                     table.primaryKey("word", .text)
///                     table.column("event", .blob).notNull()
///                 }
///             }
///         }
///
///         func apply(_ event: Event?, from place: RecordPlace, in db: Database) throws {
///             …
///         }
///     }
///
/// A view is a cache of its topics: whenever in doubt, its file is deleted and built from the beginning. So a migration
/// never has rows to care for, and an old one may be changed instead of adding another.
public protocol View: Sendable {
    /// Names the file and the metrics: letters, digits and hyphens.
    var name: String { get }

    /// The topics that are read, without the installation's prefix. Between topics and between partitions, records come in
    /// no order.
    var topics: [String] { get }

    /// To be raised when ``apply(_:from:in:)`` makes other rows from the same records. A changed schema needs no new
    /// number.
    var revision: Int { get }

    /// Makes the tables and indexes. Names that begin with `view_` are taken.
    func registerMigrations(in migrator: inout DatabaseMigrator)

    /// Applies one record. All it may change is `db`, and all it may know is what it is given and what lies in `db`.
    ///
    /// It runs in a transaction with other records and with the positions after them: each record counts once. It may run
    /// again after it was rolled back.
    ///
    /// - Parameter event: the payload is as it lies in the record; a sealed one is sealed. Nil is a tombstone: what the
    ///   record's key has told is erased, and must leave no row.
    /// - Throws: any error of its own, where the record cannot be applied. Then it leaves nothing, and is counted and passed
    ///   over. The log shows the error's type alone. An error of the SQL ends the follower.
    func apply(_ event: Event?, from place: RecordPlace, in db: Database) throws
}

/// Where a record lies, and under which key.
public struct RecordPlace: Sendable, Hashable {
    /// Without the installation's prefix.
    public var topic: String
    public var partition: Int32
    public var offset: Int64
    /// Empty for a record without a key.
    public var key: String
    /// When the record was written.
    public var written: Date

    public init(topic: String, partition: Int32, offset: Int64, key: String, written: Date) {
        (self.topic, self.partition, self.offset) = (topic, partition, offset)
        (self.key, self.written) = (key, written)
    }
}
