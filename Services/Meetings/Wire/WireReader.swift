import Domain
import ServiceKit

/// Reads the words of a message as values, and collects everything that is wrong with them.
///
/// Like `Words`, but with a harmless word in place of one that cannot be read. The case can then say what else is against
/// the command, and one refusal says everything. A command with faults is never carried out.
struct WireReader {
    private(set) var words: Words

    init(_ words: Words) { self.words = words }

    init(today: LocalDate) { self.init(Words(today: today)) }

    var faults: [Fault] { words.faults }

    mutating func fail(_ fault: Fault) { words.add(fault) }

    mutating func word<Word>(_ text: String, at path: String) -> Word
    where Word: RawRepresentable & CaseIterable, Word.RawValue == String {
        if let word = words.one(of: Word.self, text, at: path) { return word }
        guard let harmless = Word.allCases.first else { preconditionFailure("a kind without words") }
        return harmless
    }

    mutating func words<Word>(_ texts: [String], at path: String) -> [Word]
    where Word: RawRepresentable & CaseIterable, Word.RawValue == String {
        texts.enumerated().map { word($1, at: "\(path)[\($0)]") }
    }

    /// A text that says something.
    mutating func text(_ text: String, at path: String, else code: FaultCode = .textMissing) -> String {
        words.text(text, at: path, else: code) ?? text
    }

    mutating func date(_ text: String, at path: String, else code: FaultCode = .dateInvalid) -> LocalDate {
        words.day(text, at: path, else: code) ?? words.today.plus(1)
    }

    /// A date that may be left out.
    mutating func dateIfAny(_ text: String, at path: String, else code: FaultCode = .dateInvalid) -> LocalDate? {
        text.isEmpty ? nil : date(text, at: path, else: code)
    }
}
