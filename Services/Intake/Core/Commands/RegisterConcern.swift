import Domain
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
    package var occasion: Occasion
    package var format: Receipt.Format

    /// Why a report comes to its child.
    package enum Occasion: String, Sendable, CaseIterable {
        case new
        /// It has been sent again. The first answer is given once more.
        case repeated
        /// Another report has its id, and it speaks of harm. A person looks at it.
        case idReused = "id_reused"
    }

    package init(
        id: ReportID, receivedAt: Date, report: Report, child: String, occasion: Occasion = .new,
        format: Receipt.Format = .protobuf
    ) {
        (self.id, self.receivedAt, self.report) = (id, receivedAt, report)
        (self.child, self.occasion, self.format) = (child, occasion, format)
    }

    /// - Parameter known: nil for the first report about the child.
    /// - Returns: what is known afterwards; nil where nothing is registered about the child.
    package func decide(
        on known: KnownChild?, _ context: IntakeContext
    ) -> (known: KnownChild?, facts: [IntakeFact]) {
        switch occasion {
        case .idReused: return (known, setAside(known, context))
        case .repeated:
            if let known { return (known, [receipt(known, context, isRepeated: true)]) }
        case .new: break
        }
        let placement = report.placement(after: known, context)
        var after = known ?? first(placement)
        (after.place, after.owner, after.hasOpenCase) = (placement.place, placement.owner, true)
        after.isHarmSuspected = after.isHarmSuspected || report.isHarmSuspected
        let guardians = merge(into: &after, context)
        let concern = RecentConcern(
            concern: id.digest, source: id.source, observedAt: report.observedAt, areas: report.areas)
        let linkedTo = after.link(concern, within: report.county.settings.linkingHours)
        let registered = registered(after, placement, guardians: guardians, linkedTo: linkedTo)
        let recorded = RecordedChild(
            reference: after.reference, number: report.number, names: after.names,
            guardians: after.describedGuardians, isProtected: after.isProtected, protectedBy: after.protectedBy)
        return (after, [.concernRegistered(registered), .childRecorded(recorded), receipt(after, context)])
    }

    private func first(_ placement: Placement) -> KnownChild {
        KnownChild(reference: newReference, place: placement.place, owner: placement.owner)
    }

    /// Adds what the report says of the child and its guardians. What it leaves out erases nothing.
    ///
    /// - Returns: the keys of the report's guardians.
    private func merge(into known: inout KnownChild, _ context: IntakeContext) -> [String] {
        let telling = Telling(source: id.source, at: receivedAt)
        if report.isProtected {
            known.isProtected = true
            known.protectedBy.add(Statement("", source: telling.source, at: telling.at))
        }
        known.names.add(report.name, telling)
        return known.recordGuardians(report.guardians, telling, context.secret)
    }

    /// The case's reference, if this report is the first about the child.
    private var newReference: String { Reference.text(county: report.county.code, of: "case \(child)") }

    private func registered(
        _ after: KnownChild, _ placement: Placement, guardians: [String], linkedTo: String?
    ) -> RegisteredConcern {
        RegisteredConcern(
            concern: id.digest, reference: after.reference, child: child, county: after.place.county,
            municipality: after.place.municipality, stage: after.place.stage, attends: after.place.attends,
            owner: after.owner,
            hasGrown: placement.hasGrown, proposed: placement.proposed, receivedAt: receivedAt,
            observedAt: report.observedAt,
            areas: report.areas, observation: report.observation, strengths: report.strengths,
            isHarmSuspected: report.isHarmSuspected, reporter: report.reporter, guardians: guardians,
            youthConsentFrom: report.youthConsentFrom, adultFrom: report.adultFrom, isProtected: after.isProtected,
            linkedTo: linkedTo)
    }

    /// The answer tells what the reporter has said, and where that leads. Nothing that another report has told goes to a
    /// source: not the school of a child with protected identity, and not that somebody else has reported (rule 22).
    ///
    /// Where harm is suspected, it says at once that the reporter must report to social services (rule 3).
    private func receipt(_ known: KnownChild, _ context: IntakeContext, isRepeated: Bool = false) -> IntakeFact {
        let owner = report.placement(after: nil, context).owner
        let answer = Receipt.Registered(
            // The first letters of a reference name the county where the case was opened.
            reference: known.isProtected ? newReference : known.reference, child: child, unit: owner.unit,
            unitName: report.county.units[owner.unit]?.name, fallback: owner.fallback,
            isDutyToReport: report.isHarmSuspected)
        return .answered(Receipt(id, .registered(answer), format, isRepeated: isRepeated))
    }

    /// Refused, since another report has the id. It speaks of harm, so its named person is told (rule 3).
    private func setAside(_ known: KnownChild?, _ context: IntakeContext) -> [IntakeFact] {
        let placement = report.placement(after: known, context)
        let report = SetAsideConcern(
            reference: known?.reference ?? newReference, child: child, county: placement.place.county,
            municipality: placement.place.municipality, owner: placement.owner, receivedAt: receivedAt,
            observedAt: report.observedAt, areas: report.areas, observation: report.observation,
            reporter: report.reporter)
        return [.setAside(report), .answered(Receipt(id, .refused([.idReused]), format))]
    }
}
