/// Rows under headings, in columns as wide as they need, for a terminal.
struct TextTable {
    private static let gap = "  "

    private let headings: [String]
    private var rows: [[String]] = []

    init(_ headings: [String]) { self.headings = headings }

    mutating func add(_ row: [String]) { rows.append(row) }

    /// - Parameter width: how many characters a line may have; nil: as many as it needs. Where the rows need more, the widest
    ///   columns become narrower, and their cells have several lines.
    func text(within width: Int? = nil) -> String {
        let widths = widths(within: width)
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: Self.gap)
        return (lines(headings, widths) + [rule] + rows.flatMap { lines($0, widths) }).joined(separator: "\n")
    }

    private func widths(within width: Int?) -> [Int] {
        let needed = headings.indices.map { column in
            ([headings] + rows).flatMap { $0[column].split(separator: "\n") }.map(\.count).max() ?? 0
        }
        guard let width else { return needed }
        let room = width - Self.gap.count * (headings.count - 1)
        var limit = needed.max() ?? 0
        func total() -> Int { needed.reduce(0) { $0 + min($1, limit) } }
        while limit > 1, total() > room { limit -= 1 }
        return needed.map { min($0, limit) }
    }

    private func lines(_ row: [String], _ widths: [Int]) -> [String] {
        let cells = zip(row, widths).map { cell, width in
            cell.split(separator: "\n").flatMap { Wrapping.lines(String($0), within: width) }
        }
        return (0..<(cells.map(\.count).max() ?? 0)).map { line in
            let parts = zip(cells, widths).map { cell, width in
                let part = line < cell.count ? cell[line] : ""
                return part + String(repeating: " ", count: width - part.count)
            }
            return String(parts.joined(separator: Self.gap).reversed().drop { $0 == " " }.reversed())
        }
    }
}
