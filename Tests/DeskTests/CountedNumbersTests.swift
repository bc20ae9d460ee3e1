import Foundation
import GRDB
import TestSupport
import Testing

@testable import desk

@Suite("The county's numbers are counted now and then")
struct CountedNumbersTests {
    private let view: MemoryView
    private let count = Guarded(0)

    init() throws { view = try MemoryView() }

    @discardableResult
    private func ask(_ numbers: CountedNumbers, _ county: String = "TST", after seconds: TimeInterval) async throws
        -> Date
    {
        let now = ExampleCounty.monday + seconds
        return try await numbers.numbers(of: county, at: now) {
            count.with { $0 += 1 }
            return try await view.reader().read { try CountyNumbers(county, since: now, at: now, $0) }
        }.countedAt
    }

    @Test("numbers are counted again when they are ten minutes old, and when the clock was set back")
    func lifetime() async throws {
        let numbers = CountedNumbers()
        #expect(try await ask(numbers, after: 0) == ExampleCounty.monday)
        #expect(try await ask(numbers, after: 599) == ExampleCounty.monday)
        #expect(try await ask(numbers, after: 600) == ExampleCounty.monday + 600)
        #expect(try await ask(numbers, after: 599) == ExampleCounty.monday + 599)
        #expect(count.with { $0 } == 3)
    }

    @Test("each county has its own")
    func counties() async throws {
        let numbers = CountedNumbers()
        try await ask(numbers, "TST", after: 0)
        try await ask(numbers, "OTH", after: 1)
        #expect(count.with { $0 } == 2)
    }

    @Test("those who ask at once wait for one count")
    func together() async throws {
        let numbers = CountedNumbers()
        try await withThrowingTaskGroup { group in
            for _ in 0..<50 { group.addTask { try await ask(numbers, after: 0) } }
            try await group.waitForAll()
        }
        #expect(count.with { $0 } == 1)
    }

    @Test("a count that fails is told, and not kept")
    func failure() async throws {
        struct Broken: Error {}
        let numbers = CountedNumbers()
        await #expect(throws: Broken.self) {
            _ = try await numbers.numbers(of: "TST", at: ExampleCounty.monday) { throw Broken() }
        }
        #expect(try await ask(numbers, after: 0) == ExampleCounty.monday)
    }
}
