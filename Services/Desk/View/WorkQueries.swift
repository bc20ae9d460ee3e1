import CaseReading
import Codec
import DeskCore
import Domain
import Foundation
import GRDB

/// Whose work is looked for, and where.
struct WorkScope: Sendable {
    let person: String
    let county: County
    let now: Date
    private let places: Reading.WorkScope

    init(_ person: String, _ county: County, at now: Date) {
        (self.person, self.county, self.now) = (person, county, now)
        places = Reading.workScope(of: person, in: county, on: CivilTime.day(of: now))
    }

    /// The lists that this person can have cases on, in the order of the page.
    var lists: [Reading.WorkList] {
        [.own, .delegated, .coordinated, .invited, .asked, .emergency] + (places.units.isEmpty ? [] : [.unit])
            + (places.isWholeCounty ? [.county] : [])
    }

    /// The open cases that are on one of the lists, each once.
    ///
    /// Each list is found in an index that has all that is asked for (see ``DeskView``), in the order of the page. A condition that
    /// joins the lists by `OR` would read all cases of the county.
    fileprivate func listed(_ lists: [Reading.WorkList], _ columns: SQL, where condition: SQL = "TRUE") -> SQL {
        // A case is in one part of a list at most, so that only different lists can have it twice.
        lists.flatMap(parts).map { part in
            "SELECT \(literal: columns) FROM \(literal: part) AND \(literal: condition)" as SQL
        }.joined(separator: lists.count == 1 ? " UNION ALL " : " UNION ")
    }

    /// The same cases, to be counted by phase, step and unit.
    fileprivate func grouped(_ lists: [Reading.WorkList], _ columns: SQL) -> SQL {
        guard lists == [.county] else { return listed(lists, columns) }
        // A county's list has thousands. They are read in the order of their groups, since to sort them takes longer.
        let county = places.isWholeCounty ? county.code : ""
        return """
            SELECT \(literal: columns) FROM status INDEXED BY status_counted
            WHERE phase <> 'closed' AND county = \(county) AND (due < \(seconds(now)) OR fallback)
            """
    }

    /// How many cases are on one of the lists.
    fileprivate func count(_ lists: [Reading.WorkList]) -> SQL {
        guard lists.count == 1 else { return "SELECT count(*) FROM (\(literal: listed(lists, "reference")))" }
        let counts = lists.flatMap(parts).map { "(SELECT count(*) FROM \(literal: $0))" as SQL }
        return "SELECT \(literal: counts.joined(separator: " + "))"
    }

    /// What a filter leaves of a list.
    fileprivate func condition(_ filter: WorkFilter) -> SQL {
        var all: [SQL] = []
        if let phase = filter.phase { all.append("phase = \(phase.rawValue)") }
        if let step = filter.step { all.append("step = \(step.rawValue)") }
        if filter.isOverdue { all.append("due < \(seconds(now))") }
        // Where a child with protected identity is cannot be found by looking for it (rule 22).
        if let unit = filter.unit { all.append("unit = \(unit) AND NOT protected") }
        return all.isEmpty ? "TRUE" : all.joined(separator: " AND ")
    }

    /// The open cases of a list, in one or two parts.
    private func parts(_ list: Reading.WorkList) -> [SQL] {
        func part(_ index: SQL, _ county: String, _ condition: SQL) -> SQL {
            """
            status INDEXED BY status_\(literal: index)
            WHERE phase <> 'closed' AND county = \(county) AND \(literal: condition)
            """
        }
        let county = county.code
        switch list {
        case .own: return [part("owner", county, "owner IN \(places.people)")]
        case .delegated: return [part("delegate", county, "delegate IN \(places.people)")]
        case .coordinated: return [part("coordinator", county, "coordinator IN \(places.people)")]
        case .invited:
            let meetings: SQL = "SELECT reference FROM participant WHERE person = \(person) AND stands"
            return [part("open", county, "reference IN (\(literal: meetings))")]
        case .asked: return [part("asked", county, "asked = \(person)")]
        case .emergency:
            let opened: SQL = "SELECT reference FROM emergency WHERE person = \(person) AND until > \(seconds(now))"
            return [part("open", county, "reference IN (\(literal: opened))")]
        case .unit: return [part("unit", county, "unit IN \(places.units)")]
        case .county:
            // A county without a code is none.
            let county = places.isWholeCounty ? county : ""
            let now = seconds(now)
            return [
                part("county", county, "due < \(now)"),
                part("fallback", county, "fallback AND ifnull(due, \(now)) >= \(now)"),
            ]
        }
    }
}

private func seconds(_ instant: Date) -> Int64 { Int64(instant.timeIntervalSince1970) }

/// A case on a list of work, and on which ones the policy puts it.
struct WorkRow: Sendable, WorkItem {
    let row: CaseRow
    let lists: Set<Reading.WorkList>
    /// How far the reader may open it, and whether they may be told where the child is, and who works there (rule 22).
    let permit: Reading.Permit

