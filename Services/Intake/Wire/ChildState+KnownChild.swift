import Codec
import Domain
import Foundation
import IntakeCore
import ServiceKit
import SwiftProtobuf

extension ChildState {
    init(_ kept: Kept<KnownChild>) {
        let known = kept.subject
        self.init()
        taken = kept.taken
        caseReference = known.reference
        personalNumber = known.number.digits.reveal
        county = known.place.county
        municipality = known.place.municipality
        stage = known.place.stage.rawValue
        attends = known.place.attends ?? ""
        unit = known.owner.unit
        person = known.owner.person
        fallbackReason = known.owner.fallback?.rawValue ?? ""
        protectedIdentity = known.isProtected
        harmSuspected = known.isHarmSuspected
        caseOpen = known.hasOpenCase
        names = known.names.messages
        protectedBy = known.protectedBy.messages
        guardians = known.guardians.map { guardian in
            .with {
                ($0.described, $0.aliases) = (.init(guardian.described), guardian.aliases.map(\.text))
            }
        }
        recent = known.recent.map(RecentConcern.init)
        (concerns, releasing) = (Int64(known.concerns), known.isReleasing)
    }

    /// Nil where `words` has found what this version does not know.
    func kept(_ words: inout Words) -> Kept<KnownChild>? {
        let place = words.place(county: county, municipality: municipality, stage: stage, attends: attends)
        let owner = words.owner(unit: unit, person: person, fallback: fallbackReason)
        let guardians = guardians.enumerated().map { $1.read(&words, at: "guardians[\($0)]") }
        let recent = recent.enumerated().compactMap { $1.read(&words, at: "recent[\($0)]") }
        let number = words.storedNumber(personalNumber)
        guard let place, let number else { return nil }
        let known = KnownChild(
            reference: caseReference, number: number, place: place, owner: owner, hasOpenCase: caseOpen,
            isProtected: protectedIdentity, protectedBy: Statements(protectedBy), isHarmSuspected: harmSuspected,
            names: Statements(names), guardians: guardians, recent: recent,
            concerns: Int(concerns), isReleasing: releasing)
        return Kept(known, taken: taken)
    }
}

extension ChildState.KnownGuardian {
    fileprivate func read(_ words: inout Words, at path: String) -> KnownGuardian {
        let aliases = aliases.enumerated().compactMap { index, text -> KnownGuardian.Alias? in
            if let alias = KnownGuardian.Alias(text) { return alias }
            words.add(Fault(.wordUnknown, at: "\(path).aliases[\(index)]"))
            return nil
        }
        return KnownGuardian(described.read, aliases: aliases)
    }
}

extension KnownGuardian.Alias {
    /// Nil where the first letter is none of a kind's.
    fileprivate init?(_ text: String) {
        guard let kind = Kind.allCases.first(where: { $0.letter == text.first }) else { return nil }
        self.init(kind, hash: String(text.dropFirst()))
    }
}

extension ChildState.RecentConcern {
    fileprivate init(_ recent: IntakeCore.RecentConcern) {
        self = .with {
            ($0.concern, $0.source) = (recent.concern, recent.source)
            ($0.observedAt, $0.areas) = (.init(recent.observedAt), recent.areas.map(\.rawValue))
        }
    }

    fileprivate func read(_ words: inout Words, at path: String) -> IntakeCore.RecentConcern? {
        words.areas(areas, at: "\(path).areas").map {
            .init(concern: concern, source: source, observedAt: observedAt.date, areas: $0)
        }
    }
}

extension CaseMoved {
    /// The move as Intake follows it; nil where `words` has found what this version does not know.
    func command(_ words: inout Words) -> FollowCase? {
        let place = words.place(county: county, municipality: municipality, stage: stage, attends: attends)
        let owner = words.owner(unit: toUnit, person: toPerson, fallback: fallbackReason)
        return place.map { .isOpen(with: owner, at: $0) }
    }
}

extension MappingOpened {
    /// The opening as Intake follows it; nil where `words` has found what this version does not know.
    func command(_ words: inout Words) -> FollowCase? {
        let place = words.place(county: county, municipality: municipality, stage: stage, attends: attends)
        let owner = words.owner(unit: unit, person: owner, fallback: fallbackReason)
        return place.map { .isOpen(with: owner, at: $0) }
    }
}
