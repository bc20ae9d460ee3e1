import CloudEvents
import GRDB
import Views

/// All facts by case, whole, with how many there are of each case and what came last: about what pages need.
struct Facts: View {
    let name = "facts"
    let topics = ["facts"]
    let revision = 1

    func registerMigrations(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("facts") { db in
            try db.create(table: "facts") { table in
                table.primaryKey("id", .text)
                table.column("key", .text).notNull()
                table.column("type", .text).notNull()
                table.column("time", .double).notNull()
                table.column("event", .blob).notNull()
            }
            try db.create(index: "facts_of_case", on: "facts", columns: ["key", "time"])
            try db.create(table: "cases") { table in
                table.primaryKey("key", .text)
                table.column("count", .integer).notNull()
                table.column("last", .text).notNull()
            }
        }
    }

    func apply(_ event: Event?, from place: RecordPlace, in db: Database) throws {
        guard let event else {
            try db.execute(sql: "DELETE FROM facts WHERE key = ?", arguments: [place.key])
            return try db.execute(sql: "DELETE FROM cases WHERE key = ?", arguments: [place.key])
        }
        let fact = try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO facts (id, key, type, time, event) VALUES (?, ?, ?, ?, ?)")
        try fact.execute(arguments: [
            event.id, place.key, event.type, event.time.timeIntervalSince1970, StoredEvent(event),
        ])
        let last = try db.cachedStatement(
            sql: """
                INSERT INTO cases (key, count, last) VALUES (?, 1, ?)
                ON CONFLICT (key) DO UPDATE SET count = count + 1, last = excluded.last
                """)
        try last.execute(arguments: [place.key, event.type])
    }

    static func of(_ key: String, _ db: Database) throws -> [Event] {
        let statement = try db.cachedStatement(sql: "SELECT event FROM facts WHERE key = ? ORDER BY time")
        return try StoredEvent.fetchAll(statement, arguments: [key]).map(\.event)
    }
}
