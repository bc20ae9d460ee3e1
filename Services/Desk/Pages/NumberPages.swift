import DeskCore
import Domain
import Foundation
import GRDB
import Hummingbird

/// The county's numbers for its steering group: how many cases stand where, and how long they take, with no individual visible
///.
struct NumberPages: Sendable {
    let desk: DeskServices

    /// Of how many days the lead times are.
    private static let days = 365

    func add(to router: Router<DeskContext>) {
        router.get("numbers") { request, context in try await show(request, context) }
    }

    private func show(_ request: Request, _ context: DeskContext) async throws -> Response {
        let (person, since) = (try context.person(), desk.now() - Double(Self.days) * 86_400)
        let now = desk.now()
        let (county, numbers) = try await desk.read { db, directory in
            let county = directory.counties[person.county]
            guard let county, case .may = Reading.answer(to: person.person, readingNumbersOf: county) else {
                throw NotShown()
            }
            return (county, try CountyNumbers(county.code, since: since, at: now, db))
        }
        let shown = NumbersShown(county, numbers, context.language)
        return desk.renderer.response(
            Page(
                template: "numbers", title: Catalogue.text("desk.numbers.title", context.language),
                model: ["county": county.name, "tables": shown.tables], place: "work"), request, context)
    }
}

/// What is counted in a county's cases. Nothing of it may be shown as it is: see ``NumbersShown``.
struct CountyNumbers: Sendable {
    /// By municipality, then by what is counted.
    var phases: [String: [Phase: Int]] = [:]
    var overdue: [String: Int] = [:]
    var onTime: [String: Int] = [:]
    /// Of the mappings that were opened since a day.
    var outcomes: [String: [Outcome: Int]] = [:]
    /// Days from when a mapping was opened.
    var daysToTakeOn: [String: [Double]] = [:]
    var daysToConclude: [String: [Double]] = [:]

    init(_ county: String, since: Date, at now: Date, _ db: Database) throws {
        let cases = try Row.fetchAll(
            db,
            sql: """
                SELECT municipality, phase, count(*) AS cases, total(due < ?) AS overdue FROM status
                WHERE county = ? AND phase <> 'closed' GROUP BY municipality, phase
                """, arguments: [Int64(now.timeIntervalSince1970), county])
        for row in cases {
            let (municipality, count, late) = (
                row["municipality"] as String, row["cases"] as Int, Int(row["overdue"] as Double)
            )
            if let phase = Phase(rawValue: row["phase"]) {
                phases[municipality, default: [:]][phase, default: 0] += count
            }
            overdue[municipality, default: 0] += late
            onTime[municipality, default: 0] += count - late
        }
        let paces = try Row.fetchCursor(
            db,
            sql: "SELECT municipality, opened, taken, concluded, outcome FROM pace WHERE county = ? AND opened >= ?",
            arguments: [county, since.timeIntervalSince1970])
        while let row = try paces.next() {
            let (municipality, opened) = (row["municipality"] as String, row["opened"] as Double)
            func days(_ column: String) -> Double? { (row[column] as Double?).map { max(0, $0 - opened) / 86_400 } }
            if let days = days("taken") { daysToTakeOn[municipality, default: []].append(days) }
            if let days = days("concluded") { daysToConclude[municipality, default: []].append(days) }
            if let outcome = (row["outcome"] as String?).flatMap(Outcome.init(rawValue:)) {
                outcomes[municipality, default: [:]][outcome, default: 0] += 1
            }
        }
    }
}

/// A county's numbers as they may be shown: small groups are hidden.
struct NumbersShown {
    struct Table {
        let title: String
        let columns: [String]
        let rows: [Row]
    }

    struct Row {
        let name: String
        let cells: [Cell]
    }

    struct Cell {
        let label: String
        let value: String
        /// Too few to be shown.
        let isHidden: Bool
    }

    private let numbers: CountyNumbers
    private let language: Language
    private let municipalities: [County.Municipality]

    init(_ county: County, _ numbers: CountyNumbers, _ language: Language) {
        (self.numbers, self.language) = (numbers, language)
        municipalities = county.municipalities.values.sorted { ($0.name, $0.code) < ($1.name, $1.code) }
    }

    var tables: [Table] { [phases, overdue, outcomes, times] }

    private func words(_ name: String) -> String { Catalogue.text("desk.numbers.\(name)", language) }

    private var phases: Table {
        let open = Phase.allCases.filter { $0 != .closed }
        let hidden = HiddenCounts(municipalities.map { place in open.map { numbers.phases[place.code]?[$0] ?? 0 } })
        return table(
            "phases", open.map { Catalogue.text("phase.\($0.rawValue)", language).capitalizedFirst }, hidden)
    }

    private var outcomes: Table {
        let hidden = HiddenCounts(
            municipalities.map { place in Outcome.allCases.map { numbers.outcomes[place.code]?[$0] ?? 0 } })
        return table(
            "outcomes", Outcome.allCases.map { Catalogue.text("outcome.\($0.rawValue)", language).capitalizedFirst },
            hidden)
    }

    /// Without sums: those of the first table are of the same cases, and what is hidden there would be shown here.
    private var overdue: Table {
        let hidden = HiddenCounts(
            municipalities.map { [numbers.overdue[$0.code] ?? 0, numbers.onTime[$0.code] ?? 0] })
        let label = words("overdue.column")
        let rows = zip(municipalities, hidden.cells).map { place, cells in
            Row(name: place.name, cells: [cell(label, cells[0])])
        }
        let sum = Row(name: words("county"), cells: [cell(label, hidden.columnSums.first ?? 0)])
        return Table(title: words("overdue"), columns: [label], rows: rows + [sum])
    }

    private var times: Table {
        let labels = [words("times.taken"), words("times.concluded")]
        func row(_ name: String, _ taken: [Double], _ concluded: [Double]) -> Row {
            Row(
                name: name,
                cells: zip(labels, [taken, concluded]).map { label, values in
                    let median = Median.shown(values)
                    return Cell(label: label, value: median.map(inDays) ?? hiddenWord, isHidden: median == nil)
                })
        }
        func all(_ days: [String: [Double]]) -> [Double] { days.values.flatMap(\.self) }
        let rows = municipalities.map {
            row($0.name, numbers.daysToTakeOn[$0.code] ?? [], numbers.daysToConclude[$0.code] ?? [])
        }
        return Table(
            title: words("times"), columns: labels,
            rows: rows + [row(words("county"), all(numbers.daysToTakeOn), all(numbers.daysToConclude))])
    }

    private func table(_ name: String, _ columns: [String], _ hidden: HiddenCounts) -> Table {
        let columns = columns + [words("sum")]
        func row(_ name: String, _ cells: [Int?], _ sum: Int?) -> Row {
            Row(name: name, cells: zip(columns, cells + [sum]).map { cell($0, $1) })
        }
        let rows = municipalities.indices.map { row(municipalities[$0].name, hidden.cells[$0], hidden.rowSums[$0]) }
        return Table(
            title: words(name), columns: columns, rows: rows + [row(words("county"), hidden.columnSums, hidden.sum)])
    }

    private var hiddenWord: String { words("hidden") }

    private func cell(_ label: String, _ count: Int?) -> Cell {
        Cell(label: label, value: count.map { "\($0)" } ?? hiddenWord, isHidden: count == nil)
    }

    /// With one decimal, as the language writes it.
    private func inDays(_ days: Double) -> String {
        let tenths = Int((days * 10).rounded())
        return "\(tenths / 10)\(language == .swedish ? "," : ".")\(tenths % 10)"
    }
}
