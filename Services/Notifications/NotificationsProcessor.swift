import CloudEvents
import Codec
import Domain
import Foundation
import NotificationsCore
import ServiceKit
import Streams
import SwiftProtobuf

/// Sends the notices that follow from other services' facts. `Core/` decides who gets which notice and when.
struct NotificationsProcessor: Processor {
    let writer: NoticeWriter

    static let taken = Table("taken", of: TakenEvents.self)
    /// How long after a key's last event its events are known: as long as the topics keep them.
    static let takenMemory: TimeInterval = 90 * 24 * 3_600
    /// Notices that wait for their next attempt.
    static let delayed = Table("delayed", of: Codec.Notice.self) { $1.sealingKey }
    /// By meeting and recipient.
    static let lanes = Table("lanes", of: NoticeLane.self) { key, _ in NoticeLane.sealingKey(of: key) }
    /// What has gathered for those who want one message a day, by county and recipient. A digest is about several cases.
    static let digests = Table("digests", of: Codec.Digest.self) { _, _ in .own }
    /// Meetings of which their participants will be reminded.
    static let upcoming = Table("upcoming", of: Codec.Meeting.self)
    /// Notices that were not delivered, to be sent again by hand.
    static let failed = Table("failed", of: Codec.Notice.self) { $1.sealingKey }
    /// Notices that a relay has taken, by Message-ID. It may still say that one did not arrive.
    static let relayed = Table("relayed", of: Codec.Notice.self) { $1.sealingKey }

    /// How many replies somebody has been given today.
    static let replies = Table("replies", of: RepliesGiven.self)

    /// In whose digests a case's notices have gathered.
    static let gathered = Table("gathered", of: CaseDigests.self)
    static let erasing = Table("erasing", of: CaseErasure.self)

    func process(_ event: Event, in turn: inout Turn) throws {
        if turn.topic == Topic.noticeCommands.rawValue { return try passOn(event, &turn) }
        switch event.type {
        case DeliveryReported.eventType:
            return try settle(event.decode(DeliveryReported.self).report, event, &turn)
        case ResendNotice.eventType:
            return try resend(event.decode(ResendNotice.self).noticeID, for: event.auth?.county, &turn)
        case ReportBounce.eventType: return try bounce(event.decode(ReportBounce.self), event, &turn)
        case ReplyToMail.eventType: return try reply(event.decode(ReplyToMail.self), event, &turn)
        default: break
        }
        let isKnownKey = try turn.get(Self.taken, turn.key) != nil
        guard try take(event, &turn) else { return }
        if event.type == AddToDigest.eventType { return try gather(event.decode(AddToDigest.self), &turn) }
        if try erase(after: event, &turn) { return }
        guard let occurrence = try Occurrence(event) else { return }
        var context = turn.context
        context.isKnownCase = isKnownKey
        context.invited = try turn.invited(by: occurrence)
        for draft in occurrence.drafts(cause: event.id, context) { try send(draft, &turn) }
        if case .ofMeeting(let change) = occurrence.event { try follow(change, of: occurrence.caseReference, &turn) }
    }

    func answer(_ unreadable: Unreadable, in turn: inout Turn) throws {
        if unreadable.topic == Topic.noticeCommands.rawValue { try turn.refuse(unreadable, on: .notices) }
    }

    /// A command lies under any key. It goes on to the partition that has what it is about. One outside its contract's limits,
    /// or that nobody has proven to give, is refused.
    private func passOn(_ event: Event, _ turn: inout Turn) throws {
        let steps = Topic.noticeSteps.rawValue
        do {
            switch event.type {
            case ResendNotice.eventType:
                _ = try event.message(as: ResendNotice.self)
                try turn.prove(event, by: Speaker(nil, orOf: [.operator, .desk]), in: nil)
                try turn.forwardEverywhere(event, to: steps, key: event.id, sealedUnder: .own)
            case ReportBounce.eventType:
                _ = try event.message(as: ReportBounce.self)
                try turn.prove(event, by: Speaker(nil, orOf: [.mail]), in: nil)
                try turn.forwardEverywhere(event, to: steps, key: event.id, sealedUnder: .own)
            case ReplyToMail.eventType:
                let command = try event.message(as: ReplyToMail.self)
                try turn.prove(event, by: Speaker(nil, orOf: [.mail]), in: nil)
                let key = Reference.id(of: command.email.lowercased())
                try turn.forward(event, to: steps, key: key, sealedUnder: .own)
            default: throw Refusal([Fault(.commandUnknown, at: "ce_type")])
            }
        } catch let refusal as Refusal { try turn.refuse(event, refusal.faults, on: .notices) }
    }

