import Codec
import Domain
import Foundation
import ServiceKit
import Streams

/// Notices to staff, by e-mail and calendar. Guardians and children are never written to (rule 22).
@main enum Notifications {
    static func main() async {
        await ServiceMain(
            "notifications", "tells staff by e-mail and calendar what they must know, without personal data.",
            inputs: [.concerns, .mappings, .meetings, .noticeCommands], changelog: .notificationsState,
            settings: [
                Setting(
                    "MAIL_FROM", default: "tillsammans@example.org", "Sender of all notices, and organiser of meetings."
                ),
                Setting(
                    "CASE_LINK", default: "https://tillsammans.example.org/case/",
                    "Link to a case; its reference is added."),
                Setting("MAIL_DIRECTORY", default: "", "Folder: write messages there as .eml files, and send none."),
                Setting(
                    "SMTP_URL", default: "smtp://localhost:25", "Relay: smtp://host:port, or smtps:// for implicit TLS."
                ),
                Setting("SMTP_TLS", default: "try", "STARTTLS: never, try or always."),
                Setting("SMTP_USERNAME", default: "", "User at the relay; empty: none."),
                Setting("SMTP_CA_FILE", default: "", "Certificates (PEM) to trust in place of the system's."),
                Setting("SMTP_PASSWORD", default: "", isSecret: true, "Password at the relay."),
            ]
        ) { settings, configuration, logger in
            let notices = try Notices(
                sender: try settings.text("MAIL_FROM"), caseLink: try settings.text("CASE_LINK"))
            let folder = try settings.text("MAIL_DIRECTORY")
            let mailer: any Mailer =
                if folder.isEmpty {
                    try SMTPMailer(
                        url: settings.value("SMTP_URL", expected: "smtp://host:port or smtps://host:port") { text in
                            text.hasPrefix("smtp://") || text.hasPrefix("smtps://") ? text : nil
                        },
                        tls: settings.value(
                            "SMTP_TLS", expected: "never, try or always", { SMTPMailer.TLS(rawValue: $0) }),
                        username: settings.text("SMTP_USERNAME"), password: settings.text("SMTP_PASSWORD"),
                        authorities: settings.text("SMTP_CA_FILE"))
                } else {
                    try FileMailer(folder: folder)
                }
            let performer = try Delivery(mailer: mailer, sender: notices.sender, configuration, logger)
            return .init(NotificationsProcessor(notices: notices), performer: performer)
        }.run()
    }
}

/// What Notifications decides: which fact becomes which notice, and what follows from an attempt to deliver it.
struct NotificationsProcessor: Processor {
    let notices: Notices

    static let taken = Table("taken", of: TakenEvents.self)
    /// Notices that wait for their next attempt.
    static let delayed = Table("delayed", of: Notice.self)

    /// By meeting and recipient: a cancellation never overtakes its invitation, and what is wrong by now is not sent.
    static let lanes = Table("lanes", of: NoticeLane.self)

    func process(_ event: Event, in turn: inout Turn) throws {
        if event.type == DeliveryReported.eventType {
            return try settle(event.decode(DeliveryReported.self), event, &turn)
        }
        var taken = try turn.get(Self.taken, turn.key) ?? TakenEvents()
        guard taken.taken.take(event) else { return }
        try turn.put(Self.taken, turn.key, taken)
        var made = try notices.made(of: event, turn.directory, now: turn.now)
        if event.type == MeetingScheduled.eventType { made += try uninvited(event, turn) }
        for notice in made { try send(notice, &turn) }
    }

    /// Those who were told of the meeting and are not among its participants any more.
    private func uninvited(_ event: Event, _ turn: Turn) throws -> [Notice] {
        let meeting = try event.decode(MeetingScheduled.self).meeting
        let invited = Set(meeting.participants.map(\.person))
        let before = try turn.scan(Self.lanes, prefix: meeting.id + "|")
            .filter { $0.value.method == CalendarMessage.Method.request.rawValue }
            .map { String($0.key.dropFirst(meeting.id.utf8.count + 1)) }
        return try notices.uninvited(before.filter { !invited.contains($0) }, of: event, turn.directory, now: turn.now)
    }

    private static func lane(_ notice: Notice) -> String { "\(notice.meeting)|\(notice.recipient)" }

