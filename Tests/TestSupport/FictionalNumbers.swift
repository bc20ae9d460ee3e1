package import Domain
import StreamsTesting

/// Different personal numbers of the Tax Agency's test series (birth numbers 238 and 239), of children in school.
package struct FictionalNumbers {
    private var generator: SeededGenerator
    private var given: Set<String> = []

    package init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    package mutating func next() -> PersonalNumber {
        while true {
            let year = Int.random(in: 2011...2019, using: &generator)
            let month = Int.random(in: 101...112, using: &generator)
            let day = Int.random(in: 101...128, using: &generator)
            let birth = Int.random(in: 238...239, using: &generator)
            let born = "\(year)\("\(month)".suffix(2))\("\(day)".suffix(2))"
            let number = Self.number("\(born)\(birth)")
            if let number, given.insert(number.digits.reveal).inserted { return number }
        }
    }

    /// Of a child born on a day, as `20170315`.
    package static func child(born day: String) -> PersonalNumber {
        guard let number = number("\(day)238") else { preconditionFailure("\(day) is no day") }
        return number
    }

    /// With the last digit that fits.
    private static func number(_ digits: String) -> PersonalNumber? {
        (0...9).lazy.compactMap { try? PersonalNumber(digits + "\($0)", today: LocalDate(number: 20_000)) }.first
    }
}
