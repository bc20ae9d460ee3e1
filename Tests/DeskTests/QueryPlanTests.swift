import GRDB
import Testing

@testable import desk

@Suite("The desk's queries find their rows by an index, however many there are")
struct QueryPlanTests {
    /// Tables that a query may read from end to end: they have few rows.
    private static let small: Set<String> = ["county", "grdb_migrations"]

    @Test("no page, and nothing that a fact changes, reads a table from end to end")
    func pages() async throws {
        let desk = try await BusyDesk(cases: 3, facts: 20)
        for page in desk.tester.pages {
            for path in try desk.paths(page) {
                for person in BusyDesk.people { _ = try await desk.tester.get(path, as: person) }
            }
        }
        let view = desk.tester.suite.view
        let statements = view.statements.filter {
            $0.contains(#/^(SELECT|UPDATE|DELETE)\b/#) && !$0.contains("sqlite_master")
        }
        #expect(statements.count > 10)
        for statement in statements {
            let scans = try await view.reader().read { db in try Self.scans(statement, db) }
            #expect(scans.subtracting(Self.small) == [], "\(statement)")
        }
    }

    /// The tables that a statement reads from end to end (https://sqlite.org/eqp.html), without what it makes itself.
    private static func scans(_ statement: String, _ db: Database) throws -> Set<String> {
        let explained = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + statement)
        explained.setUncheckedArguments(StatementArguments())
        let steps = try Row.fetchAll(explained).map { $0["detail"] as String }
        let tables = try String.fetchSet(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
        return Set(steps.compactMap { $0.firstMatch(of: #/^SCAN (\w+)/#).map { String($0.1) } }).intersection(tables)
    }
}
