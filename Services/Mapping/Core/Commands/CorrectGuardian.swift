package import Domain

/// Writes down what a guardian is called and where they are reached, whatever reports say; or that they may not be contacted, or
/// have died (rules 12 and 22).
package struct CorrectGuardian: CaseCommand {
    package static let act = Authority.Act.changeGuardians

    /// The guardian's key.
    package var guardian: String
    package var details: Case.Guardian.Details
    package var standing: GuardianStanding
    package var reason: String

    package init(
        _ guardian: String, _ details: Case.Guardian.Details, _ standing: GuardianStanding, reason: String
    ) {
        (self.guardian, self.details, self.standing, self.reason) = (guardian, details, standing, reason)
    }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        let before = work.case
        guard let index = before.guardians.firstIndex(where: { $0.key == guardian }) else {
            throw Refusal([Fault(.guardianUnknown, at: "guardian")])
        }
        work.case.guardians[index].standing = standing
        work.case.leaveOut(.guardian(guardian))
        work.report(
            .corrected(.init(work.case.guardians[index], details, reason: reason, by: work.actor)))
        work.reviewGuardians(since: before)
    }
}
