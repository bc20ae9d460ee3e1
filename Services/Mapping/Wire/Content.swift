package import Codec
package import Domain
import Foundation
package import MappingCore
package import ServiceKit
import SwiftProtobuf

// The mapping's content: messages to values and back.

// MARK: Commands

extension CommandAdapter<Case> {
    /// The commands of this file.
    static let contentCommands: [Entry] = [
        .on(Codec.AddInformation.self),
        .on(Codec.CorrectInformation.self),
        .on(Codec.RecordAnswers.self),
        .on(Codec.RecordConsent.self),
        .on(RecordMaturity.self),
        .on(ConcludeMapping.self),
    ]
}

extension Codec.AddInformation: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.AddInformation? {
        let source = words.one(of: InformationSource.self, source, at: "source")
        let finding = words.finding(kind: kind, areas: areas, area)
        let text = words.text(text, at: "text")
        guard let source, let finding, let text else { return nil }
        return .init(source: source, finding: finding, text: text)
    }

    init(_ command: MappingCore.AddInformation, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.by) = (reference, actor.id)
            ($0.source, $0.text) = (command.source.rawValue, command.text)
            ($0.kind, $0.areas) = command.finding.words
        }
    }
}

extension Codec.CorrectInformation: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.CorrectInformation? {
        let reason = words.text(reason, at: "reason")
        let finding = words.finding(kind: kind, areas: areas, area)
        let text = words.text(text, at: "text")
        guard let reason, let finding, let text else { return nil }
        return .init(information: information, finding: finding, text: text, reason: reason)
    }

    init(_ command: MappingCore.CorrectInformation, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.by) = (reference, actor.id)
            ($0.information, $0.text, $0.reason) = (command.information, command.text, command.reason)
            ($0.kind, $0.areas) = command.finding.words
        }
    }
}

extension Codec.RecordAnswers: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.RecordAnswers? {
        if answers.isEmpty { words.add(Fault(.textMissing, at: "answers")) }
        return .init(answers.enumerated().compactMap { $1.read(&words, at: "answers[\($0)]") })
    }

    init(_ command: MappingCore.RecordAnswers, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.by) = (reference, actor.id)
            $0.answers = command.answers.map(Answer.init)
        }
    }
}

extension Answer {
    fileprivate init(_ answer: MappingCore.RecordAnswers.Answer) {
        self = .with { ($0.question, $0.text) = (Int32(answer.question.number), answer.text) }
    }

    fileprivate func read(_ words: inout Words, at path: String) -> MappingCore.RecordAnswers.Answer? {
        let question = words.question(question, at: "\(path).question")
        let text = words.text(text, at: "\(path).text")
        guard let question, let text else { return nil }
        return .init(question, text)
    }
}

extension Codec.RecordConsent: CaseMessage {
    /// A refusal or withdrawal only needs its giver. Anything else that is unclear is ignored (rule 13).
    package func command(_ words: inout Words) -> MappingCore.RecordConsent? {
        guard let decision = words.one(of: ConsentDecision.self, decision, at: "decision") else { return nil }
        if giver.isEmpty {
            words.add(Fault(.consentGiver, at: "giver"))
            return nil
        }
        switch decision {
        case .given: return given(&words)
        case .refused: return withheld(.refused)
        case .withdrawn: return withheld(.withdrawn)
        }
    }

    package static var mayBeUnstoppable: Bool { true }

    package var isUnstoppable: Bool {
        [ConsentDecision.refused, .withdrawn].map(\.rawValue).contains(decision)
    }

    /// Only that somebody says no must be read. A text that is too large counts as left out, and as nobody's.
    package var shortened: Codec.RecordConsent {
        excesses.isEmpty
            ? self
            : .with {
                $0.caseReference = Self.isWithinLimits(caseReference) ? caseReference : ""
                $0.decision = decision
                $0.giver = Self.isWithinLimits(giver) ? giver : Giver.others.name
                $0.by = Self.isWithinLimits(by) ? by : ""
            }
    }

    private static func isWithinLimits(_ id: String) -> Bool { with { $0.giver = id }.excesses.isEmpty }

