import CaseReading
import CloudEvents
import Codec
import Foundation
import GRDB
import ServiceKit
import Streams
import SwiftProtobuf
import Views

/// The desk's copy of what the suite has told: where each case stands, and the facts about it. Contents stay sealed.
///
/// | table | one row for | from |
/// |---|---|---|
/// | `county` | each county's directory | `directory` |
/// | `data_key` | each case's wrapped data key | `child-keys` |
/// | `child` | whom a case is about | `children` |
/// | `status` | where a case stands | `cases` |
/// | `fact` | what happened in a case, and each refusal | `concerns`, `mappings`, `meetings`, `notices` |
/// | `meeting`, `participant` | each meeting as last booked, and its staff | `meetings` |
/// | `emergency` | who has, or had, access to a case in an emergency | `cases` |
/// | `pace` | when a case was opened, taken on and concluded, with which outcome | `mappings` |
/// | `reading` | each reading in the access log | `access-log` |
/// | `receipt` | the answer to each report | `concern-receipts` |
/// | `erased` | each case that is erased (rule 23) | `mappings` |
struct DeskView: View {
    let name = "desk"
    let topics = Self.read.map(\.rawValue)
    let revision = 1

    /// What the desk may read.
    static let read = Topology.edges[Topology.desk]?.reads ?? []

    func registerMigrations(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("desk") { db in
            for (table, key) in [("county", "code"), ("data_key", "name"), ("child", "reference")] {
                try db.create(table: table, options: .withoutRowID) {
                    $0.primaryKey(key, .text)
                    $0.column("version", .integer).notNull()
                    $0.column("event", .blob).notNull()
                }
            }
            try Self.createStatus(db)
            try Self.createFacts(db)
            try Self.createMeetings(db)
            try Self.createPace(db)
            try db.create(table: "erased", options: .withoutRowID) { $0.primaryKey("reference", .text) }
        }
    }

    private static func createStatus(_ db: Database) throws {
        try db.create(table: "status") {
            $0.primaryKey("reference", .text)
            for name in ["county", "municipality", "unit", "owner", "delegate", "coordinator", "phase", "step"] {
                $0.column(name, .text).notNull()
            }
            // Whose answer is waited for as the other of the two that a child has before school; empty: nobody's.
            $0.column("asked", .text).notNull()
            // Seconds since 1970; null where nothing is due.
            $0.column("due", .integer)
            $0.column("reminded", .text).notNull()
            $0.column("fallback", .boolean).notNull()
            // The child has a protected identity.
            $0.column("protected", .boolean).notNull()
            // Empty until the mapping is concluded.
            $0.column("outcome", .text).notNull()
            $0.column("cause", .text)
            $0.column("event", .blob).notNull()
        }
        // Of open cases, with all that a list of work is ordered and narrowed by, so that no row is looked up. A query must
        // say `phase <> 'closed'` in the same words.
        let listed = ["due", "reference", "phase", "step", "unit", "protected"]
        for people in ["owner", "delegate", "coordinator", "asked", "unit"] {
            try db.create(
                index: "status_\(people)", on: "status", columns: ["county", people] + listed.filter { $0 != people },
                condition: Column("phase") != "closed")
        }
        // Where references are known.
        try db.create(
            index: "status_open", on: "status",
            columns: ["reference", "county"] + listed.filter { $0 != "reference" },
            condition: Column("phase") != "closed")
        // In the order in which a county's cases are counted.
        try db.create(
            index: "status_counted", on: "status",
            columns: ["county", "phase", "step", "unit", "protected", "due", "fallback", "reference"],
            condition: Column("phase") != "closed")
        try db.create(
            index: "status_county", on: "status", columns: ["county"] + listed + ["municipality"],
            condition: Column("phase") != "closed")
        try db.create(
            index: "status_fallback", on: "status", columns: ["county"] + listed,
            condition: Column("fallback") && Column("phase") != "closed")
        try db.create(table: "emergency", options: .withoutRowID) {
            $0.column("person", .text).notNull()
            $0.column("reference", .text).notNull()
            $0.column("until", .integer).notNull()
            $0.primaryKey(["person", "reference"])
        }
        try db.create(index: "emergency_reference", on: "emergency", columns: ["reference"])
    }

