package import Domain
import Foundation

/// Opens the case for some hours to somebody who may not read it otherwise. Who is responsible is told at once (rule 22).
///
/// Neither phase nor consent stands against it: afterwards people judge whether it was right.
package struct OpenInEmergency: CaseCommand {
    package static let act = Authority.Act.openInEmergency

    package var reason: String

    package init(reason: String) { self.reason = reason }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        guard case .person(let person) = work.actor else { throw Refusal([Fault(.personUnknown, at: "by")]) }
        let now = work.context.now
        let inForce = work.case.emergencies.filter { $0.isInForce(at: now) }
        if inForce.contains(where: { $0.by == person }) { throw Refusal([Fault(.emergencyOpen)]) }
        guard inForce.count < Case.emergenciesLimit else {
            throw Refusal([Fault(.emergencyMany, ["limit": "\(Case.emergenciesLimit)"])])
        }
        let access = Reading.Emergency(
            by: person, from: now, until: now + Double(work.settings.emergencyHours) * 3_600)
        let ended = work.case.emergencies.filter { !$0.isInForce(at: now) }
        work.case.emergencies = ended.suffix(Case.emergenciesLimit - inForce.count - 1) + inForce + [access]
        work.report(
            .emergencyOpened(.init(access, reason: reason, to: work.overseers, county: work.case.place.county)))
    }
}

extension CaseInHand {
    /// The owner, the unit's manager, and the county's privacy officer or else its function.
    fileprivate var overseers: [String] {
        let manager = county?.units[`case`.owner.unit]?.manager
        return [`case`.owner.person, manager, county?.privacyOfficer ?? county?.function].compactMap(\.self).uniqued()
    }
}