    private func given(_ words: inout Words) -> MappingCore.RecordConsent? {
        if organisations.isEmpty { words.add(Fault(.textMissing, at: "organisations")) }
        let organisations = words.all(of: Organisation.self, organisations, at: "organisations")
        let form = words.text(form, at: "form")
        let date = words.dayIfAny(date, at: "date")
        let until = words.dayIfAny(validUntil, at: "valid_until")
        guard let organisations, let form else { return nil }
        return .init(
            giver: Giver(name: giver), word: .given(until: until), organisations: organisations, form: form, date: date)
    }

    private func withheld(_ word: Case.Consent.Word) -> MappingCore.RecordConsent {
        .init(
            giver: Giver(name: giver), word: word, organisations: organisations.compactMap(Organisation.init),
            form: form, date: LocalDate(date))
    }

    package func obstacles(on subject: Case, by actor: Actor, _ context: DecisionContext) -> [Fault] {
        guard ConsentDecision(rawValue: decision) == .given, !giver.isEmpty else { return [] }
        return MappingCore.RecordConsent.obstaclesToGiven(on: subject, by: actor, context)
    }

    init(_ command: MappingCore.RecordConsent, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.by) = (reference, actor.id)
            ($0.giver, $0.form) = (command.giver.name, command.form)
            ($0.decision, $0.validUntil) = command.word.words
            $0.organisations = command.organisations.map(\.rawValue)
            $0.date = command.date?.description ?? ""
        }
    }
}

extension RecordMaturity: CaseMessage {
    package func command(_ words: inout Words) -> JudgeMaturity? {
        words.text(reason, at: "reason").map { JudgeMaturity(youthConsents: youthConsents, reason: $0) }
    }

    init(_ command: JudgeMaturity, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.by) = (reference, actor.id)
            ($0.youthConsents, $0.reason) = (command.youthConsents, command.reason)
        }
    }
}

extension ConcludeMapping: CaseMessage {
    package func command(_ words: inout Words) -> Conclude? {
        OutcomeWords(outcome, nextDate, organisations, measures).read(&words).map(Conclude.init)
    }

    /// Reports a date that has passed, even if other words cannot be read.
    package func obstacles(on subject: Case, by actor: Actor, _ context: DecisionContext) -> [Fault] {
        let ofNext = LocalDate(nextDate).map { Conclude.faults(ofNext: $0, context) } ?? []
        return Conclude.obstacles(on: subject, by: actor, context) + ofNext
    }

    init(_ command: Conclude, of reference: String, by actor: Actor) {
        let words = OutcomeWords(command.outcome)
        self = .with {
            ($0.caseReference, $0.by) = (reference, actor.id)
            ($0.outcome, $0.nextDate) = (words.outcome, words.nextDate)
            ($0.organisations, $0.measures) = (words.organisations, words.measures)
        }
    }
}

// MARK: Facts

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
        case .counterpartTold(let other, let county): CounterpartTold(other, county: county, of: reference)
        case .counterpartAsked(let other, let areas, let county, let actor):
            CounterpartAsked(other, areas: areas, county: county, of: reference, by: actor)
        case .answersRecorded(let answers, let actor):
            AnswersRecorded.with {
                ($0.caseReference, $0.by) = (reference, actor.id)
                $0.questions = answers.map { Int32($0.question.number) }
                $0.answers = answers.map(Answer.init)
            }
        case .consentRecorded(let consent, let doubt):
            ConsentRecorded.with {
                ($0.caseReference, $0.by, $0.consent) = (reference, consent.by.id, .init(consent))
                if let doubt { $0.doubt = .init(doubt) }
            }
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
        let answers = answers.enumerated().compactMap { $1.read(&words, at: "answers[\($0)]") }
        return .content(.answersRecorded(answers, by: Actor(by: by)))
    }
}

extension ConsentRecorded: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        consent.read(&words, at: "consent").map {
            .content(.consentRecorded($0, doubt: hasDoubt ? doubt.read : nil))
        }
    }
}

extension Codec.ConsentDoubt {
    fileprivate init(_ doubt: MappingCore.ConsentDoubt) {
        self = .with {
            ($0.giverUnknown, $0.byUnknown) = (doubt.isGiverUnknown, doubt.isByUnknown)
            ($0.to, $0.county) = (doubt.to, doubt.county)
        }
    }

    fileprivate var read: MappingCore.ConsentDoubt {
        .init(isGiverUnknown: giverUnknown, isByUnknown: byUnknown, to: to, county: county)
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