    /// Remembers an event under the turn's key.
    ///
    /// - Returns: false where it has come before.
    private func take(_ event: Event, _ turn: inout Turn) throws -> Bool {
        var taken = try turn.get(Self.taken, turn.key) ?? TakenEvents()
        guard taken.taken.take(event) else { return false }
        try turn.put(Self.taken, turn.key, taken)
        turn.remind(Alarm.taken.name("all"), at: turn.now + Self.takenMemory)
        return true
    }

    func wake(_ reminder: Reminder, in turn: inout Turn) throws {
        guard let (alarm, id) = Alarm.read(reminder.name) else { return }
        switch alarm {
        case .attempt:
            guard let notice = try turn.get(Self.delayed, id) else { return }
            turn.delete(Self.delayed, id)
            try turn.wish(notice.id, notice, sealedUnder: notice.sealingKey)
        case .meeting:
            guard let meeting = try turn.get(Self.upcoming, id)?.meeting else { return }
            turn.delete(Self.upcoming, id)
            for draft in meeting.reminders(turn.context) { try send(draft, &turn) }
        case .digest: try sendDigest(&turn)
        case .forget: turn.delete(Self.failed, id)
        case .relayed: turn.delete(Self.relayed, id)
        case .replies: turn.delete(Self.replies, id)
        case .taken: turn.delete(Self.taken, turn.key)
        case .erasure: try goOnErasing(id, &turn)
        }
    }

    // MARK: Meetings to come

    /// Keeps the meetings of which participants are to be reminded.
    private func follow(_ change: MeetingEvent, of reference: String, _ turn: inout Turn) throws {
        switch change {
        case .scheduled(let meeting, _):
            guard meeting.reminderDue > turn.now else { return turn.delete(Self.upcoming, meeting.id) }
            try turn.put(Self.upcoming, meeting.id, Codec.Meeting(meeting))
            turn.remind(Alarm.meeting.name(meeting.id), at: meeting.reminderDue)
        case .answered(let person, let answer):
            for (id, meeting) in try turn.scan(Self.upcoming, prefix: reference + "-") {
                try turn.put(Self.upcoming, id, Codec.Meeting(meeting.meeting.answered(by: person, answer)))
            }
        case .cancelled(let meeting): turn.delete(Self.upcoming, meeting.id)
        case .held(let id, _): turn.delete(Self.upcoming, id)
        case .answerForwarded, .answerOutdated, .impossible, .timeFound, .nobodyInvited, .familyInformed, .planAlarm,
            .planConcern, .coordinatorChanged:
            break
        }
    }

    // MARK: The queue

    /// Whoever knows the meeting in this state is not told again: others may have come or gone.
    private func send(_ draft: NoticeDraft, _ turn: inout Turn) throws {
        if draft.kind.isReply, try !mayReply(to: draft.recipient.email.text, &turn) { return }
        let notice = writer.notice(draft, turn.context)
        if let key = NoticeLane.key(notice), try turn.lane(key)?.newest == notice.meeting?.edition { return }
        try send(notice, &turn)
    }

    /// Tells somebody that their message has reached nobody. What is no address gets no reply.
    private func reply(_ command: ReplyToMail, _ event: Event, _ turn: inout Turn) throws {
        guard try take(event, &turn), let sender = EmailAddress(command.email) else { return }
        try send(.mailUnknown(to: sender, cause: event.id), &turn)
    }

    /// A program that answers each reply, and does not say that it is one, must not go on for ever (RFC 3834 §2).
    private func mayReply(to email: String, _ turn: inout Turn) throws -> Bool {
        let id = Reference.id(of: email.lowercased())
        var given = try turn.get(Self.replies, id) ?? RepliesGiven()
        guard given.count < NotificationsCore.Notice.repliesADay else { return false }
        if given.count == 0 { turn.remind(Alarm.replies.name(id), at: turn.now + 24 * 3_600) }
        given.count += 1
        try turn.put(Self.replies, id, given)
        return true
    }

