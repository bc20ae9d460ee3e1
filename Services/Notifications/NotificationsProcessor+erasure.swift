import CloudEvents
import Codec
import Domain
import Foundation
import NotificationsCore
import ServiceKit
import Streams
import SwiftProtobuf

// Rule 23: a case is erased. Its notices lie in two places: those of its meetings where the county's facts lie, the others
// where its own do. Meetings' last fact comes to the first; from there it goes on to the second, which answers Mapping. At
// each place, cancellations still go out before the rest is withdrawn and the case forgotten.

extension NotificationsProcessor {
    /// How long an erasure waits for the last cancellations. Longer than a notice is tried (``Retry/limit``).
    private static let patience: TimeInterval = 72 * 3_600

    /// - Returns: false for an event that is about no erasure.
    func erase(after event: Event, _ turn: inout Turn) throws -> Bool {
        switch event.type {
        case CooperationErased.eventType:
            try erase(event.decode(CooperationErased.self).caseReference, isLast: false, &turn)
        case EraseNotices.eventType:
            try erase(event.decode(EraseNotices.self).caseReference, isLast: true, &turn)
        case RemoveFromDigest.eventType:
            try remove(event.decode(RemoveFromDigest.self).caseReference, &turn)
        case ChildErased.eventType:
            // What came of facts that were read after the notices were withdrawn.
            try forget(event.decode(ChildErased.self).caseReference, &turn)
        default: return false
        }
        return true
    }

    /// Goes on where a case is being erased: a notice of it was settled, or time is out.
    func goOnErasing(_ reference: String, _ turn: inout Turn) throws {
        guard let erasure = try turn.get(Self.erasing, reference) else { return }
        if try turn.now < erasure.until.date && turn.waits(for: reference) { return }
        turn.delete(Self.erasing, reference)
        try forget(reference, &turn)
        if erasure.last {
            try turn.publish(
                NoticesErased.with { $0.caseReference = reference }, to: Topic.mappingSteps.rawValue, key: reference,
                subject: reference)
        } else {
            try turn.publish(
                EraseNotices.with { $0.caseReference = reference }, to: Topic.noticeSteps.rawValue, key: reference,
                subject: reference)
        }
    }

    private func erase(_ reference: String, isLast: Bool, _ turn: inout Turn) throws {
        let until = turn.now + Self.patience
        try turn.put(
            Self.erasing, reference,
            .with { ($0.until, $0.last) = (.init(until), isLast) })
        turn.remind(Alarm.erasure.name(reference), at: until)
        for (notice, place) in try turn.open(reference) where notice.meeting == nil {
            try apply(.superseded(notice, place), &turn)
        }
        try goOnErasing(reference, &turn)
    }

    /// Withdraws what has not gone out, and forgets the case.
    private func forget(_ reference: String, _ turn: inout Turn) throws {
        for (notice, place) in try turn.open(reference) { try apply(.superseded(notice, place), &turn) }
        for (id, notice) in try turn.scan(Self.failed) where notice.caseReference == reference {
            turn.delete(Self.failed, id)
        }
        for (id, notice) in try turn.scan(Self.relayed) where notice.caseReference == reference {
            turn.delete(Self.relayed, id)
        }
        // A meeting's id begins with its case's reference.
        for (id, _) in try turn.scan(Self.upcoming, prefix: reference + "-") { turn.delete(Self.upcoming, id) }
        for (id, _) in try turn.scan(Self.lanes, prefix: reference + "-") { turn.delete(Self.lanes, id) }
        for recipient in try turn.get(Self.gathered, reference)?.recipients ?? [] {
            try turn.publish(
                RemoveFromDigest.with { $0.caseReference = reference }, to: Topic.noticeSteps.rawValue,
                key: recipient, subject: reference)
        }
        turn.delete(Self.gathered, reference)
        turn.delete(Self.reporters, reference)
        turn.delete(Self.taken, reference)
    }

    // MARK: Digests

    /// Remembers that a notice of the case has gone into somebody's digest.
    func note(digestOf recipient: String, for reference: String, _ turn: inout Turn) throws {
        var digests = try turn.get(Self.gathered, reference) ?? CaseDigests()
        guard !digests.recipients.contains(recipient) else { return }
        digests.recipients.append(recipient)
        try turn.put(Self.gathered, reference, digests)
    }

    /// Takes what is about the case out of the digest behind the turn's key.
    private func remove(_ reference: String, _ turn: inout Turn) throws {
        guard let digest = try turn.digest() else { return }
        let stays = digest.notices.filter { $0.caseReference != reference }
        guard let first = stays.first else {
            turn.delete(Self.digests, turn.key)
            return turn.cancelReminder(Alarm.digest.name("next"))
        }
        try turn.put(Self.digests, turn.key, Codec.Digest(.init(first, Array(stays.dropFirst()))))
    }
}

extension Turn {
    /// The case's notices that have not gone out, with where they lie.
    fileprivate func open(_ reference: String) throws -> [(NotificationsCore.Notice, QueueStep.Place)] {
        let delayed = try scan(NotificationsProcessor.delayed).map { ($0.value, QueueStep.Place.delayed) }
        let wished = try wishes(as: Codec.Notice.self).map { ($0.value, QueueStep.Place.wished) }
        return try (delayed + wished).filter { $0.0.caseReference == reference }.map { message, place in
            (try reading("notices") { () throws(Refusal) in try message.notice() }, place)
        }
    }

    /// Whether a notice of the case's meetings is still to go out: a cancellation, or what comes before it.
    fileprivate func waits(for reference: String) throws -> Bool {
        try open(reference).contains { $0.0.meeting != nil }
    }
}
