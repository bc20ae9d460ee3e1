import Domain

/// Reads the words of a message as values, and collects everything that is wrong with them.
///
/// In place of a word that cannot be read stands one that is harmless. The case can then say what else is against the
/// command, and its sender learns of everything at once. A command with faults is never carried out.
struct WireReader {
    private(set) var faults: [Fault] = []
    private let today: LocalDate

    init(today: LocalDate) { self.today = today }

    mutating func fail(_ fault: Fault) { faults.append(fault) }

    mutating func word<Word>(_ text: String, at path: String) -> Word
    where Word: RawRepresentable & CaseIterable, Word.RawValue == String {
        if let word = Word(rawValue: text) { return word }
        fail(Fault(at: path, notOneOf: Word.self))
        guard let harmless = Word.allCases.first else { preconditionFailure("a kind without words") }
        return harmless
    }

    mutating func words<Word>(_ texts: [String], at path: String) -> [Word]
    where Word: RawRepresentable & CaseIterable, Word.RawValue == String {
        texts.enumerated().map { word($1, at: "\(path)[\($0)]") }
    }

    /// A text that says something.
    mutating func text(_ text: String, at path: String, else code: FaultCode = .textMissing) -> String {
        if text.allSatisfy(\.isWhitespace) { fail(Fault(code, at: path)) }
        return text
    }

    mutating func date(_ text: String, at path: String, else code: FaultCode = .dateInvalid) -> LocalDate {
        if let date = LocalDate(text) { return date }
        fail(Fault(code, at: path))
        return today.plus(1)
    }

    /// A date that may be left out.
    mutating func dateIfAny(_ text: String, at path: String, else code: FaultCode = .dateInvalid) -> LocalDate? {
        text.isEmpty ? nil : date(text, at: path, else: code)
    }
}

extension String {
    /// Nil where a field was left out.
    var nonEmpty: String? { isEmpty ? nil : self }
}
