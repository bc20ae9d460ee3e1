import Domain
import TestSupport
import Testing

@Suite("Personal numbers")
struct PersonalNumberTests {
    let today = LocalDate(year: 2026, month: 11, day: 23)

    @Test(
        "the four ways of writing one number are the same number",
        arguments: ["20140315-2380", "201403152380", "140315-2380", "1403152380"])
    func spellings(text: String) throws {
        let number = try PersonalNumber(text, today: #require(today))
        #expect(number.digits.reveal == "201403152380")
        #expect(number.born.description == "2014-03-15")
        #expect(number.kind == .personal)
    }

    @Test(
        "rule 4: a plus sign stands from the year in which somebody turns 100, as 18 § folkbokföringslagen says",
        arguments: [
            ("140315238", "+", 1914), ("260315238", "+", 1926), ("261224238", "+", 1926), ("270315238", "+", 1827),
            ("260315238", "-", 2026), ("261224238", "-", 2026), ("270315238", "-", 1927),
        ])
    func plus(nine: String, sign: String, year: Int) throws {
        let number = try PersonalNumber(nine.prefix(6) + sign + Self.serial(nine), today: #require(today))
        #expect(number.born.year == year)
    }

    @Test("rule 4: a number whose day is still to come this year is nobody's, and no adult's")
    func unborn() throws {
        let number = try PersonalNumber("261224-" + Self.serial("261224238"), today: #require(today))
        let faults = try County.Settings().faults(ofAge: number, on: #require(today))
        #expect(faults.map(\.code) == [.childUnborn])
    }

    @Test(
        "rules 4 and 12: whoever is born on 29 February is a year older on 28 February, as 1 § lag (1930:173) says",
        arguments: [
            ("2026-02-27", 13), ("2026-02-28", 14), ("2026-03-01", 14), ("2028-02-28", 15), ("2028-02-29", 16),
            ("2030-02-27", 17), ("2030-02-28", 18),
        ])
    func leapDay(day: String, age: Int) throws {
        let number = try PersonalNumber("20120229-" + Self.serial("120229238"), today: #require(today))
        #expect(number.age(on: try #require(LocalDate(day))) == age)
        #expect(number.born.birthday(18).description == "2030-02-28")
        #expect(number.born.birthday(16).description == "2028-02-29")
    }

    @Test("two digits mean the latest such year up to this one")
    func century() throws {
        #expect(try PersonalNumber("161123-" + Self.serial("161123238"), today: #require(today)).born.year == 2016)
        #expect(try PersonalNumber("271124-" + Self.serial("271124238"), today: #require(today)).born.year == 1927)
    }

    @Test("rule 4: a co-ordination number has its day of birth plus sixty, as 18 a § folkbokföringslagen says")
    func coordination() throws {
        let number = try PersonalNumber("140375-" + Self.serial("140375239"), today: #require(today))
        #expect(number.kind == .coordination)
        #expect(number.born.description == "2014-03-15")
    }

    @Test("age goes up on the birthday, and is negative before birth")
    func age() throws {
        let number = try PersonalNumber("20140315-2380", today: #require(today))
        #expect(number.age(on: try #require(LocalDate("2026-03-14"))) == 11)
        #expect(number.age(on: try #require(LocalDate("2026-03-15"))) == 12)
        #expect(number.age(on: try #require(LocalDate("2014-03-14"))) < 0)
    }

    @Test("exactly one of ten check digits is right, for any day")
    func checkDigit() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let born = try #require(
                LocalDate(
                    year: .random(in: 2009...2025, using: &random), month: .random(in: 1...12, using: &random),
                    day: .random(in: 1...28, using: &random)))
            let stem = born.description.replacing("-", with: "") + "-23\(Int.random(in: 8...9, using: &random))"
            let right = (0...9).filter { (try? PersonalNumber("\(stem)\($0)", today: #require(today))) != nil }
            #expect(right.count == 1, "\(stem)")
        }
    }

    @Test(
        "what is no number gives a fault with a code, which never repeats the number",
        arguments: [
            ("20140315-2381", "personal_number.checksum"), ("2014031-2380", "personal_number.format"),
            ("", "personal_number.format"),
            ("20140315+2380", "personal_number.format"), ("2014-0315-2380", "personal_number.format"),
            ("abcdefgh-ijkl", "personal_number.format"),
            ("20141335-" + "0000", "personal_number.checksum"), ("٢٠١٤٠٣١٥-٢٣٨٢", "personal_number.format"),
        ])
    func faults(text: String, code: String) throws {
        let today = try #require(today)
        let fault = #expect(throws: Fault.self) { try PersonalNumber(text, today: today) }
        #expect(fault?.code.rawValue == code)
        if !text.isEmpty { #expect(fault?.description.contains(text) == false) }
    }

    @Test("a number never prints itself")
    func privacy() throws {
        let number = try PersonalNumber("20140315-2380", today: #require(today))
        var dumped = ""
        dump(number.digits, to: &dumped)
        for text in ["\(number)", String(reflecting: number), dumped, "\(Optional(number.digits) as Any)"] {
            #expect(!text.contains("2380"))
        }
    }

    private static func serial(_ nine: String) -> String {
        let sum = nine.compactMap(\.wholeNumberValue).enumerated().reduce(0) { sum, digit in
            let product = digit.element * (digit.offset.isMultiple(of: 2) ? 2 : 1)
            return sum + product / 10 + product % 10
        }
        return "\(nine.suffix(3))\((10 - sum % 10) % 10)"
    }
}
