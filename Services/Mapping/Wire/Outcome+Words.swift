import Codec
import Domain
import MappingCore
import ServiceKit
import SwiftProtobuf

/// An outcome as spelt in commands, facts and state: a word, a date, and what the outcome needs.
struct OutcomeWords {
    var outcome: String
    var nextDate: String
    var organisations: [String] = []
    var measures: [Measure] = []

    init(_ outcome: String, _ nextDate: String, _ organisations: [String], _ measures: [Measure]) {
        (self.outcome, self.nextDate) = (outcome, nextDate)
        (self.organisations, self.measures) = (organisations, measures)
    }

    init(_ outcome: Case.Outcome) {
        (self.outcome, nextDate) = (outcome.word.rawValue, outcome.next.description)
        switch outcome {
        case .nothingFurther: break
        case .ownMeasures(let own): measures = own.measures.map(Measure.init)
        case .cooperation(let cooperation): organisations = cooperation.organisations.map(\.rawValue)
        }
    }

    /// Fields that only other outcomes need are ignored.
    func read(_ words: inout Words) -> Case.Outcome? {
        let outcome = words.one(of: Outcome.self, outcome, at: "outcome")
        let next = words.day(nextDate, at: "next_date", else: .nextDate)
        switch outcome {
        case nil: return nil
        case .nothingFurther: return next.map { .nothingFurther(lookAgain: $0) }
        case .ownMeasures:
            if measures.isEmpty { words.add(Fault(.measuresMissing, at: "measures")) }
            let read = measures.enumerated().compactMap { $1.read(&words, at: "measures[\($0)]") }
            return next.map { .ownMeasures(.init(read, followUp: $0)) }
        case .cooperation:
            let read = organisations.compactMap(Organisation.init)
            if read.isEmpty || read.count < organisations.count {
                words.add(Fault(at: "organisations", notOneOf: Organisation.self))
            }
            return next.map { .cooperation(.init(organisations: read, latest: $0)) }
        }
    }
}

extension Case.Outcome {
    /// The word in the glossary.
    var word: Outcome {
        switch self {
        case .nothingFurther: .nothingFurther
        case .ownMeasures: .ownMeasures
        case .cooperation: .cooperation
        }
    }
}

extension Measure {
    init(_ measure: Case.Measure) {
        self = .with {
            ($0.area, $0.text, $0.responsible) = (measure.area.rawValue, measure.text, measure.responsible)
        }
    }

    fileprivate func read(_ words: inout Words, at path: String) -> Case.Measure? {
        let area = words.one(of: WheelArea.self, area, at: "\(path).area")
        let text = words.text(text, at: "\(path).text")
        guard let area, let text else { return nil }
        return Case.Measure(area: area, text: text, responsible: responsible)
    }
}
