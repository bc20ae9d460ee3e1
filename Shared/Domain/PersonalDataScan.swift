/// Finds personal numbers, phone numbers and e-mail addresses in a text by their form.
///
/// One pass. Each character costs the same: a run of digits looks back at no more runs than a number can have.
struct PersonalDataScan {
    /// Digits that are written as a personal number is.
    struct Number {
        /// Ten or twelve, each 0 to 9.
        let digits: [UInt8]
        /// A letter stands right before or after it, as in a hexadecimal id.
        let touchesLetter: Bool
    }

    private(set) var numbers: [Number] = []
    private(set) var hasPhone = false
    private(set) var hasEmail = false

    /// Digits without anything between them.
    private struct Run {
        var digits: [UInt8] = []
        var isTooLong = false
        /// Only what can stand inside a personal number lies between the run before and this one.
        var followsInNumber: Bool
        var followsInPhone: Bool
        /// A plus stands before it, with nothing but separators between.
        var hasPlus: Bool
        var isAfterLetter: Bool

        /// No number is longer.
        static let limit = 15
    }

    /// What lies between two runs.
    private struct Gap {
        var isNumberSeparator = true
        var isPhoneSeparator = true
        var hasPlus = false
    }

    /// The last runs, as many as a phone number can have.
    private var runs: [Run] = []
    private var run: Run?
    private var gap = Gap()
    private var last = Kind.space
    private var mail = Mail()

    /// As much of a character as its form depends on.
    private enum Kind: Equatable {
        case digit(UInt8)
        /// `-`, `.`, `/`
        case mark, dot
        case plus, parenthesis, at, angle, space, letter, other
    }

    init(_ text: String) {
        for scalar in text.unicodeScalars {
            if let kind = Self.kind(of: scalar) { take(kind) }
        }
        take(.space)
    }

    // MARK: Digits

    private mutating func take(_ kind: Kind) {
        if case .digit(let digit) = kind {
            takeDigit(digit)
        } else {
            if let run { close(run, isBeforeLetter: kind == .letter) }
            widenGap(kind)
        }
        mail.take(isText: ![.at, .angle, .space].contains(kind), isAt: kind == .at, isDot: kind == .dot)
        hasEmail = hasEmail || mail.isFound
        last = kind
    }

    private mutating func takeDigit(_ digit: UInt8) {
        var open =
            run
            ?? Run(
                followsInNumber: !runs.isEmpty && gap.isNumberSeparator,
                followsInPhone: !runs.isEmpty && gap.isPhoneSeparator, hasPlus: gap.hasPlus,
                isAfterLetter: last == .letter)
        if open.digits.count < Run.limit { open.digits.append(digit) } else { open.isTooLong = true }
        run = open
    }

    private mutating func widenGap(_ kind: Kind) {
        switch kind {
        case .space, .mark, .dot: break
        case .parenthesis: gap.isNumberSeparator = false
        case .plus:
            if case .digit = last { gap.hasPlus = false } else { gap.hasPlus = true }
            gap.isPhoneSeparator = false
        case .digit, .at, .angle, .letter, .other:
            gap = Gap(isNumberSeparator: false, isPhoneSeparator: false)
        }
    }

    private mutating func close(_ closed: Run, isBeforeLetter: Bool) {
        (run, gap) = (nil, Gap())
        guard !closed.isTooLong else { return runs = [] }
        if !closed.followsInNumber, !closed.followsInPhone { runs = [] }
        runs.append(closed)
        if runs.count > Run.limit { runs.removeFirst() }
        lookForNumber(isBeforeLetter)
        if !hasPhone { hasPhone = isPhone }
    }

    /// Year with or without century, month, day or day + 60, four digits; with any separators between these parts.
    private mutating func lookForNumber(_ isBeforeLetter: Bool) {
        var digits: [UInt8] = []
        for run in runs.reversed() {
            digits = run.digits + digits
            if digits.count == 10 || digits.count == 12, Self.isDated(digits.suffix(10)) {
                numbers.append(.init(digits: digits, touchesLetter: run.isAfterLetter || isBeforeLetter))
            }
            guard [4, 6, 8].contains(digits.count), run.followsInNumber else { return }
        }
    }

    /// - Parameter ten: the digits without the century.
    private static func isDated(_ ten: ArraySlice<UInt8>) -> Bool {
        let ten = ten.map(Int.init)
        let (month, day) = (ten[2] * 10 + ten[3], ten[4] * 10 + ten[5])
        return (1...12).contains(month) && ((0...31).contains(day) || (61...91).contains(day))
    }

    /// 0 or + and seven to fourteen more digits, with any separators, end with the last run.
    private var isPhone: Bool {
        var count = 0
        for run in runs.reversed() {
            count += run.digits.count
            if run.hasPlus, (7...14).contains(count) { return true }
            if run.digits.first == 0, (8...15).contains(count) { return true }
            guard count < Run.limit, run.followsInPhone else { return false }
        }
        return false
    }

    // MARK: Characters

    /// Every kind of digit, dash and space counts as the plain one. Nil for what cannot be seen.
    private static func kind(of scalar: Unicode.Scalar) -> Kind? {
        switch scalar {
        case "0"..."9": return .digit(UInt8(scalar.value - 48))
        case "a"..."z", "A"..."Z": return .letter
        case "-", "/", "\u{2010}"..."\u{2014}", "\u{2212}", "\u{FF0D}": return .mark
        case ".": return .dot
        case "+": return .plus
        case "(", ")": return .parenthesis
        case "@", "\u{FF20}": return .at
        case "<", ">": return .angle
        default: break
        }
        let properties = scalar.properties
        if properties.isWhitespace { return .space }
        if let value = properties.numericValue, let digit = UInt8(exactly: value), digit < 10 { return .digit(digit) }
        switch properties.generalCategory {
        case .format, .nonspacingMark, .enclosingMark: return nil
        default: return properties.isAlphabetic ? .letter : .other
        }
    }

    /// An e-mail address that is being read: text, `@`, text, a dot, text.
    private struct Mail {
        private enum Stage { case none, name, at, domain, dot }
        private var stage = Stage.none
        private(set) var isFound = false

        mutating func take(isText: Bool, isAt: Bool, isDot: Bool) {
            switch (stage, isText) {
            case (.dot, true): isFound = true
            case (.domain, true): stage = isDot ? .dot : .domain
            case (.at, true): stage = .domain
            case (.none, true): stage = .name
            case (.name, true): break
            case (.name, false), (.domain, false), (.dot, false): stage = isAt ? .at : .none
            case (.at, false), (.none, false): stage = .none
            }
        }
    }
}
