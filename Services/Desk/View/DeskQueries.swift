import CloudEvents
import Codec
import Domain
import Foundation
import GRDB
import Views

/// What pages ask of the view.
extension Database {
    /// Where one case stands; nil for one that nobody knows.
    func status(of reference: String) throws -> CaseRow? {
        try CaseRow.fetchOne(self, sql: "SELECT event FROM status WHERE reference = ?", arguments: [reference])
    }

    /// The facts about a case, the oldest first, as they lay in their records.
    func facts(of reference: String, on topics: [Topic] = [.concerns, .mappings, .meetings, .notices]) throws
        -> [Event]
    {
        let marks = databaseQuestionMarks(count: topics.count)
        return try StoredEvent.fetchAll(
            self,
            sql: "SELECT event FROM fact WHERE reference = ? AND topic IN (\(marks)) ORDER BY time, rowid",
            arguments: [reference] + StatementArguments(topics.map(\.rawValue))
        ).map(\.event)
    }

    /// Another one with each fact of a case and each change of where it stands; nil for a case that nobody knows. It tells
    /// nothing else.
    func version(of reference: String) throws -> String? {
        let status = try StoredEvent.fetchOne(
            self, sql: "SELECT event FROM status WHERE reference = ?", arguments: [reference])
        guard let status else { return nil }
        let last = try Int64.fetchOne(
            self, sql: "SELECT max(rowid) FROM fact WHERE reference = ?", arguments: [reference])
        return "\(last ?? 0)-\(status.event.id)"
    }

    /// Whom a case is about, sealed; nil where nothing is known.
    func child(of reference: String) throws -> Event? {
        try StoredEvent.fetchOne(self, sql: "SELECT event FROM child WHERE reference = ?", arguments: [reference])?
            .event
    }

    /// The readings of a case, the oldest first.
    func readings(of reference: String) throws -> [Event] {
        try StoredEvent.fetchAll(
            self, sql: "SELECT event FROM reading WHERE reference = ? ORDER BY time, rowid", arguments: [reference]
        ).map(\.event)
    }

    /// A person's latest readings.
    func readings(by person: String, limit: Int) throws -> [Event] {
        try StoredEvent.fetchAll(
            self, sql: "SELECT event FROM reading WHERE person = ? ORDER BY time DESC LIMIT ?",
            arguments: [person, limit]
        ).map(\.event)
    }

    /// The accesses that were opened in an emergency, in the cases where a person has had one.
    func emergencies(of person: String) throws -> [Event] {
        try StoredEvent.fetchAll(
            self,
            sql: """
                SELECT fact.event FROM emergency JOIN fact ON fact.reference = emergency.reference
                WHERE emergency.person = ? AND fact.type = ?
                """, arguments: [person, EmergencyOpened.eventType]
        ).map(\.event)
    }

    /// What a command led to: the facts that name it as their cause.
    func consequences(of command: String) throws -> [Event] {
        try StoredEvent.fetchAll(self, sql: "SELECT event FROM fact WHERE cause = ?", arguments: [command])
            .map(\.event)
    }

    /// Whether the case's status comes from the command.
    func status(of reference: String, isFrom command: String) throws -> Bool {
        try Bool.fetchOne(
            self, sql: "SELECT 1 FROM status WHERE reference = ? AND cause = ?", arguments: [reference, command])
            ?? false
    }

    /// Whether nothing has been told of a case, so that it may be on its way. An erased one has been heard of (rule 23).
    func isUnheardOf(_ reference: String) throws -> Bool {
        try Bool.fetchOne(
            self,
            sql: """
                SELECT NOT EXISTS (SELECT 1 FROM status WHERE reference = :case)
                    AND NOT EXISTS (SELECT 1 FROM erased WHERE reference = :case)
                """, arguments: ["case": reference]) ?? false
    }

    /// The ids of the latest reports that were registered in a case.
    func reports(registeredIn reference: String, from source: String, since earliest: Date) throws -> [String] {
        try String.fetchAll(
            self,
            sql: """
                SELECT report FROM receipt WHERE reference = ? AND source = ? AND time >= ? ORDER BY time DESC LIMIT 20
                """, arguments: [reference, source, earliest.timeIntervalSince1970])
    }

    /// The answer to a report.
    func receipt(of report: String, from source: String) throws -> ConcernReceipt? {
        try StoredEvent.fetchOne(
            self, sql: "SELECT event FROM receipt WHERE report = ? AND source = ?", arguments: [report, source]
        )
        .map { try $0.event.decode(ConcernReceipt.self) }
    }
}
