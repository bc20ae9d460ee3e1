import Domain

/// A table of counts in which small groups are hidden, so that nobody can be found in it.
///
/// The table shows the sums of its rows and of its columns as well. So hiding the small numbers is not enough: one hidden
/// number is what its row's sum has left. In each row and column either nothing is hidden, or at least two numbers are, which
/// together are no small group.
package struct HiddenCounts: Sendable, Hashable {
    /// Row by row. Nil is hidden.
    package private(set) var cells: [[Int?]]
    package private(set) var rowSums: [Int?]
    package private(set) var columnSums: [Int?]
    package private(set) var sum: Int?

    /// - Parameter counts: rows of the same length.
    package init(_ counts: [[Int]]) {
        let width = counts.first?.count ?? 0
        precondition(counts.allSatisfy { $0.count == width }, "the rows differ in length")
        // The sums are a row and a column like the others: what is hidden in them is protected in the same way.
        let rows = counts.map { $0 + [$0.reduce(0, +)] }
        let sums = (0..<width + 1).map { column in rows.reduce(0) { $0 + $1[column] } }
        var table = Table(rows + [sums])
        table.hide()
        cells = table.shown.dropLast().map { Array($0.dropLast()) }
        rowSums = table.shown.dropLast().map { $0.last ?? nil }
        columnSums = (table.shown.last ?? []).dropLast()
        sum = table.shown.last?.last ?? nil
    }

    /// The counts with their sums as the last row and column.
    private struct Table {
        let counts: [[Int]]
        var isHidden: [[Bool]]

        init(_ counts: [[Int]]) {
            self.counts = counts
            isHidden = counts.map { row in row.map { 1..<Reading.smallestGroup ~= $0 } }
        }

        var shown: [[Int?]] {
            zip(counts, isHidden).map { row, hidden in zip(row, hidden).map { $1 ? nil : $0 } }
        }

        /// All rows and columns, as places of the table.
        private var lines: [[(row: Int, column: Int)]] {
            let (height, width) = (counts.count, counts.first?.count ?? 0)
            return (0..<height).map { row in (0..<width).map { (row, $0) } }
                + (0..<width).map { column in (0..<height).map { ($0, column) } }
        }

        /// Hides more until no line gives away what it hides. Each round hides one number, so it ends.
        mutating func hide() {
            while let place = next { isHidden[place.row][place.column] = true }
        }

        private var next: (row: Int, column: Int)? {
            for line in lines { if let place = nextToHide(in: line) { return place } }
            return nil
        }

        /// A line's last place is the sum of the others: what is hidden can be computed if it is alone, and if what is
        /// hidden beside a shown sum is a small group.
        private func nextToHide(in line: [(row: Int, column: Int)]) -> (row: Int, column: Int)? {
            let hidden = line.filter { isHidden[$0.row][$0.column] }
            guard let sum = line.last, !hidden.isEmpty else { return nil }
            let isSumHidden = isHidden[sum.row][sum.column]
            let parts = hidden.filter { $0.row != sum.row || $0.column != sum.column }
            let together = parts.reduce(0) { $0 + counts[$1.row][$1.column] }
            if hidden.count > 1, isSumHidden || together >= Reading.smallestGroup { return nil }
            return line.filter { !isHidden[$0.row][$0.column] && counts[$0.row][$0.column] > 0 }
                .min { counts[$0.row][$0.column] < counts[$1.row][$1.column] }
        }
    }
}

/// The middle of values: half of them are at most this.
package enum Median {
    /// - Returns: nil for fewer values than the smallest group, of whom nothing is shown.
    package static func shown(_ values: [Double]) -> Double? {
        guard values.count >= Reading.smallestGroup else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
