import Codec
import Domain
import MappingCore
import SwiftProtobuf

extension CaseStatus {
    /// The case's status, as shown to everybody who may see it (rules 19 and 20).
    init(_ case: Case, on day: LocalDate) {
        self.init()
        caseReference = `case`.reference
        county = `case`.place.county
        municipality = `case`.place.municipality
        unit = `case`.owner.unit
        owner = `case`.owner.person
        if let other = `case`.counterpart { counterpart = Counterpart(other) }
        delegate = `case`.delegate ?? ""
        coordinator = `case`.coordinator ?? ""
        fallbackReason = `case`.owner.fallback?.rawValue ?? ""
        ownerSought = `case`.isOwnerSought
        phase = `case`.phase.word.rawValue
        outcome = `case`.outcome?.word.rawValue ?? ""
        if let next = `case`.nextStep {
            step = next.step.rawValue
            due = .init(next.deadline.due)
            reminded = next.deadline.reminded?.rawValue ?? ""
        }
        awaited = `case`.awaited(on: day).compactMap(\.name)
        opened = .init(`case`.opened)
        shared = `case`.shared(on: day).map { shared in
            .with {
                ($0.organisation, $0.until) = (shared.organisation.rawValue, shared.until?.description ?? "")
            }
        }
        emergencies = `case`.emergencies.map(EmergencyAccess.init)
        guardians = `case`.guardians.map(CaseGuardian.init)
        moreGuardians = `case`.hasMoreGuardians
        objections = `case`.objections.map(\.name)
        outsiders = `case`.isOpen && `case`.admitsOutsiders(on: day)
        harmSuspected = `case`.isHarmSuspected
        protectedIdentity = `case`.isProtected
    }
}
