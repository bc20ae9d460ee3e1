package import Codec
import Domain
import Foundation
package import MappingCore
package import ServiceKit
import SwiftProtobuf

// Who the guardians are, and whose no counts (rules 12 and 13): messages to values and back.

// MARK: Commands

extension CommandAdapter<Case> {
    /// The commands of this file.
    static let guardianCommands: [Entry] = [
        .on(Codec.AddGuardian.self),
        .on(Codec.CorrectGuardian.self),
        .on(Codec.MergeGuardians.self),
        .on(Codec.RemoveGuardian.self),
        .on(Codec.EndObjection.self),
    ]
}

extension Codec.AddGuardian: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.AddGuardian? {
        let details = details.read(&words)
        let standing = words.one(of: GuardianStanding.self, standing, at: "standing")
        let reason = words.text(reason, at: "reason")
        guard let details, let standing, let reason else { return nil }
        return .init(former: guardian.nonEmpty, details, standing, reason: reason)
    }

    init(_ command: MappingCore.AddGuardian, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.by, $0.guardian) = (reference, actor.id, command.former ?? "")
            ($0.details, $0.standing) = (.init(command.details), command.standing.rawValue)
            $0.reason = command.reason
        }
    }
}

extension Codec.CorrectGuardian: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.CorrectGuardian? {
        let details = details.read(&words)
        let standing = words.one(of: GuardianStanding.self, standing, at: "standing")
        let reason = words.text(reason, at: "reason")
        guard let details, let standing, let reason else { return nil }
        return .init(guardian, details, standing, reason: reason)
    }

    init(_ command: MappingCore.CorrectGuardian, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.by, $0.guardian) = (reference, actor.id, command.guardian)
            ($0.details, $0.standing) = (.init(command.details), command.standing.rawValue)
            $0.reason = command.reason
        }
    }
}

extension Codec.MergeGuardians: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.MergeGuardians? {
        words.text(reason, at: "reason").map { .init(same, into: guardian, reason: $0) }
    }

    init(_ command: MappingCore.MergeGuardians, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.by) = (reference, actor.id)
            ($0.guardian, $0.same, $0.reason) = (command.into, command.same, command.reason)
        }
    }
}

extension Codec.RemoveGuardian: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.RemoveGuardian? {
        words.text(reason, at: "reason").map { .init(Giver(name: guardian), reason: $0) }
    }

    init(_ command: MappingCore.RemoveGuardian, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.by) = (reference, actor.id)
            ($0.guardian, $0.reason) = (command.guardian.name, command.reason)
        }
    }
}

extension Codec.EndObjection: CaseMessage {
    package func command(_ words: inout Words) -> MappingCore.EndObjection? {
        words.text(reason, at: "reason").map { .init(Giver(name: giver), reason: $0) }
    }

    init(_ command: MappingCore.EndObjection, of reference: String, by actor: Actor) {
        self = .with {
            ($0.caseReference, $0.by) = (reference, actor.id)
            ($0.giver, $0.reason) = (command.giver.name, command.reason)
        }
    }
}

extension Codec.Guardian {
    fileprivate init(_ details: Case.Guardian.Details) {
        self = .with {
            ($0.name, $0.personalNumber) = (details.name, details.personalNumber)
            ($0.email, $0.phone) = (details.email, details.phone)
        }
    }

    /// As a person writes it. A number is checked, and kept as `YYYYMMDD-NNNN`.
    fileprivate func read(_ words: inout Words) -> Case.Guardian.Details? {
        var number = personalNumber
        if !number.isEmpty {
            do throws(Fault) {
                number = try PersonalNumber(number, today: words.today).written.reveal
            } catch { words.add(Fault(error.code, at: "details.personal_number")) }
        }
        return words.text(name, at: "details.name").map {
            .init(name: $0, personalNumber: number, email: email, phone: phone)
        }
    }

    /// As a fact has it: it was checked when it was written.
    fileprivate var details: Case.Guardian.Details {
        .init(name: name, personalNumber: personalNumber, email: email, phone: phone)
    }
}

// MARK: State

extension CaseGuardian {
    init(_ guardian: Case.Guardian) {
        self = .with { ($0.key, $0.standing) = (guardian.key, guardian.standing.rawValue) }
    }

    func read(_ words: inout Words, at path: String) -> Case.Guardian? {
        words.one(of: GuardianStanding.self, standing, at: "\(path).standing").map { .init(key, $0) }
    }
}

extension MappingState.FormerGuardian {
    init(_ key: String, _ former: Case.FormerGuardian) {
        self.init()
        self.key = key
        if case .same(let other) = former { sameAs = other }
    }

    var read: Case.FormerGuardian { sameAs.nonEmpty.map(Case.FormerGuardian.same) ?? .removed }
}

// MARK: Facts

extension GuardianFact {
    func message(of reference: String) -> any FactMessage {
        switch self {
        case .added(let change):
            GuardianAdded.with {
                ($0.caseReference, $0.by, $0.reason) = (reference, change.by.id, change.reason)
                ($0.guardian, $0.standing) = (change.guardian.key, change.guardian.standing.rawValue)
                $0.details = .init(change.details)
            }
        case .corrected(let change):
            GuardianCorrected.with {
                ($0.caseReference, $0.by, $0.reason) = (reference, change.by.id, change.reason)
                ($0.guardian, $0.standing) = (change.guardian.key, change.guardian.standing.rawValue)
                $0.details = .init(change.details)
            }
        case .merged(let same, let key, let consent, let reason, let actor):
            GuardiansMerged.with {
                ($0.caseReference, $0.by, $0.reason) = (reference, actor.id, reason)
                ($0.guardian, $0.same) = (key, same)
                if let consent { $0.consent = .init(consent) }
            }
        case .removed(let guardian, let reason, let actor):
            GuardianRemoved.with {
                ($0.caseReference, $0.by, $0.reason) = (reference, actor.id, reason)
                $0.guardian = guardian.name
            }
        case .formerReported(let keys, let concern):
            FormerGuardiansReported.with { ($0.caseReference, $0.concern, $0.guardians) = (reference, concern, keys) }
        case .objectionEnded(let giver, let reason, let actor, let to, let county):
            ObjectionEnded.with {
                ($0.caseReference, $0.by, $0.reason) = (reference, actor.id, reason)
                ($0.giver, $0.to, $0.county) = (giver.name, to ?? "", county)
            }
        }
    }
}

extension GuardianAdded: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        words.one(of: GuardianStanding.self, standing, at: "standing").map {
            .guardians(.added(.init(.init(guardian, $0), details.details, reason: reason, by: Actor(by: by))))
        }
    }
}

extension GuardianCorrected: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        words.one(of: GuardianStanding.self, standing, at: "standing").map {
            .guardians(.corrected(.init(.init(guardian, $0), details.details, reason: reason, by: Actor(by: by))))
        }
    }
}

extension GuardiansMerged: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        let consent = hasConsent ? consent.read(&words, at: "consent") : nil
        return .guardians(.merged(same, into: guardian, consent: consent, reason: reason, by: Actor(by: by)))
    }
}

extension GuardianRemoved: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        .guardians(.removed(Giver(name: guardian), reason: reason, by: Actor(by: by)))
    }
}

extension FormerGuardiansReported: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? { .guardians(.formerReported(guardians, concern: concern)) }
}

extension ObjectionEnded: FactMessage {
    func fact(_ words: inout Words) -> CaseFact? {
        .guardians(
            .objectionEnded(
                Giver(name: giver), reason: reason, by: Actor(by: by), to: to.nonEmpty, county: county))
    }
}
