/// One thing that is wrong with what somebody sent: where, what, and what to do, in both languages.
///
/// Neither text ever repeats what was sent, since that may be personal data.
public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    public let code: FaultCode
    /// The field by path, for example `reporter.email` or `areas[2]`; empty for the whole.
    public var path: String
    private let values: [String: String]

    /// - Parameter values: fill the placeholders of the catalogue's text, by name. Never text of the sender.
    public init(_ code: FaultCode, at path: String = "", _ values: [String: String] = [:]) {
        (self.code, self.path, self.values) = (code, path, values)
    }

    /// A word that is not one of the glossary's.
    public init<Word: CaseIterable & RawRepresentable>(
        at path: String, notOneOf type: Word.Type, _ code: FaultCode = .wordUnknown
    ) where Word.RawValue == String {
        self.init(code, at: path, ["words": Word.allCases.map(\.rawValue).joined(separator: ", ")])
    }

    public var swedish: String { text(.swedish) }
    public var english: String { text(.english) }

    public func text(_ language: Language) -> String { Catalogue.text(code.rawValue, language, values) }

    public var description: String {
        path.isEmpty ? "\(english) [\(code.rawValue)]" : "\(path): \(english) [\(code.rawValue)]"
    }
}

/// All faults of one message. A sender learns them at once, not one for each attempt.
public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    public let faults: [Fault]

    public init(_ faults: [Fault]) { self.faults = faults }

    /// - Throws: a refusal, if there are faults.
    public static func unless(_ faults: [Fault]) throws(Refusal) {
        if !faults.isEmpty { throw Refusal(faults) }
    }

    public var description: String { faults.map(\.description).joined(separator: "; ") }
}

extension [Fault] {
    /// What a sender is told of so many: the first twenty, and how many more there are.
    ///
    /// Whatever turns faults into an answer uses it, so that no answer grows with what was sent.
    public var told: [Fault] {
        count <= Self.mostTold
            ? self : prefix(Self.mostTold) + [Fault(.reasonsMore, ["count": "\(count - Self.mostTold)"])]
    }

    private static var mostTold: Int { 20 }
}
