import CloudEvents
import Codec
import Domain
import IntakeCore
import ServiceKit
import Streams
import SwiftProtobuf

/// Rule 23: a child is let go of, and forgotten in the end.
///
/// A report may be anywhere on its way when an erasure begins. The index is asked to forget the child on the same way as
/// reports take, so that whatever came before it reaches the child's turn before its answer does. Until then, and as long as
/// the child's state is kept, reports are sent back to the index, where they find the child under a new reference.
extension IntakeProcessor {
    /// By case reference: Mapping has ordered it.
    func release(_ message: ErasureOrdered, in turn: inout Turn) throws {
        guard var kept = try knownChild(turn) else {
            return try turn.publish([.childReleased(reference: turn.key)])
        }
        let decision = ReleaseChild(concerns: Int(message.concerns)).decide(
            on: kept.subject, by: .suite, context(turn))
        kept.subject = decision.subject
        try turn.put(Self.children, turn.key, ChildState(kept))
        try turn.publish(decision.facts)
    }

    /// By bucket of the index: the reference goes.
    func forget(_ message: ForgetNumber, in turn: inout Turn) throws {
        let reference = message.caseReference
        try changeIndex(in: &turn) { index, _ in index.forget(reference) }
        if let next = message.nextBucket.nonEmpty {
            try turn.publish(
                ForgetNumber.with { $0.caseReference = reference }, to: Topic.intakeRepartition.rawValue, key: next,
                subject: reference)
        } else {
            try turn.publish(
                NumberForgotten.with { $0.caseReference = reference }, to: Topic.intakeRepartition.rawValue,
                key: reference, subject: reference)
        }
    }

    /// By case reference again: no report comes any more.
    func released(_ message: NumberForgotten, in turn: inout Turn) throws {
        guard try knownChild(turn)?.subject.isReleasing == true else { return }
        try turn.publish([.childReleased(reference: message.caseReference)])
    }

    /// By case reference: no other service keeps anything. The data key goes last, and with it all that is sealed under it.
    func erase(in turn: inout Turn) {
        turn.delete(Self.children, turn.key)
        turn.erase(turn.key, from: Topic.children.rawValue)
        turn.erase(turn.key, from: Topic.childKeys.rawValue)
    }
}
