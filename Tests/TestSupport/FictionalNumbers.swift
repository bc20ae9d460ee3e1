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
            let digits = "\(year)\("\(month)".suffix(2))\("\(day)".suffix(2))\(birth)"
            let number = (0...9).lazy.compactMap {
                try? PersonalNumber(digits + "\($0)", today: LocalDate(number: 20_000))
            }.first
            if let number, given.insert(number.digits.reveal).inserted { return number }
        }
    }
}
