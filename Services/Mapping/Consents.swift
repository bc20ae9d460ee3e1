import Codec
import Domain
import Foundation

// Rules 12 and 13: a meeting only with the consent of every guardian on record, and of the youth by age and maturity.
// There is no override. Who withdraws is blocked by nothing.

extension MappingState {
    static let youth = "youth"

    /// Whether the youth's own consent is needed: a person's judgement of maturity, else the county's age (rule 12).
    func youthConsents(on day: LocalDate) -> Bool {
        hasMaturity ? maturity.youthConsents : LocalDate(youthConsentFrom).map { day >= $0 } ?? false
    }

    /// Everybody whose consent it takes on a day. An adult decides alone.
    func givers(on day: LocalDate) -> [String] {
        if let adult = LocalDate(adultFrom), day >= adult { return [Self.youth] }
        return guardians + (youthConsents(on: day) ? [Self.youth] : [])
    }

    /// Whose consent is not in force for the organisations that are to share. Whoever has refused or withdrawn counts,
    /// whether or not they are on record.
    func awaited(on day: LocalDate) -> [String] {
        let givers = givers(on: day)
        if givers.isEmpty || (givers == [Self.youth] && guardians.isEmpty && !isAdult(on: day)) {
            return [Self.nobody] + givers.filter { !isInForce($0, on: day) }
        }
        let against = consents.filter { $0.value.decision != ConsentDecision.given.rawValue }.keys.sorted()
        return (givers.filter { !isInForce($0, on: day) } + against.filter { !guardians.contains($0) }).uniqued()
    }

    /// Stands for a guardian where none is known.
    static let nobody = "guardian_unknown"

    private func isAdult(on day: LocalDate) -> Bool { LocalDate(adultFrom).map { day >= $0 } ?? false }

    private func isInForce(_ giver: String, on day: LocalDate) -> Bool {
        guard let consent = consents[giver], consent.decision == ConsentDecision.given.rawValue else { return false }
        if let last = LocalDate(consent.validUntil), day > last { return false }
        return organisations.allSatisfy(consent.organisations.contains)
    }

    /// What is missing, in words.
    func missingConsents(on day: LocalDate) -> [Fault] {
        awaited(on: day).map { giver in
            if giver == Self.nobody { return Fault(.consentNobody) }
            let name = giver == Self.youth ? "giver.youth" : "giver.guardian"
            return Fault(.consentMissing, at: "consents[\(giver)]", ["giver": name])
        }
    }
}

extension Case {
    /// Cooperation waits visibly while a consent is missing, and goes on by itself when the last one comes; it stops,
    /// and what was booked is called off, as soon as one is no longer in force.
    mutating func reviewConsents() {
        switch state.currentPhase {
        case .awaitingConsent where state.awaited(on: today).isEmpty:
            state.phase = Phase.cooperation.rawValue
            done(.consent)
            callMeeting()
            tell(
                CooperationStarted.with { [state] in
                    ($0.caseReference, $0.owner) = (state.caseReference, state.owner)
                    ($0.organisations, $0.latestDate) = (state.organisations, state.nextDate)
                })
        case .cooperation where !state.awaited(on: today).isEmpty:
            stopCooperation()
            awaitConsents()
        default:
            break
        }
    }

    mutating func awaitConsents() {
        state.phase = Phase.awaitingConsent.rawValue
        set(.consent, workingDays: settings.consentDays, from: now)
        let missing = state.missingConsents(on: today)
        tell(
            CooperationWaiting.with { [state] in
                ($0.caseReference, $0.county, $0.owner) = (state.caseReference, state.county, state.owner)
                $0.reasons = missing.map(Reason.init)
                $0.due = state.deadlines[Step.consent.rawValue]?.due ?? .init(now)
            })
    }
}
