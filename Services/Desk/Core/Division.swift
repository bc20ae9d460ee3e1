/// Divides the lists of a page into pages by weight, so that none is too heavy, however long a case becomes.
///
///     let (shown, part) = Division.page(2, limit: 60_000) { $0.cut(pieces) }
///
/// The lists are cut in the order in which they are shown. Each item is on one page, and on one only.
package struct Division: Sendable {
    private let limit: Int
    /// From 1.
    package let number: Int
    /// How many pages there are for what has been cut so far.
    package private(set) var count = 1
    private var weight = 0

    /// - Parameters:
    ///   - number: the page that is shown, from 1.
    ///   - limit: what a page may weigh. An item that weighs more has a page of its own.
    package init(number: Int = 1, limit: Int) { (self.number, self.limit) = (number, limit) }

    /// The number of the page that the next item is on.
    package mutating func place(_ item: some Weighed) -> Int {
        if weight > 0, weight + item.weight > limit { (count, weight) = (count + 1, 0) }
        weight += item.weight
        return count
    }

    /// What of a list is on the page.
    package mutating func cut<Item: Weighed>(_ items: [Item]) -> [Item] { items.filter { place($0) == number } }

    /// The item, if it is on the page.
    package mutating func cut<Item: Weighed>(_ item: Item?) -> Item? { item.flatMap { cut([$0]).first } }

    /// What is on a page. One that is not there is the nearest that is.
    package static func page<Shown>(
        _ number: Int, limit: Int, _ cut: (inout Division) -> Shown
    ) -> (shown: Shown, division: Division) {
        var division = Division(number: max(1, number), limit: limit)
        let shown = cut(&division)
        if division.number <= division.count { return (shown, division) }
        return page(division.count, limit: limit, cut)
    }

    /// How many items from the beginning of each list fit on a page together. The lists take turns, an item each, and a list whose
    /// next item does not fit is done. Where all fits, all is shown.
    package static func beginnings(of lists: [[any Weighed]], limit: Int) -> [Int] {
        var (counts, left, open) = (lists.map { _ in 0 }, limit, Array(lists.indices))
        while !open.isEmpty {
            open = open.filter { list in
                guard counts[list] < lists[list].count, lists[list][counts[list]].weight <= left else { return false }
                left -= lists[list][counts[list]].weight
                counts[list] += 1
                return true
            }
        }
        return counts
    }
}

/// Something on a page that has a weight.
package protocol Weighed {
    /// About as many bytes as its HTML has.
    var weight: Int { get }
}

extension String {
    /// Bytes in HTML, where some characters are escaped.
    package var htmlBytes: Int {
        utf8.reduce(0) { bytes, byte in
            switch byte {
            case UInt8(ascii: "&"), UInt8(ascii: "'"): bytes + 5
            case UInt8(ascii: "<"), UInt8(ascii: ">"): bytes + 4
            case UInt8(ascii: "\""): bytes + 6
            default: bytes + 1
            }
        }
    }
}
