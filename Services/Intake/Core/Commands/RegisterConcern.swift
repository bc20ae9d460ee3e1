package import Domain
package import Foundation

/// A report is registered with the child's named person (rules 1 and 2). All reports about a child have one case
/// reference, so that Mapping opens one case (rule 6).
package struct RegisterConcern: Sendable, Equatable {
    package var id: ReportID
    /// Every clock runs from here (rule 19).
    package var receivedAt: Date
    package var report: Report
    /// The child's key.
    package var child: String

    package init(id: ReportID, receivedAt: Date, report: Report, child: String) {
        (self.id, self.receivedAt) = (id, receivedAt)
        (self.report, self.child) = (report, child)
    }

    /// - Parameter known: nil for the first report about the child.
    package func decide(on known: KnownChild?, _ context: IntakeContext) -> Decision<KnownChild> {
        let placement = report.placement(after: known, context)
        var after = known ?? first(placement)
        after.place = placement.place
        after.owner = placement.owner
        after.isProtected = after.isProtected || report.isProtected
        after.isHarmSuspected = after.isHarmSuspected || report.isHarmSuspected
        let guardians = after.recordGuardians(report.guardians, context.secret)
        let concern = RecentConcern(
            concern: id.digest, source: id.source, observedAt: report.observedAt, areas: report.areas)
        let linkedTo = after.link(concern, within: report.county.settings.linkingHours)
        return Decision(
            after,
            [
                .concernRegistered(
                    registered(after, hasMoved: placement.hasMoved, guardians: guardians, linkedTo: linkedTo)),
                .childRecorded(
                    RecordedChild(
                        reference: after.reference, number: report.number, name: report.name,
                        guardians: report.guardians, isProtected: after.isProtected)),
                .answered(receipt(after, linkedTo: linkedTo)),
            ])
    }

    private func first(_ placement: Placement) -> KnownChild {
        KnownChild(
            reference: Reference.text(county: report.county.code, of: "case \(child)"), place: placement.place,
            owner: placement.owner)
    }

    private func registered(
        _ after: KnownChild, hasMoved: Bool, guardians: [String], linkedTo: String?
    ) -> RegisteredConcern {
        RegisteredConcern(
            concern: id.digest, reference: after.reference, child: child, county: after.place.county,
            municipality: after.place.municipality, stage: after.place.stage, owner: after.owner, hasMoved: hasMoved,
            receivedAt: receivedAt, observedAt: report.observedAt, areas: report.areas,
            observation: report.observation, strengths: report.strengths, isHarmSuspected: report.isHarmSuspected,
            reporter: report.reporter, guardians: guardians, youthConsentFrom: report.youthConsentFrom,
            adultFrom: report.adultFrom, isProtected: after.isProtected, linkedTo: linkedTo)
    }

    /// Where harm is suspected, the receipt says at once that the reporter must report to social services (rule 3).
    private func receipt(_ after: KnownChild, linkedTo: String?) -> Receipt {
        Receipt(
            id,
            .registered(
                Receipt.Registered(
                    reference: after.reference, child: child, unit: after.owner.unit,
                    unitName: report.county.units[after.owner.unit]?.name, fallback: after.owner.fallback,
                    isDutyToReport: report.isHarmSuspected, linkedTo: linkedTo)))
    }
}