    private static func createFacts(_ db: Database) throws {
        try db.create(table: "fact") {
            $0.primaryKey("id", .text)
            // Empty for what is about no case.
            $0.column("reference", .text).notNull()
            $0.column("topic", .text).notNull()
            $0.column("type", .text).notNull()
            $0.column("time", .double).notNull()
            $0.column("cause", .text)
            $0.column("event", .blob).notNull()
        }
        try db.create(index: "fact_reference", on: "fact", columns: ["reference", "time"])
        try db.create(index: "fact_cause", on: "fact", columns: ["cause"], condition: Column("cause") != nil)
        try db.create(table: "reading") {
            $0.primaryKey("id", .text)
            $0.column("reference", .text).notNull().indexed()
            $0.column("person", .text).notNull().indexed()
            $0.column("time", .double).notNull()
            $0.column("event", .blob).notNull()
        }
        try db.create(table: "receipt") {
            $0.column("report", .text).notNull()
            $0.column("source", .text).notNull()
            // The case that the concern was registered in; null where it was not, or where the receipt does not tell.
            $0.column("reference", .text)
            $0.column("time", .double).notNull()
            $0.column("event", .blob).notNull()
            $0.primaryKey(["report", "source"])
        }
        try db.create(
            index: "receipt_reference", on: "receipt", columns: ["reference", "source", "time"],
            condition: Column("reference") != nil)
    }

    private static func createMeetings(_ db: Database) throws {
        try db.create(table: "meeting", options: .withoutRowID) {
            $0.primaryKey("id", .text)
            $0.column("reference", .text).notNull().indexed()
            $0.column("time", .double).notNull()
        }
        // With all that a list shows of a meeting: who has been to hundreds has them beside each other.
        try db.create(table: "participant", options: .withoutRowID) {
            $0.column("person", .text).notNull()
            $0.column("meeting", .text).notNull()
            $0.column("reference", .text).notNull()
            $0.column("answer", .text).notNull()
            // As of the fact that booked the meeting.
            $0.column("time", .double).notNull()
            $0.column("start", .integer).notNull()
            $0.column("finish", .integer).notNull()
            $0.column("stands", .boolean).notNull()
            $0.primaryKey(["person", "meeting"])
        }
        try db.create(index: "participant_meeting", on: "participant", columns: ["meeting"])
        try db.create(index: "participant_reference", on: "participant", columns: ["reference", "stands", "time"])
    }

    func apply(_ event: Event?, from place: RecordPlace, in db: Database) throws {
        guard let topic = Topic(rawValue: place.topic) else { return }
        switch topic {
        case .directory: try Self.keep(event, "county", "code", place, db)
        case .childKeys: try Self.keep(event, "data_key", "name", place, db)
        case .children: try Self.keep(event, "child", "reference", place, db)
        case .cases: try apply(status: event, place, db)
        case .accessLog: try apply(reading: event, db)
        case .concernReceipts: try apply(receipt: event, db)
        default: try apply(fact: event, topic, db)
        }
    }

    /// The latest of a key, as it lay in its record.
    private static func keep(
        _ event: Event?, _ table: String, _ column: String, _ place: RecordPlace, _ db: Database
    ) throws {
        guard let event else {
            return try db.execute(sql: "DELETE FROM \(table) WHERE \(column) = ?", arguments: [place.key])
        }
        try db.execute(
            sql: "INSERT OR REPLACE INTO \(table) VALUES (?, ?, ?)",
            arguments: [place.key, place.offset, StoredEvent(event)])
    }
}

// MARK: Rows

