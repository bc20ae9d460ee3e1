import Codec
import Domain
import Foundation
import MappingCore
import ServiceKit
import SwiftProtobuf

// What is written in the mapping: facts between values and messages.

extension ContentFact {
    func message(of reference: String) -> any FactMessage {
        switch self {
        case .informationAdded(let information):
            InformationAdded.with {
                ($0.caseReference, $0.by, $0.information) = (reference, information.by.id, .init(information))
            }
        case .informationCorrected(let before, let after, let reason, let actor):
            InformationCorrected.with {
                ($0.caseReference, $0.by, $0.reason) = (reference, actor.id, reason)
                ($0.before, $0.after) = (.init(before), .init(after))
            }
        case .answersRecorded(let questions, let actor):
            AnswersRecorded.with {
                ($0.caseReference, $0.by) = (reference, actor.id)
                $0.questions = questions.map { Int32($0.number) }
            }
        case .consentRecorded(let consent):
            ConsentRecorded.with { ($0.caseReference, $0.by, $0.consent) = (reference, consent.by.id, .init(consent)) }
        case .maturityJudged(let maturity):
            MaturityRecorded.with {
                ($0.caseReference, $0.by) = (reference, maturity.by.id)
                ($0.youthConsents, $0.reason) = (maturity.youthConsents, maturity.reason)
            }
        case .concluded(let outcome, let areas, let actor):
            MappingConcluded(outcome, areas: areas, of: reference, by: actor)
        case .followedUp(let followUp, let actor):
            MeasuresFollowedUp.with {
                ($0.caseReference, $0.by) = (reference, actor.id)
                ($0.effect, $0.text) = (followUp.effect.rawValue, followUp.text)
                ($0.decision, $0.nextDate) = followUp.decision.words
            }
        }
    }
}

extension InformationAdded: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        information.read(&words, at: "information").map { .content(.informationAdded($0)) }
    }
}

extension InformationCorrected: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        let before = before.read(&words, at: "before")
        let after = after.read(&words, at: "after")
        guard let before, let after else { return nil }
        return .content(.informationCorrected(before: before, after: after, reason: reason, by: Actor(by: by)))
    }
}

extension AnswersRecorded: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        let questions = questions.enumerated().compactMap { words.question($1, at: "questions[\($0)]") }
        return .content(.answersRecorded(questions, by: Actor(by: by)))
    }
}

extension ConsentRecorded: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        consent.read(&words, at: "consent").map { .content(.consentRecorded($0)) }
    }
}

extension MaturityRecorded: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        .content(.maturityJudged(.init(youthConsents: youthConsents, reason: reason, by: Actor(by: by))))
    }
}

extension MappingConcluded: FactMessage {
    init(_ outcome: Case.Outcome, areas: [WheelArea], of reference: String, by actor: Actor) {
        let words = OutcomeWords(outcome)
        self = .with {
            ($0.caseReference, $0.by, $0.areas) = (reference, actor.id, areas.map(\.rawValue))
            ($0.outcome, $0.nextDate) = (words.outcome, words.nextDate)
            ($0.organisations, $0.measures) = (words.organisations, words.measures)
        }
    }

    func fact(_ words: inout Words) -> CaseFact? {
        let outcome = OutcomeWords(outcome, nextDate, organisations, measures).read(&words)
        let areas = words.all(of: WheelArea.self, areas, at: "areas")
        guard let outcome, let areas else { return nil }
        return .content(.concluded(outcome, areas: areas, by: Actor(by: by)))
    }
}

extension MeasuresFollowedUp: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        let message = RecordFollowUp.with {
            ($0.effect, $0.decision, $0.text, $0.nextDate) = (effect, decision, text, nextDate)
        }
        return message.command(&words).map { .content(.followedUp($0, by: Actor(by: by))) }
    }
}
