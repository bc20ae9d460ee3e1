package import Domain

/// Mapping wants the child's case erased. Intake lets go of the child first: a new report gets a new reference (rule 23).
///
/// If Intake has registered a concern that Mapping does not know yet, the child stays. So nothing that somebody has reported is
/// erased before a person could see it.
package struct ReleaseChild: Command, Equatable {
    /// The concerns that Mapping knows.
    package var concerns: Int

    package init(concerns: Int) { self.concerns = concerns }

    package func decide(on known: KnownChild, by actor: Actor, _ context: IntakeContext) -> Decision<KnownChild> {
        guard known.isReleasing || known.concerns == concerns else {
            return Decision(known, [.childKept(reference: known.reference)])
        }
        var after = known
        after.isReleasing = true
        let number = IndexedNumber(known.number, context.secrets)
        return Decision(
            after, [.numberLeft(reference: known.reference, in: number.firstBucket, then: number.secondBucket)])
    }
}
