package import Domain

/// Somebody on record is no guardian: nobody asks them any more, and they have no seat (rule 12). What they have consented to does
/// not count. If they have said no, that counts until it is ended (``EndObjection``): there is no override.
package struct RemoveGuardian: CaseCommand {
    package static let act = Authority.Act.changeGuardians

    /// A guardian, or the others whom the case does not tell apart: there are none.
    package var guardian: Giver
    package var reason: String

    package init(_ guardian: Giver, reason: String) { (self.guardian, self.reason) = (guardian, reason) }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        let before = work.case
        switch guardian {
        case .guardian(let key) where before.isGuardian(key):
            try Refusal.unless(before.faultsIfManyFormer)
            work.case.guardians.removeAll { $0.key == key }
            work.case.formerGuardians[key] = .removed
        case .others where before.hasMoreGuardians: work.case.hasMoreGuardians = false
        default: throw Refusal([Fault(.guardianUnknown, at: "guardian")])
        }
        work.case.leaveOut(guardian)
        work.report(.removed(guardian, reason: reason, by: work.actor))
        work.reviewGuardians(since: before)
    }
}

extension Case {
    /// A fault where the case has no room to know another former guardian again.
    var faultsIfManyFormer: [Fault] {
        formerGuardians.count < Self.formerGuardiansLimit
            ? [] : [Fault(.listLong, at: "guardian", ["limit": "\(Self.formerGuardiansLimit)"])]
    }
}
