import Codec
import Domain
import Foundation
import MappingCore
import ServiceKit
import SwiftProtobuf

// Words that several messages share.

extension Words {
    mutating func place(county: String, municipality: String, stage: String, attends: String) -> Case.Place? {
        one(of: Stage.self, stage, at: "stage").map {
            Case.Place(county: county, municipality: municipality, stage: $0, attends: attends.nonEmpty)
        }
    }

    mutating func owner(unit: String, person: String, fallback: String) -> Routing.Owner? {
        guard let word = fallback.nonEmpty else { return Routing.Owner(unit: unit, person: person) }
        return one(of: Routing.Fallback.self, word, at: "fallback_reason").map {
            Routing.Owner(unit: unit, person: person, fallback: $0)
        }
    }

    mutating func question(_ number: Int32, at path: String) -> Question? {
        if let question = Question(rawValue: Int(number)) { return question }
        add(Fault(.questionUnknown, at: path))
        return nil
    }

    /// A need, strength or obstacle in one area (rule 8). Only "not asked" may name no area.
    ///
    /// - Parameter isAreaOptional: true for a concern's strengths, which may name no area.
    mutating func finding(
        kind: String, area: String, at path: String = "", isAreaOptional: Bool = false
    ) -> Case.Finding? {
        let kind = one(of: InformationKind.self, kind, at: path + "kind")
        switch kind {
        case .notAsked: return .notAsked(WheelArea(rawValue: area))
        case .strength where isAreaOptional && area.isEmpty: return .strength(nil)
        default:
            guard let area = one(of: WheelArea.self, area, at: path + "area") else { return nil }
            return switch kind {
            case .strength: .strength(area)
            case .need: .need(area)
            case .obstacle: .obstacle(area)
            case .notAsked, nil: nil
            }
        }
    }
}

extension Case.Finding {
    var words: (kind: String, area: String) {
        switch self {
        case .strength(let area): (InformationKind.strength.rawValue, area?.rawValue ?? "")
        case .need(let area): (InformationKind.need.rawValue, area.rawValue)
        case .obstacle(let area): (InformationKind.obstacle.rawValue, area.rawValue)
        case .notAsked(let area): (InformationKind.notAsked.rawValue, area?.rawValue ?? "")
        }
    }
}

extension Information {
    init(_ information: Case.Information) {
        self = .with {
            ($0.source, $0.text) = (information.source.rawValue, information.text)
            ($0.kind, $0.area) = information.finding.words
            ($0.id, $0.by, $0.at) = (information.id, information.by.id, .init(information.at))
        }
    }

    func read(_ words: inout Words, at path: String) -> Case.Information? {
        let source = words.one(of: InformationSource.self, source, at: "\(path).source")
        let finding = words.finding(kind: kind, area: area, at: "\(path).", isAreaOptional: true)
        guard let source, let finding else { return nil }
        return Case.Information(
            id: id, source: source, finding: finding, text: text, by: Actor(by: by), at: at.date)
    }
}

extension MappingState.Correction {
    init(_ correction: Case.Correction) {
        self = .with {
            $0.before = Information(correction.before)
            ($0.by, $0.at, $0.reason) = (correction.by.id, .init(correction.at), correction.reason)
        }
    }

    func read(_ words: inout Words, at path: String) -> Case.Correction? {
        before.read(&words, at: "\(path).before").map {
            Case.Correction(before: $0, by: Actor(by: by), at: at.date, reason: reason)
        }
    }
}

extension Consent {
    init(_ consent: Case.Consent) {
        self = .with {
            ($0.giver, $0.form) = (consent.giver.name, consent.form)
            ($0.decision, $0.validUntil) = consent.word.words
            $0.organisations = consent.organisations.map(\.rawValue)
            $0.date = consent.date.description
            ($0.at, $0.by) = (.init(consent.recordedAt), consent.by.id)
        }
    }

    /// In a refusal or withdrawal, unknown words are ignored: it counts in any case (rule 13).
    func read(_ words: inout Words, at path: String) -> Case.Consent? {
        let decision = words.one(of: ConsentDecision.self, decision, at: "\(path).decision")
        let word: Case.Consent.Word
        var date = LocalDate(date)
        switch decision {
        case nil: return nil
        case .refused: word = .refused
        case .withdrawn: word = .withdrawn
        case .given:
            word = .given(until: words.dayIfAny(validUntil, at: "\(path).valid_until"))
            guard words.all(of: Organisation.self, organisations, at: "\(path).organisations") != nil else {
                return nil
            }
            date = words.day(self.date, at: "\(path).date")
        }
        return Case.Consent(
            giver: Giver(name: giver), word: word, organisations: organisations.compactMap(Organisation.init),
            form: form, date: date ?? CivilTime.day(of: at.date), recordedAt: at.date, by: Actor(by: by))
    }
}

extension Case.Consent.Word {
    /// A refusal has no end date.
    var words: (decision: String, validUntil: String) {
        switch self {
        case .given(let until): (ConsentDecision.given.rawValue, until?.description ?? "")
        case .refused: (ConsentDecision.refused.rawValue, "")
        case .withdrawn: (ConsentDecision.withdrawn.rawValue, "")
        }
    }
}
