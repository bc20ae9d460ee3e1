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

    /// A need, strength or obstacle in one or more areas (rule 8). Only "not asked" may name none.
    ///
    /// - Parameters:
    ///   - area: one more of them, in a message whose writer knew no list; may be empty.
    ///   - isAreaOptional: true for a concern's strengths, which may name no area.
    mutating func finding(
        kind: String, areas: [String], _ area: String, at path: String = "", isAreaOptional: Bool = false
    ) -> Case.Finding? {
        let names = areas + [area].filter { !$0.isEmpty }
        let kind = one(of: InformationKind.self, kind, at: path + "kind")
        if kind == .notAsked { return .notAsked(names.compactMap(WheelArea.init)) }
        if names.isEmpty, kind == .strength, isAreaOptional { return .strength([]) }
        if names.isEmpty { add(Fault(.areasMissing, at: path + "areas")) }
        guard let read = all(of: WheelArea.self, names, at: path + "areas", else: .areaUnknown),
            let areas = Case.Areas(read)
        else { return nil }
        return switch kind {
        case .strength: .strength(areas.list)
        case .need: .need(areas)
        case .obstacle: .obstacle(areas)
        case .notAsked, nil: nil
        }
    }
}

extension Case.Finding {
    var words: (kind: String, areas: [String]) {
        switch self {
        case .strength(let areas): (InformationKind.strength.rawValue, areas.map(\.rawValue))
        case .need(let areas): (InformationKind.need.rawValue, areas.list.map(\.rawValue))
        case .obstacle(let areas): (InformationKind.obstacle.rawValue, areas.list.map(\.rawValue))
        case .notAsked(let areas): (InformationKind.notAsked.rawValue, areas.map(\.rawValue))
        }
    }
}

extension Information {
    init(_ information: Case.Information) {
        self = .with {
            ($0.source, $0.text) = (information.source.rawValue, information.text)
            ($0.kind, $0.areas) = information.finding.words
            ($0.id, $0.by, $0.at) = (information.id, information.by.id, .init(information.at))
        }
    }

    func read(_ words: inout Words, at path: String) -> Case.Information? {
        let source = words.one(of: InformationSource.self, source, at: "\(path).source")
        let finding = words.finding(kind: kind, areas: areas, area, at: "\(path).", isAreaOptional: true)
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
            $0.outsiders = consent.admitsOutsiders
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
            admitsOutsiders: outsiders, form: form, date: date ?? CivilTime.day(of: at.date), recordedAt: at.date,
            by: Actor(by: by))
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