    var reference: String { row.reference }
    var due: Date? { row.due }
}

/// How many cases a list has, by what it can be narrowed to.
struct WorkCounts: Sendable {
    var all = 0
    /// As far as the list is narrowed.
    var found = 0
    var overdue = 0
    var phases: [Phase: Int] = [:]
    var steps: [Step: Int] = [:]
    /// Without those of children with protected identity.
    var units: [String: Int] = [:]
}

extension Database {
    /// A page of the cases on a person's lists, by date.
    func work(_ scope: WorkScope, _ filter: WorkFilter, limit: Int, offset: Int) throws -> [WorkRow] {
        let request: SQLRequest<CaseRow> = """
            SELECT status.event FROM (
                \(literal: scope.listed(filter.lists, "due, reference", where: scope.condition(filter)))
                ORDER BY due, reference LIMIT \(limit) OFFSET \(offset)
            ) AS page JOIN status ON status.reference = page.reference ORDER BY page.due, page.reference
            """
        return try request.fetchAll(self).compactMap { try listed($0, scope, filter.lists) }
    }

    /// What a list has in it, before and after it is narrowed.
    func workCounts(_ scope: WorkScope, _ filter: WorkFilter) throws -> WorkCounts {
        let columns: SQL = "reference, due, phase, step, unit, protected"
        let request: SQLRequest<Row> = """
            SELECT phase, step, unit, protected, count(*), total(due < \(seconds(scope.now))),
                sum(\(literal: scope.condition(filter)))
            FROM (\(literal: scope.grouped(filter.lists, columns))) GROUP BY phase, step, unit, protected
            """
        // A county's list has a row for each unit's steps, so that columns are read by their place.
        let rows = try request.fetchCursor(self)
        var counts = WorkCounts()
        while let row = try rows.next() {
            let cases: Int = row[4]
            counts.all += cases
            counts.overdue += Int(row[5] as Double)
            counts.found += row[6] as Int? ?? 0
            if let phase = Phase(rawValue: row[0]) { counts.phases[phase, default: 0] += cases }
            if let step = Step(rawValue: row[1]) { counts.steps[step, default: 0] += cases }
            if row[3] as Bool == false { counts.units[row[2], default: 0] += cases }
        }
        return counts
    }

    /// How many cases are on one of the lists.
    func workCount(_ scope: WorkScope, _ lists: [Reading.WorkList]) throws -> Int {
        let request: SQLRequest<Int> = "\(literal: scope.count(lists))"
        return try request.fetchOne(self) ?? 0
    }

    /// Nil where the policy puts the case on none of the lists.
    private func listed(_ row: CaseRow, _ scope: WorkScope, _ lists: [Reading.WorkList]) throws -> WorkRow? {
        let known = try readable(row)
        let on = Reading.lists(
            of: scope.person, showing: known.facts, due: row.due, isOnFallback: !row.status.fallbackReason.isEmpty,
            in: scope.county, at: scope.now)
        guard !on.isDisjoint(with: lists),
            case .may(let permit) = Reading.answer(
                to: scope.person, reading: .status ... .whole, of: known.facts, in: scope.county, at: scope.now)
        else { return nil }
        return WorkRow(row: row, lists: on, permit: permit)
    }

    /// A case as the policy of reading sees it, from the rows of its meetings.
    private func readable(_ row: CaseRow) throws -> ReadableCase {
        let meetings = try Row.fetchAll(
            cachedStatement(
                sql: """
                    SELECT meeting, time, person FROM participant WHERE reference = ? AND stands
                    """), arguments: [row.reference])
        return ReadableCase(
            row.status,
            meetings.map {
                MeetingStaff(
                    meeting: $0["meeting"], reference: row.reference, since: Date(timeIntervalSince1970: $0["time"]),
                    people: [$0["person"]])
            })
    }
}

/// A meeting as lists show it.
struct MeetingRow: Sendable {
    let reference: String
    let start: Date
    let end: Date
    /// What the person whose list it is has answered.
    let answer: Attendance?

    init(_ row: Row) {
        reference = row["reference"]
        start = Date(timeIntervalSince1970: row["start"])
        end = Date(timeIntervalSince1970: row["finish"])
        answer = Attendance(rawValue: row["answer"])
    }
}

extension Database {
    /// A person's meetings that stand, and end between two instants, the next first: of the cases that the policy lets them see.
    func meetings(_ scope: WorkScope, until end: Date, limit: Int) throws -> [MeetingRow] {
        let rows = try Row.fetchAll(
            self,
            sql: """
                SELECT participant.*, status.event FROM participant
                JOIN status ON status.reference = participant.reference
                WHERE person = ? AND stands AND finish > ? AND start < ? AND county = ?
                ORDER BY start, meeting LIMIT ?
                """,
            arguments: [scope.person, seconds(scope.now), seconds(end), scope.county.code, limit])
        return try rows.filter { try listed(CaseRow(row: $0), scope, Reading.WorkList.allCases) != nil }
            .map(MeetingRow.init)
    }
}
