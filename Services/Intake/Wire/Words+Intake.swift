import CloudEvents
import Codec
import Domain
import IntakeCore
import ServiceKit
import Streams

// The words that several messages share.

extension Words {
    /// Reads one message whole.
    ///
    /// - Throws: `Refusal` with everything that is wrong.
    static func read<Value>(
        _ directory: Directory = Directory(), _ body: (inout Words) -> Value?
    ) throws(Refusal) -> Value {
        var words = Words(directory)
        guard let value = body(&words), words.faults.isEmpty else { throw Refusal(words.faults) }
        return value
    }

    /// Reads what a service of the suite has written.
    ///
    /// - Parameter place: the table or topic.
    /// - Throws: `StateUnreadable` for words that this version does not know. A later version has written them, so they
    ///   wait for it.
    static func stored<Value>(
        in place: String, _ body: (inout Words) -> Value?
    ) throws(StateUnreadable) -> Value {
        do throws(Refusal) { return try read(Directory(), body) } catch {
            let codes = error.faults.map(\.code.rawValue).joined(separator: ", ")
            throw StateUnreadable(
                place,
                Undecodable(
                    error.faults.map(\.path).joined(separator: ", "), "not the words that this version knows: \(codes)")
            )
        }
    }

    /// One or more areas of the wheel (rule 1).
    mutating func areas(_ words: [String], at path: String = "areas") -> [WheelArea]? {
        if words.isEmpty { add(Fault(.areasMissing, at: path)) }
        let areas = words.enumerated().map {
            one(of: WheelArea.self, $1, at: "\(path)[\($0)]", else: .areaUnknown)
        }
        return areas.contains(nil) ? nil : areas.compactMap(\.self)
    }

    /// A word of a glossary.
    ///
    /// - Parameter code: what is said of a word that is none.
    mutating func one<Word: CaseIterable & RawRepresentable>(
        of type: Word.Type, _ word: String, at path: String, else code: FaultCode
    ) -> Word? where Word.RawValue == String {
        if let value = Word(rawValue: word) { return value }
        add(Fault(code, at: path, ["words": Word.allCases.map(\.rawValue).joined(separator: ", ")]))
        return nil
    }

    mutating func municipality(_ code: String) -> ServedMunicipality? {
        if let municipality = ServedMunicipality(code, in: directory) { return municipality }
        add(Fault(.municipalityUnknown, at: "municipality"))
        return nil
    }

    /// Reading has failed where ``faults`` has grown.
    mutating func owner(unit: String, person: String, fallback: String) -> Routing.Owner {
        Routing.Owner(unit: unit, person: person, fallback: fallbackIfAny(fallback))
    }

    /// A reason that may be left out. Reading has failed where ``faults`` has grown.
    mutating func fallbackIfAny(_ word: String) -> Routing.Fallback? {
        word.nonEmpty.flatMap { one(of: Routing.Fallback.self, $0, at: "fallback_reason") }
    }
}