extension DeskView {
    private func apply(status event: Event?, _ place: RecordPlace, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM emergency WHERE reference = ?", arguments: [place.key])
        guard let event else {
            return try db.execute(sql: "DELETE FROM status WHERE reference = ?", arguments: [place.key])
        }
        let status = try event.decode(CaseStatus.self)
        for access in status.emergencies {
            try db.execute(
                sql: "INSERT OR REPLACE INTO emergency VALUES (?, ?, ?)",
                arguments: [access.by, status.caseReference, access.until.seconds])
        }
        try db.execute(
            sql: "INSERT OR REPLACE INTO status VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                status.caseReference, status.county, status.municipality, status.unit, status.owner, status.delegate,
                status.coordinator, status.phase, status.step, status.awaitedCounterpart,
                status.hasDue ? status.due.seconds : nil, status.reminded, !status.fallbackReason.isEmpty,
                status.protectedIdentity, status.outcome,
                event.cause, StoredEvent(event),
            ])
        if !status.outcome.isEmpty {
            try db.execute(
                sql: "UPDATE pace SET outcome = ? WHERE reference = ?",
                arguments: [status.outcome, status.caseReference])
        }
    }

    private func apply(reading event: Event?, _ db: Database) throws {
        guard let event else { return }
        let viewed = try event.decode(CaseViewed.self)
        try db.execute(
            sql: "INSERT OR IGNORE INTO reading VALUES (?, ?, ?, ?, ?)",
            arguments: [
                event.id, viewed.caseReference, viewed.by, event.time.timeIntervalSince1970, StoredEvent(event),
            ])
    }

    private func apply(receipt event: Event?, _ db: Database) throws {
        guard let event else { return }
        let receipt = try event.decode(ConcernReceipt.self)
        // The first answer counts, but for a refusal, which gives way to the answer to a corrected report.
        if receipt.repeated { return }
        if let known = try db.receipt(of: receipt.reportID, from: receipt.reportSource), !known.isRefused { return }
        try db.execute(
            sql: "INSERT OR REPLACE INTO receipt VALUES (?, ?, ?, ?, ?)",
            arguments: [
                receipt.reportID, receipt.reportSource, receipt.registered.caseReference.nonEmpty,
                event.time.timeIntervalSince1970, StoredEvent(event),
            ])
    }

    private func apply(fact event: Event?, _ topic: Topic, _ db: Database) throws {
        guard let event else { return }
        let reference = event.subject ?? ""
        if event.type == ChildErased.eventType {
            try erase(reference, db)
        } else if !reference.isEmpty,
            try Bool.fetchOne(db, sql: "SELECT 1 FROM erased WHERE reference = ?", arguments: [reference]) == true
        {
            return
        }
        try db.execute(
            sql: "INSERT OR IGNORE INTO fact VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                event.id, reference, topic.rawValue, event.type, event.time.timeIntervalSince1970, event.cause,
                StoredEvent(event),
            ])
        guard db.changesCount > 0 else { return }
        if topic == .meetings { try apply(meeting: event, db) }
        if topic == .mappings { try apply(pace: event, db) }
    }

    /// Facts of an erased case can come in any order, so that it is remembered (rule 23).
    private func erase(_ reference: String, _ db: Database) throws {
        try db.execute(sql: "INSERT OR IGNORE INTO erased VALUES (?)", arguments: [reference])
        for table in ["participant", "meeting", "fact", "child", "pace"] {
            try db.execute(sql: "DELETE FROM \(table) WHERE reference = ?", arguments: [reference])
        }
    }

    private func apply(meeting event: Event, _ db: Database) throws {
        switch event.type {
        case MeetingScheduled.eventType:
            try keep(event.decode(MeetingScheduled.self).meeting, at: event.time, stands: true, db)
        case MeetingCancelled.eventType:
            try keep(event.decode(MeetingCancelled.self).meeting, at: event.time, stands: false, db)
        case MeetingAnswered.eventType:
            let fact = try event.decode(MeetingAnswered.self)
            try db.execute(
                sql: "UPDATE participant SET answer = ? WHERE person = ? AND meeting = ?",
                arguments: [fact.answer, fact.person, fact.meeting])
        case MeetingEnded.eventType:
            // Who did not come takes part no more. The record itself is sealed, and the view has no keys.
            let fact = try event.decode(MeetingEnded.self)
            let marks = databaseQuestionMarks(count: fact.came.count)
            try db.execute(
                sql: "DELETE FROM participant WHERE meeting = ? AND person NOT IN (\(marks))",
                arguments: [fact.meeting] + StatementArguments(fact.came))
        default: break
        }
    }

    private func keep(_ meeting: Meeting, at time: Date, stands: Bool, _ db: Database) throws {
        let seconds = time.timeIntervalSince1970
        let known = try Double.fetchOne(db, sql: "SELECT time FROM meeting WHERE id = ?", arguments: [meeting.id])
        if let known, known > seconds { return }
        try db.execute(
            sql: "INSERT OR REPLACE INTO meeting VALUES (?, ?, ?)",
            arguments: [meeting.id, meeting.caseReference, seconds])
        try db.execute(sql: "DELETE FROM participant WHERE meeting = ?", arguments: [meeting.id])
        for participant in meeting.participants where !participant.family {
            try db.execute(
                sql: "INSERT OR REPLACE INTO participant VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    participant.person, meeting.id, meeting.caseReference, participant.answer, seconds,
                    meeting.start.seconds, meeting.end.seconds, stands,
                ])
        }
    }
}