    /// Wishes for a notice, at once or when the one before it is settled.
    private func send(_ notice: Notice, _ turn: inout Turn) throws {
        guard !notice.meeting.isEmpty else { return try turn.wish(notice.id, notice) }
        var lane = try turn.get(Self.lanes, Self.lane(notice)) ?? NoticeLane()
        guard lane.method.isEmpty || notice.sequence >= lane.sequence else { return try supersede(notice, &turn) }
        (lane.sequence, lane.method) = (notice.sequence, notice.method)
        if let waiting = try turn.get(Self.delayed, lane.open) {
            // It was not taken at its last attempt, and is wrong now.
            turn.delete(Self.delayed, lane.open)
            try supersede(waiting, &turn)
            lane.open = ""
        }
        if lane.open.isEmpty {
            lane.open = notice.id
            try turn.wish(notice.id, notice)
        } else {
            if lane.hasNext { try supersede(lane.next, &turn) }
            lane.next = notice
        }
        try turn.put(Self.lanes, Self.lane(notice), lane)
    }

    private func supersede(_ notice: Notice, _ turn: inout Turn) throws {
        try turn.publish(
            NoticeSuperseded.with {
                ($0.noticeID, $0.caseReference) = (notice.id, notice.caseReference)
                ($0.kind, $0.recipient) = (notice.kind, notice.recipient)
            }, to: Topic.notices.rawValue, key: notice.caseReference, subject: notice.caseReference)
    }

    /// Takes note of what came of an attempt: done, once more later, or given to a person.
    private func settle(_ report: DeliveryReported, _ event: Event, _ turn: inout Turn) throws {
        guard let notice = try turn.wish(report.noticeID, as: Notice.self), notice.attempt == report.attempt else {
            return
        }
        turn.fulfil(notice.id)
        var lane = notice.meeting.isEmpty ? nil : try turn.get(Self.lanes, Self.lane(notice))
        switch report.result {
        case Delivery.sent:
            try turn.publish(
                NoticeSent.with {
                    ($0.noticeID, $0.caseReference) = (notice.id, notice.caseReference)
                    ($0.kind, $0.recipient, $0.attempt) = (notice.kind, notice.recipient, notice.attempt)
                }, to: Topic.notices.rawValue, key: notice.caseReference, subject: notice.caseReference)
        case Delivery.temporary where lane?.hasNext == true:
            try supersede(notice, &turn)
        case Delivery.temporary where Retry.goesOn(notice, now: turn.now):
            let next = Retry.next(notice, now: turn.now)
            var delayed = notice
            delayed.attempt += 1
            delayed.status = "delayed"
            try turn.put(Self.delayed, notice.id, delayed)
            turn.remind(notice.id, at: next)
            return try turn.publish(
                NoticeDelayed.with {
                    ($0.noticeID, $0.caseReference) = (notice.id, notice.caseReference)
                    ($0.kind, $0.recipient, $0.attempt) = (notice.kind, notice.recipient, notice.attempt)
                    ($0.detail, $0.nextAttempt) = (report.detail, .init(next))
                }, to: Topic.notices.rawValue, key: notice.caseReference, subject: notice.caseReference)
        default:
            try turn.publish(
                NoticeFailed.with {
                    ($0.noticeID, $0.caseReference) = (notice.id, notice.caseReference)
                    ($0.kind, $0.recipient, $0.attempt) = (notice.kind, notice.recipient, notice.attempt)
                    $0.detail = report.detail
                }, to: Topic.notices.rawValue, key: notice.caseReference, subject: notice.caseReference)
            // Nobody was told, so somebody is.
            if let word = notices.undelivered(notice, cause: event, turn.directory, now: turn.now) {
                try send(word, &turn)
            }
        }
        guard lane != nil else { return }
        lane?.open = ""
        if let next = lane?.next, lane?.hasNext == true {
            lane?.clearNext()
            lane?.open = next.id
            try turn.wish(next.id, next)
        }
        if let lane { try turn.put(Self.lanes, Self.lane(notice), lane) }
    }

    /// The time for the next attempt has come: the delayed notice is wished for again.
    func wake(_ reminder: Reminder, in turn: inout Turn) throws {
        guard let notice = try turn.get(Self.delayed, reminder.name) else { return }
        turn.delete(Self.delayed, reminder.name)
        try turn.wish(notice.id, notice)
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
