package import Domain

/// The county's function has the case erased: a guardian or the youth asks for it, an authority orders it, or it should
/// never have been opened (rule 23). The case may be open.
package struct EraseChild: CaseCommand {
    package static let act = Authority.Act.eraseChild

    package var ground: Case.Erasure.Ground

    package init(_ ground: Case.Erasure.Ground) { self.ground = ground }

    package func apply(to work: inout CaseInHand) throws(Refusal) {
        var faults: [Fault] = []
        if work.case.hold != nil { faults.append(Fault(.erasureHeld)) }
        // The ground outlives the case.
        if !Anonymity.faults(in: ground.legal, at: "").isEmpty {
            faults.append(Fault(.erasureNames, at: "ground.legal"))
        }
        try Refusal.unless(faults)
        work.order(ground)
    }
}
