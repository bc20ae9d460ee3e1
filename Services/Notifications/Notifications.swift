import CloudEvents
import Codec
import Domain
import Foundation
import ServiceHost
import ServiceKit
import Streams

/// Notices to staff, by e-mail and calendar. Guardians and children are never written to (rule 22).
@main enum Notifications {
    static func main() async {
        await ServiceMain(
            .notifications, "tells staff by e-mail and calendar what they must know, without personal data.",
            settings: Notices.settings + Setting.mail
        ) { settings, configuration, logger in
            let notices = try Notices(settings)
            let cases = CaseWatch(
                topic: configuration.physical(Topic.cases.rawValue), configuration.kafka, logger)
            let delivery = try Delivery(
                mailer: settings.mailer(), sender: notices.sender, cases: cases, configuration, logger)
            return .init(NotificationsProcessor(notices: notices), performer: delivery, beside: [cases])
        }.run()
    }
}

/// What Notifications decides: which fact becomes which notice, and what follows from an attempt to deliver it.
struct NotificationsProcessor: Processor {
    let notices: Notices

    static let taken = Table("taken", of: TakenEvents.self)
    /// How long after a key's last event its events are known: as long as the topics keep them.
    static let takenMemory: TimeInterval = 90 * 24 * 3_600
    /// Notices that wait for their next attempt.
    static let delayed = Table("delayed", of: Notice.self)

    /// By meeting and recipient: a cancellation never overtakes its invitation, and what is wrong by now is not sent.
    static let lanes = Table("lanes", of: NoticeLane.self)

    /// What has gathered for those who want one message a day.
    static let digests = Table("digests", of: Digest.self)
    /// Meetings of which their participants will be reminded.
    static let upcoming = Table("upcoming", of: Meeting.self)
    /// Notices that were not delivered, to be sent again by hand.
    static let failed = Table("failed", of: Notice.self)

    func process(_ event: Event, in turn: inout Turn) throws {
        if event.isInternal(on: turn.topic) { return }
        switch event.type {
        case DeliveryReported.eventType: return try settle(event.decode(DeliveryReported.self), event, &turn)
        case ResendNotice.eventType: return try resend(event.decode(ResendNotice.self), &turn)
        default: break
        }
        var taken = try turn.get(Self.taken, turn.key) ?? TakenEvents()
        guard taken.taken.take(event) else { return }
        try turn.put(Self.taken, turn.key, taken)
        turn.remind(Alarm.taken.name("all"), at: turn.now + Self.takenMemory)
        if event.type == AddToDigest.eventType { return try gather(event.decode(AddToDigest.self).notice, &turn) }
        var made = try notices.made(of: event, turn.directory, now: turn.now)
        if event.type == MeetingScheduled.eventType { made += try uninvited(event, turn) }
        // Two who are away may have one deputy.
        for notice in made.uniqued(on: \.id) { try send(notice, &turn) }
        try remember(event, &turn)
    }

    /// Those who were told of the meeting and are not among its participants any more.
    private func uninvited(_ event: Event, _ turn: Turn) throws -> [Notice] {
        let meeting = try event.decode(MeetingScheduled.self).meeting
        let invited = Set(meeting.participants.map(\.person))
        let before = try turn.scan(Self.lanes, prefix: meeting.id + "|")
            .filter { $0.value.method == CalendarMessage.Method.request.rawValue }
            .map { String($0.key.dropFirst(meeting.id.utf8.count + 1)) }
        return notices.uninvited(
            before.filter { !invited.contains($0) }, of: meeting, event, turn.directory, now: turn.now)
    }

    /// On the working day before a meeting, at eight, its participants are reminded.
    private func remember(_ event: Event, _ turn: inout Turn) throws {
        switch event.type {
        case MeetingScheduled.eventType:
            let meeting = try event.decode(MeetingScheduled.self).meeting
            let before = WorkingDays.day(CivilTime.day(of: meeting.start.date), plus: -1)
            let due = CivilTime.instant(before, minute: 8 * 60)
            guard due > turn.now else { return turn.delete(Self.upcoming, meeting.id) }
            try turn.put(Self.upcoming, meeting.id, meeting)
            turn.remind(Alarm.meeting.name(meeting.id), at: due)
        case MeetingCancelled.eventType:
            turn.delete(Self.upcoming, try event.decode(MeetingCancelled.self).meeting.id)
        case MeetingAnswered.eventType:
            let fact = try event.decode(MeetingAnswered.self)
            for (id, meeting) in try turn.scan(Self.upcoming, prefix: fact.caseReference + "-") {
                var meeting = meeting
                for index in meeting.participants.indices where meeting.participants[index].person == fact.person {
                    meeting.participants[index].answer = fact.answer
                }
                try turn.put(Self.upcoming, id, meeting)
            }
        case MeetingHeld.eventType:
            turn.delete(Self.upcoming, try event.decode(MeetingHeld.self).meeting.id)
        default: break
        }
    }

    func wake(_ reminder: Reminder, in turn: inout Turn) throws {
        guard let (alarm, id) = Alarm.read(reminder.name) else { return }
        switch alarm {
        case .attempt:
            // The time for it has come: the delayed notice is wished for again.
            guard let notice = try turn.get(Self.delayed, id) else { return }
            turn.delete(Self.delayed, id)
            try turn.wish(notice.id, notice)
        case .meeting:
            guard let meeting = try turn.get(Self.upcoming, id) else { return }
            turn.delete(Self.upcoming, id)
            for notice in notices.reminders(of: meeting, turn.directory, now: turn.now) { try send(notice, &turn) }
        case .digest: try sendDigest(&turn)
        case .forget: turn.delete(Self.failed, id)
        case .taken: turn.delete(Self.taken, turn.key)
        }
    }
}

/// What a reminder of this service is about.
enum Alarm: String {
    case attempt, meeting, digest, forget, taken

    func name(_ id: String) -> String { "\(rawValue)|\(id)" }

    /// A name without a kind was written before there were any: an attempt.
    static func read(_ name: String) -> (Alarm, String)? {
        let parts = name.split(separator: "|", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return (.attempt, name) }
        return Alarm(rawValue: parts[0]).map { ($0, parts[1]) }
    }
}

/// When a notice that could not be delivered is tried again.
enum Retry {
    /// After this, a person must take over.
    static let limit: TimeInterval = 48 * 3_600

    static func goesOn(_ notice: Notice, now: Date) -> Bool { now < notice.created.date + limit }

    /// 30 s after the first attempt, twice as long after each further one, at most an hour; and up to a fifth more or
    /// less by the notice's id, so that a relay that comes back is not met by all at once.
    static func next(_ notice: Notice, now: Date) -> Date {
        let pause = min(3_600, 30 * pow(2, Double(notice.attempt - 1)))
        let share = Double(
            Reference.id(of: "\(notice.id)#\(notice.attempt)").utf8.reduce(0) { $0 &* 31 &+ UInt64($1) } % 1_000)
        return now + pause * (0.8 + 0.4 * share / 1_000)
    }
}
