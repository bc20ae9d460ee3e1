import Codec
import Domain
import MappingCore
import SwiftProtobuf
import TestSupport

// Who the guardians are, and what they and the youth say.

extension SuiteLife {
    /// Of somebody who is, was, or never was a guardian.
    mutating func guardian(of known: KnownCase) -> String {
        let keys = known.case.guardians.map(\.key)
        return switch number(0...5) {
        case 0: oneOf(known.case.formerGuardians.keys.sorted()) ?? "nobody"
        case 1: "stranger-\(number(1...3))"
        default: oneOf(keys) ?? "nobody"
        }
    }

    private mutating func standing() -> String {
        number(0...2) == 0 ? one(GuardianStanding.self).rawValue : GuardianStanding.reachable.rawValue
    }

    private static let details = Codec.Guardian.with { $0.name = "Gerd Exempelförälder" }

    static let guardianDeeds: [Deed] = [
        Deed("add_guardian", 1, Codec.AddGuardian.self, by: [GuardianAdded.self]) { life, known in
            let (by, standing) = (life.leader(of: known), life.standing())
            let former = life.flag() ? life.oneOf(known.case.formerGuardians.keys.sorted()) ?? "" : ""
            guard known.case.guardians.count < 3 || life.isCareless() else { return nil }
            return .with {
                ($0.caseReference, $0.by, $0.guardian) = (known.case.reference, by, former)
                ($0.details, $0.standing, $0.reason) = (details, standing, "ord")
            }
        },
        Deed("correct_guardian", 1, Codec.CorrectGuardian.self, by: [GuardianCorrected.self]) { life, known in
            let (by, standing, key) = (life.leader(of: known), life.standing(), life.guardian(of: known))
            return .with {
                ($0.caseReference, $0.by, $0.guardian) = (known.case.reference, by, key)
                ($0.details, $0.standing, $0.reason) = (details, standing, "ord")
            }
        },
        Deed("merge_guardians", 1, Codec.MergeGuardians.self, by: [GuardiansMerged.self]) { life, known in
            let (by, key, same) = (life.leader(of: known), life.guardian(of: known), life.guardian(of: known))
            guard key != same || life.isCareless() else { return nil }
            return .with {
                ($0.caseReference, $0.by, $0.reason) = (known.case.reference, by, "ord")
                ($0.guardian, $0.same) = (key, same)
            }
        },
        Deed("remove_guardian", 1, Codec.RemoveGuardian.self, by: [GuardianRemoved.self]) { life, known in
            let (by, key) = (life.leader(of: known), life.guardian(of: known))
            return .with {
                ($0.caseReference, $0.by, $0.guardian, $0.reason) = (known.case.reference, by, key, "ord")
            }
        },
        Deed("end_objection", 6, Codec.EndObjection.self, by: [ObjectionEnded.self]) { life, known in
            let (by, objection) = (life.leader(of: known), life.oneOf(known.case.objections)?.name)
            guard objection != nil || life.isCareless() else { return nil }
            return .with {
                ($0.caseReference, $0.by, $0.giver, $0.reason) = (known.case.reference, by, objection ?? "youth", "ord")
            }
        },
        Deed("consent given", 60, Codec.RecordConsent.self, by: [ConsentRecorded.self]) { life, known in
            guard let giver = life.missing(in: known) else { return nil }
            let by = life.leader(of: known)
            let organisations = life.number(0...4) > 0 ? Organisation.allCases : [life.one(Organisation.self)]
            let until = life.number(0...4) == 0 ? life.dayAhead(0...20) : ""
            let outsiders = life.number(0...3) > 0
            return .with {
                ($0.caseReference, $0.by, $0.giver, $0.decision) = (known.case.reference, by, giver, "given")
                ($0.organisations, $0.form) = (organisations.map(\.rawValue), "signature")
                ($0.validUntil, $0.outsiders) = (until, outsiders)
            }
        },
        refusal("refused", 1), refusal("withdrawn", 1),
    ]

    /// Somebody whose consent is not in force yet; rarely somebody else.
    private mutating func missing(in known: KnownCase) -> String? {
        if isCareless() { return guardian(of: known) }
        guard known.case.isOpen else { return nil }
        let givers: [Giver] = known.case.guardians.map { .guardian($0.key) } + [.youth, .others]
        let asked = known.case.awaited(for: known.case.outcomesOrganisations, on: known.today)
        return oneOf(givers.filter { asked.contains(.giver($0)) }.map(\.name))
    }

    /// By a guardian, the youth, or somebody whom nobody knows; recorded by anybody.
    private static func refusal(_ decision: String, _ weight: Int) -> Deed {
        Deed("consent \(decision)", weight, Codec.RecordConsent.self, by: [ConsentRecorded.self]) { life, known in
            let (by, key) = (life.leader(of: known), life.guardian(of: known))
            let giver = life.number(0...4) == 0 ? "youth" : key
            return .with {
                ($0.caseReference, $0.by, $0.giver, $0.decision) = (known.case.reference, by, giver, decision)
            }
        }
    }
}

extension Case {
    /// Those with which the outcome's cooperation is to be; all, as long as there is none.
    var outcomesOrganisations: [Organisation] {
        if case .cooperation(let cooperation) = outcome { cooperation.organisations } else { Organisation.allCases }
    }
}
