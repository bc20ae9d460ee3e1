package import Domain

/// Two guardians on record are one person, whom reports have written in two ways. Of their consents the stricter counts
/// (rules 12 and 13).
package struct MergeGuardians: CaseCommand {
    package static let act = Authority.Act.changeGuardians

    /// The key of the guardian who is the same person.
    package var same: String
    /// The key that stays.
    package var into: String
    package var reason: String

    package init(_ same: String, into key: String, reason: String) {
        (self.same, into, self.reason) = (same, key, reason)
    }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        let before = work.case
        var faults: [Fault] = []
        if !before.isGuardian(into) { faults.append(Fault(.guardianUnknown, at: "guardian")) }
        if same == into || !before.isGuardian(same) { faults.append(Fault(.guardianUnknown, at: "same")) }
        try Refusal.unless(faults + before.faultsIfManyFormer)
        work.case.merge(same, into: into)
        work.report(
            .merged(
                same, into: into, consent: work.case.consents[.guardian(into)], reason: reason, by: work.actor))
        work.reviewGuardians(since: before)
    }
}
