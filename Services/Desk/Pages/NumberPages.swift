import DeskCore
import Domain
import Foundation
import Hummingbird

/// The county's numbers for its steering group: how many cases stand where, and how long they take,
/// with no individual visible.
struct NumberPages: Sendable {
    let desk: DeskServices
    private let counted = CountedNumbers()

    /// Of how many days the lead times are.
    private static let days = 365

    init(desk: DeskServices) { self.desk = desk }

    func add(to router: Router<DeskContext>) {
        router.get("numbers") { request, context in try await show(request, context) }
    }

    private func show(_ request: Request, _ context: DeskContext) async throws -> Response {
        let person = try context.person()
        let county = try await desk.read { _, directory in
            let county = directory.counties[person.county]
            guard let county, case .may = Reading.answer(to: person.person, readingNumbersOf: county) else {
                throw NotShown()
            }
            return county
        }
        let (desk, now) = (desk, desk.now())
        let numbers = try await counted.numbers(of: county.code, at: now) {
            try await desk.read { db, _ in
                try CountyNumbers(county.code, since: now - Double(Self.days) * 86_400, at: now, db)
            }
        }
        let shown = NumbersShown(county, numbers, context.language)
        return desk.renderer.response(
            Page(
                template: "numbers", title: Catalogue.text("desk.numbers.title", context.language),
                model: ["county": county.name, "tables": shown.tables, "counted": shown.counted], place: "work"),
            request, context)
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

    /// When that was.
    var counted: String {
        Catalogue.text(
            "desk.numbers.counted", language, ["time": CivilTime.text(numbers.countedAt, language)])
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
        func row(_ name: String, _ times: CountyNumbers.Times?) -> Row {
            Row(
                name: name,
                cells: zip(labels, [times?.daysToTakeOn, times?.daysToConclude]).map { label, days in
                    Cell(label: label, value: days.map(inDays) ?? hiddenWord, isHidden: days == nil)
                })
        }
        return Table(
            title: words("times"), columns: labels,
            rows: municipalities.map { row($0.name, numbers.times[$0.code]) }
                + [row(words("county"), numbers.countyTimes)])
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
