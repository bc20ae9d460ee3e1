import DeskCore
import Domain
import Foundation
import GRDB

/// What is counted in a county's cases. Nothing of it may be shown as it is: see ``NumbersShown``.
struct CountyNumbers: Sendable {
    /// How long half of the mappings took at most, in days from when they were opened. Nil for too few.
    struct Times: Sendable {
        var daysToTakeOn: Double?
        var daysToConclude: Double?
    }

    let countedAt: Date
    /// By municipality, then by what is counted.
    private(set) var phases: [String: [Phase: Int]] = [:]
    private(set) var overdue: [String: Int] = [:]
    private(set) var onTime: [String: Int] = [:]
    /// Of the mappings that were opened since a day.
    private(set) var outcomes: [String: [Outcome: Int]] = [:]
    private(set) var times: [String: Times] = [:]
    private(set) var countyTimes = Times()

    init(_ county: String, since: Date, at now: Date, _ db: Database) throws {
        countedAt = now
        try count(openCasesOf: county, db)
        try count(mappingsOf: county, since: since, db)
    }

    private mutating func count(openCasesOf county: String, _ db: Database) throws {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT municipality, phase, count(*) AS cases, total(due < ?) AS overdue FROM status
                WHERE county = ? AND phase <> 'closed' GROUP BY municipality, phase
                """, arguments: [Int64(countedAt.timeIntervalSince1970), county])
        for row in rows {
            let (municipality, count, late) = (
                row["municipality"] as String, row["cases"] as Int, Int(row["overdue"] as Double)
            )
            if let phase = Phase(rawValue: row["phase"]) {
                phases[municipality, default: [:]][phase, default: 0] += count
            }
            overdue[municipality, default: 0] += late
            onTime[municipality, default: 0] += count - late
        }
    }

    private mutating func count(mappingsOf county: String, since: Date, _ db: Database) throws {
        var (taken, concluded): ([String: [Double]], [String: [Double]]) = ([:], [:])
        let rows = try Row.fetchCursor(
            db,
            sql: "SELECT municipality, opened, taken, concluded, outcome FROM pace WHERE county = ? AND opened >= ?",
            arguments: [county, since.timeIntervalSince1970])
        // There is one for each mapping of a year, so that columns are read by their place.
        while let row = try rows.next() {
            let (municipality, opened) = (row[0] as String, row[1] as Double)
            func days(_ column: Int) -> Double? { (row[column] as Double?).map { max(0, $0 - opened) / 86_400 } }
            if let days = days(2) { taken[municipality, default: []].append(days) }
            if let days = days(3) { concluded[municipality, default: []].append(days) }
            if let outcome = (row[4] as String?).flatMap(Outcome.init(rawValue:)) {
                outcomes[municipality, default: [:]][outcome, default: 0] += 1
            }
        }
        for municipality in Set(taken.keys).union(concluded.keys) {
            times[municipality] = Times(
                daysToTakeOn: Median.shown(taken[municipality] ?? []),
                daysToConclude: Median.shown(concluded[municipality] ?? []))
        }
        countyTimes = Times(
            daysToTakeOn: Median.shown(taken.values.flatMap(\.self)),
            daysToConclude: Median.shown(concluded.values.flatMap(\.self)))
    }
}

/// The counties' numbers, as they were last counted.
///
/// A row is read for each mapping of a year, which is too much for each page. Nobody is in the numbers, and whether somebody may
/// see them is asked for each page: older ones show nobody more than they may see.
actor CountedNumbers {
    /// Seconds for which numbers are shown.
    static let lifetime: TimeInterval = 600

    private var last: [String: CountyNumbers] = [:]
    private var running: [String: Task<CountyNumbers, any Error>] = [:]

    /// - Parameter count: is never called twice at once for a county.
    /// - Throws: what `count` throws. Then it is called again next time.
    func numbers(
        of county: String, at now: Date, _ count: @escaping @Sendable () async throws -> CountyNumbers
    ) async throws -> CountyNumbers {
        if let last = last[county], 0..<Self.lifetime ~= now.timeIntervalSince(last.countedAt) { return last }
        if let running = running[county] { return try await running.value }
        // Whoever waits for it may leave; the others still get it.
        let task = Task { try await count() }
        running[county] = task
        defer { running[county] = nil }
        let numbers = try await task.value
        last[county] = numbers
        return numbers
    }
}
