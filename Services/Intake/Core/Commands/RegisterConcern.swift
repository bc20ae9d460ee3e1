import Domain

/// A report is registered with the child's named person (rules 1 and 2). All reports about a child have one case
/// reference, so that Mapping opens one case (rule 6).
package struct RegisterConcern: Sendable, Equatable {
    package var accepted: AcceptedReport
    /// The case reference of the report's child.
    package var reference: String

    package init(_ accepted: AcceptedReport, reference: String) {
        (self.accepted, self.reference) = (accepted, reference)
    }

    private var id: ReportID { accepted.id }
    private var report: Report { accepted.report }

    /// - Parameter known: nil for the first report about the child.
    /// - Returns: what is known afterwards; nil where nothing is registered about the child.
    package func decide(
        on known: KnownChild?, _ context: IntakeContext
    ) -> (known: KnownChild?, facts: [IntakeFact]) {
        switch accepted.occasion {
        case .idReused: return (known, setAside(known, context))
        case .repeated:
            if let known { return (known, [receipt(known, context, isRepeated: true)]) }
        case .new: break
        }
        let placement = report.placement(after: known, context)
        var after = known ?? first(placement)
        (after.place, after.owner, after.hasOpenCase) = (placement.place, placement.owner, true)
        after.concerns += 1
        after.isHarmSuspected = after.isHarmSuspected || report.isHarmSuspected
        let guardians = merge(into: &after, context)
        let concern = RecentConcern(
            concern: id.concern(context.secrets.current), source: id.source, observedAt: report.observedAt,
            areas: report.areas)
        let linkedTo = after.link(concern, within: report.county.settings.linkingHours)
        let registered = registered(concern.concern, after, placement, guardians: guardians, linkedTo: linkedTo)
        let recorded = RecordedChild(
            reference: after.reference, number: report.number, names: after.names,
            guardians: after.describedGuardians, isProtected: after.isProtected, protectedBy: after.protectedBy)
        return (after, [.concernRegistered(registered), .childRecorded(recorded), receipt(after, context)])
    }

    private func first(_ placement: Placement) -> KnownChild {
        KnownChild(
            reference: reference, number: report.number, place: placement.place, owner: placement.owner)
    }

    /// Adds what the report says of the child and its guardians. What it leaves out erases nothing.
    ///
    /// - Returns: the keys of the report's guardians.
    private func merge(into known: inout KnownChild, _ context: IntakeContext) -> [String] {
        let telling = Telling(source: id.source, at: accepted.receivedAt)
        if report.isProtected {
            known.isProtected = true
            known.protectedBy.add(Statement("", source: telling.source, at: telling.at))
        }
        known.names.add(report.name, telling)
        return known.recordGuardians(report.guardians, telling, context.secrets)
    }

    private func registered(
        _ concern: String, _ after: KnownChild, _ placement: Placement, guardians: [String], linkedTo: String?
    ) -> RegisteredConcern {
        RegisteredConcern(
            concern: concern, reference: after.reference, county: after.place.county,
            municipality: after.place.municipality, stage: after.place.stage, attends: after.place.attends,
            owner: after.owner, hasGrown: placement.hasGrown, proposed: placement.proposed,
            receivedAt: accepted.receivedAt, observedAt: report.observedAt,
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
            reference: isTold(of: known) ? known.reference : nil, unit: owner.unit,
            unitName: report.county.units[owner.unit]?.name, fallback: owner.fallback,
            isDutyToReport: report.isHarmSuspected)
        return .answered(Receipt(id, .registered(answer), accepted.format, isRepeated: isRepeated))
    }

    /// All sources are given the child's one reference: it is random, and a person needs it for every command. Only its
    /// first letters tell anything, the county where the case was opened. Of a child with protected identity they go to
    /// nobody in another county (rule 22).
    private func isTold(of known: KnownChild) -> Bool {
        !known.isProtected || known.reference.hasPrefix("\(report.county.code)-")
    }

    /// Refused, since another report has the id. It speaks of harm, so its named person is told (rule 3).
    private func setAside(_ known: KnownChild?, _ context: IntakeContext) -> [IntakeFact] {
        let placement = report.placement(after: known, context)
        let report = SetAsideConcern(
            reference: reference, county: placement.place.county,
            municipality: placement.place.municipality, owner: placement.owner, receivedAt: accepted.receivedAt,
            observedAt: report.observedAt, areas: report.areas, observation: report.observation,
            reporter: report.reporter)
        return [.setAside(report), .answered(Receipt(id, .refused([.idReused]), accepted.format))]
    }
}
