import CloudEvents
import Codec
import Domain
import Foundation
import Streams

// From a notice that is due to one that is settled: in order for each meeting and recipient, not at night, gathered for
// those who want it so, tried again, given to a person where it fails.

extension NotificationsProcessor {
    /// How long a notice that failed can be sent again by hand.
    private static let memory: TimeInterval = 30 * 24 * 3_600

    private static func lane(_ notice: Notice) -> String { "\(notice.meeting)|\(notice.recipient)" }

    /// Takes a notice on, at once or when the one before it is settled.
    func send(_ notice: Notice, _ turn: inout Turn) throws {
        guard !notice.meeting.isEmpty else { return try queue(notice, &turn) }
        var lane = try turn.get(Self.lanes, Self.lane(notice)) ?? NoticeLane()
        guard lane.method.isEmpty || notice.sequence >= lane.sequence else { return try supersede(notice, &turn) }
        (lane.sequence, lane.method) = (notice.sequence, notice.method)
        if let waiting = try turn.get(Self.delayed, lane.open) {
            // It has not gone out, and is wrong now.
            turn.delete(Self.delayed, lane.open)
            try supersede(waiting, &turn)
            lane.open = ""
        }
        if turn.holdsWishes, let open = try turn.wish(lane.open, as: Notice.self) {
            // It lay there together with what makes it wrong, as after a weekend.
            let isUntold = turn.isUnbegun(lane.open) && open.sequence == 0
            turn.fulfil(lane.open)
            try supersede(open, &turn)
            lane.open = ""
            if isUntold, notice.method == CalendarMessage.Method.cancel.rawValue {
                // Who was never invited need not be told that the meeting is off.
                try supersede(notice, &turn)
                return try turn.put(Self.lanes, Self.lane(notice), lane)
            }
        }
        if lane.open.isEmpty {
            lane.open = notice.id
            try queue(notice, &turn)
        } else {
            if lane.hasNext { try supersede(lane.next, &turn) }
            lane.next = notice
        }
        try turn.put(Self.lanes, Self.lane(notice), lane)
    }

    /// Wishes for it now, in the morning, or in the recipient's digest.
    private func queue(_ notice: Notice, _ turn: inout Turn) throws {
        let county = turn.directory.counties[notice.county]
        let isUrgent = Notices.Kind(rawValue: notice.kind)?.isUrgent ?? true
        let gathers = !isUrgent && notice.calendar.isEmpty && county?.people[notice.recipient]?.digest == true
        let quiet = isUrgent || gathers ? nil : county.flatMap { Quiet.end($0.settings, turn.now) }
        try tell(
            NoticeQueued.with {
                ($0.noticeID, $0.caseReference) = (notice.id, notice.caseReference)
                ($0.kind, $0.recipient) = (notice.kind, notice.recipient)
                if let quiet { $0.notBefore = .init(quiet) }
            }, notice, &turn)
        if gathers {
            // By recipient, since the facts lie under many keys.
            try turn.publish(
                AddToDigest.with { $0.notice = notice }, to: Topic.noticeSteps.rawValue,
                key: "\(notice.county)|\(notice.recipient)", subject: notice.caseReference)
        } else if let quiet {
            try turn.put(Self.delayed, notice.id, notice)
            turn.remind(Alarm.attempt.name(notice.id), at: quiet)
        } else {
            try turn.wish(notice.id, notice)
        }
    }

    /// What became of a notice, on `notices` by its case.
    private func tell(_ fact: some EventPayload, _ notice: Notice, _ turn: inout Turn) throws {
        try turn.publish(
            fact, to: Topic.notices.rawValue, key: notice.caseReference, subject: notice.caseReference)
    }

    private func supersede(_ notice: Notice, _ turn: inout Turn) throws {
        try tell(
            NoticeSuperseded.with {
                ($0.noticeID, $0.caseReference) = (notice.id, notice.caseReference)
                ($0.kind, $0.recipient) = (notice.kind, notice.recipient)
            }, notice, &turn)
    }

    // MARK: Digest

    /// Lays a notice with what has gathered; the message goes out on the next working day at seven.
    func gather(_ notice: Notice, _ turn: inout Turn) throws {
        var digest = try turn.get(Self.digests, turn.key) ?? Digest()
        digest.notices.append(notice)
        try turn.put(Self.digests, turn.key, digest)
        if digest.notices.count == 1 {
            let morning = WorkingDays.day(CivilTime.day(of: turn.now), plus: 1)
            turn.remind(Alarm.digest.name("next"), at: CivilTime.instant(morning, minute: 7 * 60))
        }
    }

