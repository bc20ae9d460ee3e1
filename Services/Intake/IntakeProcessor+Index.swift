import CloudEvents
import Codec
import Domain
import IntakeCore
import ServiceKit
import Streams
import SwiftProtobuf

/// The index from personal numbers to case references, and how it is written anew under another secret.
extension IntakeProcessor {
    /// The third turn of a report: by bucket of the index.
    func identify(_ message: ReportAccepted, in turn: inout Turn) throws {
        try unlessRefused(message, in: &turn) { accepted, turn in
            let number = IndexedNumber(accepted.report.number, secrets)
            try changeIndex(in: &turn) { index, turn in
                switch number.find(in: &index, bucket: turn.key, message.search) {
                case .elsewhere(let bucket, let search):
                    try turn.publish(
                        message.with(search), to: Topic.intakeRepartition.rawValue, key: bucket, sealedUnder: .own)
                case .known(let reference, let leftIn):
                    try goOn(message, under: reference, in: &turn)
                    guard let leftIn else { return }
                    try publish(
                        RehashNumber(accepted.report.number, number.entered(reference)), to: leftIn, in: &turn)
                case .new:
                    // The report waits among the dead letters, where a person sees it. Nothing is lost.
                    guard !index.isFull else { throw Undecodable("key", "this bucket of the index is full") }
                    let reference = number.draw(in: &index, county: accepted.report.county.code) {
                        turn.randomBytes($0)
                    }
                    try turn.newDataKey(for: reference)
                    try goOn(message, under: reference, in: &turn)
                }
            }
        }
    }

    /// `tillsammans keys rotate-index` asks for each case reference.
    func rehash(_ message: RehashChild, in turn: inout Turn) throws {
        guard var kept = try knownChild(turn), !kept.subject.isReleasing else {
            return try answer(message.rotation, isChild: false, in: &turn)
        }
        let stored = kept.subject
        kept.subject.rehashGuardians(secrets)
        if kept.subject != stored { try turn.put(Self.children, turn.key, ChildState(kept)) }
        let move = IndexedNumber.Move(turn.key)
        try publish(
            RehashNumber(stored.number, move, rotation: message.rotation),
            to: IndexedNumber(stored.number, secrets).currentBucket, in: &turn)
    }

    /// By bucket of the index: the child's entry moves on.
    func rehash(_ message: RehashNumber, in turn: inout Turn) throws {
        let number = try Words.stored(in: Topic.intakeRepartition.rawValue) { message.number(&$0) }
        var move = message.move
        let next = try changeIndex(in: &turn) { index, turn in
            IndexedNumber(number, secrets).move(&move, in: &index, bucket: turn.key)
        }
        if let next {
            try publish(RehashNumber(number, move, rotation: message.rotation), to: next, in: &turn)
        } else if !message.rotation.isEmpty {
            try answer(message.rotation, about: move.reference, isChild: true, in: &turn)
        }
    }

    func changeIndex<Result>(
        in turn: inout Turn, _ body: (inout NumberIndex, inout Turn) throws -> Result
    ) throws -> Result {
        var index = try turn.get(Self.numbers, turn.key)?.index ?? NumberIndex()
        let stored = index
        let result = try body(&index, &turn)
        if index != stored { try turn.put(Self.numbers, turn.key, IndexBucket(index)) }
        return result
    }

    private func goOn(_ message: ReportAccepted, under reference: String, in turn: inout Turn) throws {
        try turn.publish(
            ChildIdentified.with { $0.report = message.with(.init()) }, to: Topic.intakeRepartition.rawValue,
            key: reference, subject: reference)
    }

    /// It is sealed under the child's key, so nothing is entered of a child that has been erased.
    private func publish(_ message: RehashNumber, to bucket: String, in turn: inout Turn) throws {
        try turn.publish(
            message, to: Topic.intakeRepartition.rawValue, key: bucket, subject: message.caseReference)
    }

    private func answer(
        _ rotation: String, about reference: String? = nil, isChild: Bool, in turn: inout Turn
    ) throws {
        let reference = reference ?? turn.key
        try turn.publish(
            ChildRehashed.with {
                ($0.rotation, $0.child, $0.replacing) = (rotation, isChild, secrets.previous != nil)
            },
            to: Topic.intakeRepartition.rawValue, key: reference, subject: reference)
    }
}