    /// Puts a notice into its lane, or sends it where it is about no meeting.
    private func send(_ notice: NotificationsCore.Notice, _ turn: inout Turn) throws {
        guard let part = notice.meeting, let key = NoticeLane.key(notice) else {
            return try apply(.queued(notice, notice.departure(turn.context)), &turn)
        }
        let lane = try turn.lane(key)
        let decision = notice.entering(lane, as: part.edition, try turn.progress(of: lane), turn.context)
        try save(decision, before: lane, under: key, &turn)
    }

    /// Takes note of what came of an attempt. A report on an earlier attempt changes nothing.
    private func settle(_ report: DeliveryReport, _ event: Event, _ turn: inout Turn) throws {
        guard let notice = try turn.wishedNotice(report.notice), notice.attempt == report.attempt else { return }
        turn.fulfil(notice.id)
        if let key = NoticeLane.key(notice), let lane = try turn.lane(key) {
            let decision = lane.settling(notice, report.result, cause: event.id, turn.context)
            try save(decision, before: lane, under: key, &turn)
        } else {
            try apply(notice.settled(by: report.result, isOvertaken: false, cause: event.id, turn.context), &turn)
        }
        if let reference = notice.caseReference { try goOnErasing(reference, &turn) }
    }

    /// Sends a notice that failed once more, under the same id. Only its own county may ask for it. Every partition is asked.
    /// The one that has it answers.
    private func resend(_ id: String, for county: String?, _ turn: inout Turn) throws {
        guard let notice = try turn.notice(Self.failed, id), notice.county == county else { return }
        turn.delete(Self.failed, id)
        try send(notice.again(now: turn.now), &turn)
    }

    /// A notice that a relay had taken did not arrive after all. It ends as failed, which tells a person. Every partition is
    /// asked. The one that has it answers.
    private func bounce(_ report: ReportBounce, _ event: Event, _ turn: inout Turn) throws {
        guard let notice = try turn.notice(Self.relayed, report.messageID) else { return }
        turn.delete(Self.relayed, report.messageID)
        let result = DeliveryResult.permanent(detail: report.detail.isEmpty ? "DSN" : "DSN \(report.detail)")
        try apply(notice.settled(by: result, isOvertaken: false, cause: event.id, turn.context), &turn)
    }

    private func save(
        _ decision: Decision<Lane>, before: Lane?, under key: String, _ turn: inout Turn
    ) throws {
        for step in decision.facts { try apply(step, &turn) }
        if decision.subject != before { try turn.put(Self.lanes, key, NoticeLane(decision.subject)) }
    }

    /// Publishes what becomes of a notice, and moves the notice to where it lies from now on.
    func apply(_ step: QueueStep, _ turn: inout Turn) throws {
        for fact in step.facts { try publish(fact, &turn) }
        switch step {
        case .queued(let notice, .now): try wish(notice, &turn)
        case .queued(let notice, .at(let date)): try delay(notice, until: date, &turn)
        case .queued(let notice, .inDigest):
            // By recipient, since the facts lie under many keys.
            let recipient = "\(notice.county)|\(notice.recipient.id ?? "")"
            try turn.publish(
                AddToDigest(notice.inShort), to: Topic.noticeSteps.rawValue, key: recipient,
                subject: notice.caseReference ?? "", sealedUnder: .namedOrOwn(notice.caseReference ?? ""))
            if let reference = notice.caseReference { try note(digestOf: recipient, for: reference, &turn) }
        case .superseded(_, .new): break
        case .sent(let notice):
            try turn.put(Self.relayed, notice.messageID, Codec.Notice(notice))
            turn.remind(Alarm.relayed.name(notice.messageID), at: turn.now + NotificationsCore.Notice.bounceMemory)
        case .superseded(let notice, .delayed): turn.delete(Self.delayed, notice.id)
        case .superseded(let notice, .wished): turn.fulfil(notice.id)
        case .delayed(let notice, let delay): try self.delay(notice, until: delay.until, &turn)
        case .failed(let notice, _, let substitute):
            try turn.put(Self.failed, notice.id, Codec.Notice(notice))
            turn.remind(Alarm.forget.name(notice.id), at: turn.now + NotificationsCore.Notice.memory)
            if let substitute { try send(substitute, &turn) }
        }
    }

    private func publish(_ fact: NoticeFact, _ turn: inout Turn) throws {
        let reference = fact.notice.caseReference ?? ""
        try turn.publish(fact.message, to: Topic.notices.rawValue, key: reference, subject: reference)
    }