    func sendDigest(_ turn: inout Turn) throws {
        guard let digest = try turn.get(Self.digests, turn.key) else { return }
        turn.delete(Self.digests, turn.key)
        let person = digest.notices.first.flatMap { turn.directory.counties[$0.county]?.people[$0.recipient] }
        if let person, let notice = notices.digest(digest.notices, for: person, now: turn.now) {
            try turn.wish(notice.id, notice)
        }
    }

    // MARK: What came of it

    /// Takes note of what came of an attempt: done, once more later, or given to a person.
    func settle(_ report: DeliveryReported, _ event: Event, _ turn: inout Turn) throws {
        guard let notice = try turn.wish(report.noticeID, as: Notice.self), notice.attempt == report.attempt else {
            return
        }
        turn.fulfil(notice.id)
        var lane = notice.meeting.isEmpty ? nil : try turn.get(Self.lanes, Self.lane(notice))
        switch report.result {
        case Delivery.sent:
            for told in [notice] + notice.gathered {
                try tell(
                    NoticeSent.with {
                        ($0.noticeID, $0.caseReference) = (told.id, told.caseReference)
                        ($0.kind, $0.recipient, $0.attempt) = (told.kind, told.recipient, notice.attempt)
                    }, told, &turn)
            }
        case Delivery.withheld:
            try supersede(notice, &turn)
        case Delivery.temporary where lane?.hasNext == true:
            try supersede(notice, &turn)
        case Delivery.temporary where Retry.goesOn(notice, now: turn.now):
            let next = Retry.next(notice, now: turn.now)
            var delayed = notice
            delayed.attempt += 1
            delayed.status = "delayed"
            try turn.put(Self.delayed, notice.id, delayed)
            turn.remind(Alarm.attempt.name(notice.id), at: next)
            return try tell(
                NoticeDelayed.with {
                    ($0.noticeID, $0.caseReference) = (notice.id, notice.caseReference)
                    ($0.kind, $0.recipient, $0.attempt) = (notice.kind, notice.recipient, notice.attempt)
                    ($0.detail, $0.nextAttempt) = (report.detail, .init(next))
                }, notice, &turn)
        default:
            try fail(notice, report.detail, event, &turn)
        }
        guard lane != nil else { return }
        lane?.open = ""
        if let next = lane?.next, lane?.hasNext == true {
            lane?.clearNext()
            lane?.open = next.id
            try queue(next, &turn)
        }
        if let lane { try turn.put(Self.lanes, Self.lane(notice), lane) }
    }

    /// Delivery failed: notify the manager of the recipient's unit, or the county function.
    private func fail(_ notice: Notice, _ detail: String, _ event: Event, _ turn: inout Turn) throws {
        for told in [notice] + notice.gathered {
            try tell(
                NoticeFailed.with {
                    ($0.noticeID, $0.caseReference) = (told.id, told.caseReference)
                    ($0.kind, $0.recipient, $0.attempt) = (told.kind, told.recipient, notice.attempt)
                    $0.detail = detail
                }, told, &turn)
        }
        try turn.put(Self.failed, notice.id, notice)
        turn.remind(Alarm.forget.name(notice.id), at: turn.now + Self.memory)
        if let word = notices.undelivered(notice, cause: event, turn.directory, now: turn.now) { try send(word, &turn) }
    }

    /// Sends a notice that failed once more, under the same id. Every partition is asked; whoever has it answers.
    func resend(_ command: ResendNotice, _ turn: inout Turn) throws {
        guard var notice = try turn.get(Self.failed, command.noticeID) else { return }
        turn.delete(Self.failed, notice.id)
        (notice.attempt, notice.created) = (1, .init(turn.now))
        try send(notice, &turn)
    }
}

/// When a county sends only what is urgent.
enum Quiet {
    /// When they end; nil outside them.
    static func end(_ settings: County.Settings, _ now: Date) -> Date? {
        guard let (from, to) = settings.quietHours else { return nil }
        let (day, minute) = (CivilTime.day(of: now), CivilTime.clock(of: now).minute)
        if from < to { return (from..<to).contains(minute) ? CivilTime.instant(day, minute: to) : nil }
        if minute >= from { return CivilTime.instant(day.plus(1), minute: to) }
        return minute < to ? CivilTime.instant(day, minute: to) : nil
    }
}
