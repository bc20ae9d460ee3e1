package import Domain

/// Puts a guardian on record whom no report has named, or a former one again (rule 12).
package struct AddGuardian: CaseCommand {
    package static let act = Authority.Act.changeGuardians

    /// The key of a former guardian; nil for a new one.
    package var former: String?
    package var details: Case.Guardian.Details
    package var standing: GuardianStanding
    package var reason: String

    package init(
        former: String? = nil, _ details: Case.Guardian.Details, _ standing: GuardianStanding = .reachable,
        reason: String
    ) {
        (self.former, self.details, self.standing, self.reason) = (former, details, standing, reason)
    }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        let before = work.case
        try Refusal.unless(faults(before))
        // No report uses such a key: it is the command's own id, which is another one for each command.
        let guardian = Case.Guardian(former ?? work.context.commandId, standing)
        work.case.formerGuardians[guardian.key] = nil
        work.case.guardians.append(guardian)
        work.report(.added(.init(guardian, details, reason: reason, by: work.actor)))
        work.reviewGuardians(since: before)
    }

    private func faults(_ subject: Case) -> [Fault] {
        var faults: [Fault] = []
        if let former, subject.isGuardian(former) {
            faults.append(Fault(.guardianKnown, at: "guardian"))
        } else if let former, subject.formerGuardians[former] == nil {
            faults.append(Fault(.guardianUnknown, at: "guardian"))
        }
        if subject.guardians.count >= Case.guardiansLimit {
            faults.append(Fault(.listLong, at: "guardian", ["limit": "\(Case.guardiansLimit)"]))
        }
        return faults
    }
}
