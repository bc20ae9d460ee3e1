package import Domain

/// Parses the fields of one message into values, and collects all faults, each with its path.
///
/// A wrong field gives nil. The caller continues to parse, so that all faults are reported at once:
///
///     let source = words.one(of: InformationSource.self, message.source, at: "source")
///     let text = words.text(message.text, at: "text")
///     guard let source, let text else { return nil }
package struct Words {
    /// For fields that name something in the directory.
    package let directory: Directory
    /// The day in Sweden on which the message is read.
    package let today: LocalDate
    package private(set) var faults: [Fault] = []

    package init(_ directory: Directory = Directory(), today: LocalDate = LocalDate(number: 0)) {
        (self.directory, self.today) = (directory, today)
    }

    package mutating func add(_ fault: Fault) { faults.append(fault) }

    /// Reads one message whole.
    ///
    /// - Throws: `Refusal` with all faults.
    package static func read<Value>(
        _ directory: Directory = Directory(), _ body: (inout Words) -> Value?
    ) throws(Refusal) -> Value {
        var words = Words(directory)
        guard let value = body(&words), words.faults.isEmpty else { throw Refusal(words.faults) }
        return value
    }

    /// A word of a glossary.
    ///
    /// - Parameter code: the fault of a word that is not one of them.
    package mutating func one<Word: CaseIterable & RawRepresentable>(
        of type: Word.Type, _ word: String, at path: String, else code: FaultCode = .wordUnknown
    ) -> Word? where Word.RawValue == String {
        if let value = Word(rawValue: word) { return value }
        faults.append(Fault(at: path, notOneOf: type, code))
        return nil
    }

    /// Words of a glossary; nil if one of them is unknown.
    package mutating func all<Word: CaseIterable & RawRepresentable>(
        of type: Word.Type, _ words: [String], at path: String, else code: FaultCode = .wordUnknown
    ) -> [Word]? where Word.RawValue == String {
        let values = words.enumerated().map { one(of: type, $1, at: "\(path)[\($0)]", else: code) }
        return values.contains { $0 == nil } ? nil : values.compactMap(\.self)
    }

    /// A text that is not blank.
    ///
    /// - Parameter code: the fault of a blank text.
    package mutating func text(_ text: String, at path: String, else code: FaultCode = .textMissing) -> String? {
        if !text.allSatisfy(\.isWhitespace) { return text }
        faults.append(Fault(code, at: path))
        return nil
    }

    /// A day; nil if the text is not a date.
    ///
    /// - Parameter code: the fault of a text that is not a date.
    package mutating func day(_ text: String, at path: String, else code: FaultCode = .dateInvalid) -> LocalDate? {
        if let day = LocalDate(text) { return day }
        faults.append(Fault(code, at: path))
        return nil
    }

    /// A day that may be left out. If the text is not a date, a fault is added.
    package mutating func dayIfAny(_ text: String, at path: String) -> LocalDate? {
        text.isEmpty ? nil : day(text, at: path)
    }
}

extension String {
    /// Nil if the field was left out.
    package var nonEmpty: String? { isEmpty ? nil : self }
    /// Nil for a text that says nothing.
    package var written: String? { allSatisfy(\.isWhitespace) ? nil : self }
}
