import DeskCore
import StreamsTesting
import Testing

@Suite("Long lists are divided into pages by weight")
struct DivisionTests {
    private struct Item: Weighed, Equatable {
        let name: Int
        let weight: Int
    }

    private static func lists(_ seed: UInt64) -> [[Item]] {
        var generator = SeededGenerator(seed: seed)
        var name = 0
        return (0..<Int.random(in: 1...5, using: &generator)).map { _ in
            (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                name += 1
                return Item(name: name, weight: Int.random(in: 1...150, using: &generator))
            }
        }
    }

    private static func page(_ number: Int, of lists: [[Item]]) -> (shown: [Item], count: Int, number: Int) {
        let (shown, division) = Division.page(number, limit: 100) { division in lists.flatMap { division.cut($0) } }
        return (shown, division.count, division.number)
    }

    @Test("each item is on exactly one page, in its order, and no page is heavier than it may be", arguments: 1...50)
    func pages(seed: Int) {
        let lists = Self.lists(UInt64(seed))
        let count = Self.page(1, of: lists).count
        let pages = (1...count).map { Self.page($0, of: lists).shown }
        #expect(pages.flatMap(\.self) == lists.flatMap(\.self))
        for page in pages {
            #expect(page.count == 1 || page.reduce(0) { $0 + $1.weight } <= 100)
            #expect(!page.isEmpty || lists.allSatisfy(\.isEmpty))
        }
    }

    @Test("a page that is not there is the nearest that is")
    func nearest() {
        let lists = [(1...10).map { Item(name: $0, weight: 50) }]
        #expect(Self.page(99, of: lists).number == 5)
        #expect(Self.page(99, of: lists).shown == Self.page(5, of: lists).shown)
        #expect(Self.page(-7, of: lists).shown == Self.page(1, of: lists).shown)
        #expect(Self.page(Int.max, of: [[]]).shown == [])
    }

    @Test("an item stands on the page whose number it is told", arguments: 1...20)
    func places(seed: Int) {
        let lists = Self.lists(UInt64(seed))
        var division = Division(limit: 100)
        for item in lists.flatMap(\.self) {
            let number = division.place(item)
            #expect(Self.page(number, of: lists).shown.contains(item))
        }
    }

    @Test("of lists that do not fit together each shows its beginning, and what fits is shown whole", arguments: 1...50)
    func beginnings(seed: Int) {
        let lists = Self.lists(UInt64(seed))
        for limit in [0, 100, 1_000, 100_000] {
            let counts = Division.beginnings(of: lists, limit: limit)
            let weight = zip(lists, counts).reduce(0) { $0 + $1.0.prefix($1.1).reduce(0) { $0 + $1.weight } }
            #expect(weight <= limit)
            for (list, count) in zip(lists, counts) where count < list.count {
                #expect(weight + list[count].weight > limit)
            }
        }
        #expect(Division.beginnings(of: lists, limit: 100_000) == lists.map(\.count))
    }

    @Test("a long list leaves room for the others")
    func turns() {
        let many = (1...100).map { Item(name: $0, weight: 10) }
        #expect(Division.beginnings(of: [many, Array(many.prefix(3)), many], limit: 130) == [5, 3, 5])
    }

    @Test("characters that are escaped weigh as they are written in HTML")
    func escaped() {
        #expect("<b>&\"'ö".htmlBytes == "&lt;b&gt;&amp;&quot;&#39;ö".utf8.count)
    }
}
