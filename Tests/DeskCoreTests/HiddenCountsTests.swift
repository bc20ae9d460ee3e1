import DeskCore
import Domain
import StreamsTesting
import TestSupport
import Testing

@Suite("Small groups in the county's numbers")
struct HiddenCountsTests {
    private static func counts(_ random: inout SeededGenerator) -> [[Int]] {
        let (height, width) = (Int.random(in: 1...8, using: &random), Int.random(in: 1...5, using: &random))
        let most = [4, 12, 100].randomElement(using: &random) ?? 12
        return (0..<height).map { _ in
            (0..<width).map { _ in Bool.random(using: &random) ? Int.random(in: 0...most, using: &random) : 0 }
        }
    }

    @Test("no small number is shown, nor can be computed from its row's or column's sum", arguments: 0..<300)
    func hidden(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let counts = Self.counts(&random)
        let shown = HiddenCounts(counts)
        let sums = counts.map { $0.reduce(0, +) }
        let width = counts.first?.count ?? 0
        let columns = (0..<width).map { column in counts.reduce(0) { $0 + $1[column] } }
        let all = counts.map { $0 } + [columns]
        let whole = zip(all, sums + [sums.reduce(0, +)]).map { $0 + [$1] }
        let table = zip(shown.cells + [shown.columnSums], shown.rowSums + [shown.sum]).map { $0 + [$1] }

        for (row, cells) in zip(whole, table) {
            for (count, cell) in zip(row, cells) {
                // What is shown is true, and no small group.
                if let cell { #expect(cell == count && !(1..<Reading.smallestGroup ~= cell)) }
            }
            check(row, cells)
        }
        for column in 0...width { check(whole.map { $0[column] }, table.map { $0[column] }) }
    }

    /// Whoever knows a line's sum and all that is shown learns what is hidden together, and no more.
    private func check(_ counts: [Int], _ cells: [Int?]) {
        let parts = zip(counts, cells).dropLast().filter { $1 == nil }.map(\.0)
        if cells.last ?? nil == nil {
            #expect(cells.allSatisfy { $0 != nil } == false)
            #expect(!parts.isEmpty, "a hidden sum of shown numbers is no secret")
        } else if !parts.isEmpty {
            #expect(parts.count > 1 && parts.reduce(0, +) >= Reading.smallestGroup)
        }
    }

    @Test("large numbers and nothing are shown")
    func shown() {
        let shown = HiddenCounts([[10, 0, 25], [5, 7, 90]])
        #expect(shown.cells == [[10, 0, 25], [5, 7, 90]])
        #expect(shown.rowSums == [35, 102] && shown.columnSums == [15, 7, 115] && shown.sum == 137)
        #expect(HiddenCounts([]).sum == 0)
    }

    @Test("one small number takes the next smallest of its row and column with it")
    func complement() {
        let shown = HiddenCounts([[3, 10, 20], [30, 40, 50], [60, 70, 80]])
        #expect(shown.cells[0] == [nil, nil, 20])
        #expect(shown.cells.flatMap(\.self).filter { $0 == nil }.count == 4)
    }

    @Test("a median is of five at least")
    func median() {
        #expect(Median.shown([1, 2, 3, 4]) == nil)
        #expect(Median.shown([5, 1, 4, 2, 3]) == 3)
        #expect(Median.shown([6, 5, 1, 4, 2, 3]) == 3.5)
    }
}
