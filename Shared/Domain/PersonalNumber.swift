/// A Swedish personal identity number, or a co-ordination number (born day + 60), checked.
///
/// Accepted: `YYYYMMDD-NNNN`, `YYYYMMDDNNNN`, `YYMMDD-NNNN`, `YYMMDDNNNN`, and `YYMMDD+NNNN` from the year in which
/// somebody turns 100. The last digit is the Luhn checksum of the nine before it
/// (18 and 18 a § of folkbokföringslagen (1991:481); Skatteverket, SKV 704 and SKV 707).
public struct PersonalNumber: Sendable, Hashable {
    public enum Kind: Sendable { case personal, coordination }

    /// The twelve digits with the century, which identify the person.
    public let digits: Personal<String>
    public let born: LocalDate
    public let kind: Kind

    /// - Parameter today: decides the century of a number written without one.
    /// - Throws: ``Fault`` that names what is wrong and never repeats the number.
    public init(_ text: String, today: LocalDate) throws(Fault) {
        let trimmed = text.filter { $0 != " " }
        let separator = trimmed.first { $0 == "-" || $0 == "+" }
        let digits = trimmed.filter(\.isASCIIDigit)
        guard digits.utf8.count + (separator == nil ? 0 : 1) == trimmed.count,
            digits.utf8.count == 10 || digits.utf8.count == 12,
            separator == nil || trimmed.dropLast(4).last == separator,
            !(separator == "+" && digits.utf8.count == 12)
        else {
            throw Fault(.numberFormat)
        }
        let ten = digits.utf8.suffix(10).map { Int($0) - 48 }
        guard Self.checksum(ten.dropLast()) == ten[9] else {
            throw Fault(.numberChecksum)
        }
        let monthOfBirth = ten[2] * 10 + ten[3]
        let dayField = ten[4] * 10 + ten[5]
        let day = dayField > 60 ? dayField - 60 : dayField
        let written = digits.utf8.count == 12 ? Int(digits.prefix(4)) : nil
        let year = written ?? Self.year(ten[0] * 10 + ten[1], separator, today)
        guard let born = LocalDate(year: year, month: monthOfBirth, day: day) else {
            throw Fault(.numberDate)
        }
        self.born = born
        self.kind = dayField > 60 ? .coordination : .personal
        self.digits = Personal(LocalDate.fourDigits(year) + ten.dropFirst(2).map(String.init).joined())
    }

    /// As reports have it: `YYYYMMDD-NNNN`.
    public var written: Personal<String> {
        Personal("\(digits.reveal.dropLast(4))-\(digits.reveal.suffix(4))")
    }

    /// Whole years on `day`; negative before birth.
    public func age(on day: LocalDate) -> Int { born.years(until: day) }

    /// Two digits mean the latest such year up to this one; `+` means a hundred years before that.
    ///
    /// The year decides, and not the day: the sign changes with the year in which somebody turns 100 (18 § of
    /// folkbokföringslagen).
    private static func year(_ short: Int, _ separator: Character?, _ today: LocalDate) -> Int {
        var year = today.year - today.year % 100 + short
        if year > today.year { year -= 100 }
        return separator == "+" ? year - 100 : year
    }

    /// The Luhn digit (ISO/IEC 7812-1, annex B) over nine digits, the first doubled.
    private static func checksum(_ nine: some Collection<Int>) -> Int {
        let sum = nine.enumerated().reduce(0) { sum, digit in
            let product = digit.element * (digit.offset.isMultiple(of: 2) ? 2 : 1)
            return sum + product / 10 + product % 10
        }
        return (10 - sum % 10) % 10
    }
}

extension County.Settings {
    /// What is wrong with the age on the day of an observation: a child is born, and not yet an adult (rule 4).
    public func faults(ofAge number: PersonalNumber, on day: LocalDate) -> [Fault] {
        let age = number.age(on: day)
        if age < 0 { return [Fault(.childUnborn, at: "personal_number")] }
        return age >= adultAge ? [Fault(.childAdult, at: "personal_number")] : []
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isWholeNumber }
}

extension LocalDate {
    fileprivate static func fourDigits(_ year: Int) -> String {
        String(repeating: "0", count: max(0, 4 - String(year).count)) + String(year)
    }
}
