package import Domain
package import StreamsTesting

/// Random values for property tests, the same for the same seed. A service's tests add the values of its core.
package protocol RandomValues {
    var generator: SeededGenerator { get set }
}

extension RandomValues {
    package mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    package mutating func flag() -> Bool { Bool.random(using: &generator) }
    package mutating func word() -> String { "ord \(number(0...999_999)) å" }
    package mutating func id() -> String { String(number(1...999_999), radix: 16) }
    package mutating func day() -> LocalDate { LocalDate(number: number(19_000...24_000)) }

    package mutating func one<Value: CaseIterable>(_ type: Value.Type) -> Value {
        let all = Array(Value.allCases)
        return all[number(0...(all.count - 1))]
    }

    package mutating func maybe<Value>(_ make: (inout Self) throws -> Value) rethrows -> Value? {
        flag() ? try make(&self) : nil
    }

    package mutating func list<Value>(
        _ range: ClosedRange<Int> = 0...4, _ make: (inout Self) throws -> Value
    ) rethrows -> [Value] {
        try (0..<number(range)).map { _ in try make(&self) }
    }
}
