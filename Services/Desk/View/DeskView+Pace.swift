import CloudEvents
import Codec
import Foundation
import GRDB

/// How long cases take, for the county's numbers: clocks run from when a mapping was opened (rule 19).
extension DeskView {
    static func createPace(_ db: Database) throws {
        try db.create(table: "pace", options: .withoutRowID) {
            $0.primaryKey("reference", .text)
            $0.column("county", .text).notNull()
            $0.column("municipality", .text).notNull()
            // Seconds since 1970; null for what has not happened.
            $0.column("opened", .double).notNull()
            $0.column("taken", .double)
            $0.column("concluded", .double)
            $0.column("outcome", .text)
        }
        // With all that is counted, so that no row is looked up.
        try db.create(
            index: "pace_county", on: "pace",
            columns: ["county", "opened", "municipality", "taken", "concluded", "outcome"])
    }

    /// A mapping that is opened anew counts anew.
    func apply(pace event: Event, _ db: Database) throws {
        let (reference, time) = (event.subject, event.time.timeIntervalSince1970)
        switch event.type {
        case MappingOpened.eventType:
            let fact = try event.decode(MappingOpened.self)
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO pace VALUES (?, ?, ?, ?, NULL, NULL,
                        (SELECT nullif(outcome, '') FROM status WHERE reference = ?))
                    """,
                arguments: [reference, fact.county, fact.municipality, time, reference])
        case CaseTakenOn.eventType:
            try db.execute(
                sql: "UPDATE pace SET taken = ? WHERE reference = ? AND taken IS NULL", arguments: [time, reference])
        case MappingConcluded.eventType:
            // Its content is sealed. The outcome comes with the status.
            try db.execute(
                sql: "UPDATE pace SET concluded = ? WHERE reference = ? AND concluded IS NULL",
                arguments: [time, reference])
        default: break
        }
    }
}