    private func wish(_ notice: NotificationsCore.Notice, _ turn: inout Turn) throws {
        let message = Codec.Notice(notice)
        try turn.wish(notice.id, message, sealedUnder: message.sealingKey)
    }

    private func delay(_ notice: NotificationsCore.Notice, until date: Date, _ turn: inout Turn) throws {
        try turn.put(Self.delayed, notice.id, Codec.Notice(notice))
        turn.remind(Alarm.attempt.name(notice.id), at: date)
    }

    // MARK: The digest

    /// Adds a notice to what has gathered for its recipient. What is full goes out first.
    private func gather(_ message: AddToDigest, _ turn: inout Turn) throws {
        let notice = try turn.reading(Topic.noticeSteps.rawValue) { () throws(Refusal) in try message.notice.notice() }
        let gathered = try turn.digest()
        if gathered?.isFull == true { try sendDigest(&turn) }
        guard var digest = gathered, !digest.isFull else {
            try turn.put(Self.digests, turn.key, Codec.Digest(.init(notice)))
            return turn.remind(Alarm.digest.name("next"), at: NotificationsCore.Digest.due(after: turn.now))
        }
        digest.others.append(notice)
        try turn.put(Self.digests, turn.key, Codec.Digest(digest))
    }

    private func sendDigest(_ turn: inout Turn) throws {
        guard let digest = try turn.digest() else { return }
        turn.delete(Self.digests, turn.key)
        guard let draft = digest.draft(turn.context) else {
            for fact in digest.failures { try publish(fact, &turn) }
            return
        }
        let notice = writer.notice(draft, turn.context)
        let county = turn.directory.counties[notice.county]
        if let end = county.flatMap({ Quiet.end($0.settings, turn.now) }) {
            return try delay(notice, until: end, &turn)
        }
        try wish(notice, &turn)
    }
}

extension Turn {
    fileprivate var context: NoticeContext { NoticeContext(now: now, directory: directory) }

    func notice(_ table: Table<Codec.Notice>, _ id: String) throws -> NotificationsCore.Notice? {
        try get(table, id).map { message in
            try reading(table.name) { () throws(Refusal) in try message.notice() }
        }
    }

    fileprivate func wishedNotice(_ id: String) throws -> NotificationsCore.Notice? {
        try wish(id, as: Codec.Notice.self).map { message in
            try reading("wishes") { () throws(Refusal) in try message.notice() }
        }
    }

    fileprivate func lane(_ key: String) throws -> Lane? {
        let table = NotificationsProcessor.lanes
        return try get(table, key).map { message in
            try reading(table.name) { () throws(Refusal) in try message.lane() }
        }
    }

    /// The digest behind the turn's key.
    func digest() throws -> NotificationsCore.Digest? {
        let table = NotificationsProcessor.digests
        return try get(table, key).flatMap { message in
            try reading(table.name) { () throws(Refusal) in try message.digest() }
        }
    }

    /// Who has the meeting that something happened to in the calendar, and where they were invited, by id.
    fileprivate func invited(by occurrence: Occurrence) throws -> [String: Recipient] {
        let meeting: NotificationsCore.Meeting
        switch occurrence.event {
        case .ofMeeting(.scheduled(let scheduled, _)): meeting = scheduled
        case .ofMeeting(.cancelled(let cancelled)): meeting = cancelled
        default: return [:]
        }
        let table = NotificationsProcessor.lanes
        var invited: [String: Recipient] = [:]
        for (key, message) in try scan(table, prefix: meeting.id + "|") {
            let lane = try reading(table.name) { () throws(Refusal) in try message.lane() }
            guard let recipient = lane.invited else { continue }
            invited[String(key.dropFirst(meeting.id.utf8.count + 1))] = recipient
        }
        return invited
    }

    fileprivate func progress(of lane: Lane?) throws -> Lane.Progress {
        guard let open = lane?.open else { return .beingSent }
        if let notice = try notice(NotificationsProcessor.delayed, open) { return .delayed(notice) }
        guard holdsWishes, let notice = try wishedNotice(open) else { return .beingSent }
        return .held(notice, isUnbegun: isUnbegun(open))
    }

    /// - Throws: `StateUnreadable` for words that only a newer version knows.
    func reading<Value>(
        _ table: String, _ read: () throws(Refusal) -> Value
    ) throws(StateUnreadable) -> Value {
        do throws(Refusal) { return try read() } catch { throw StateUnreadable(table, error) }
    }
}
