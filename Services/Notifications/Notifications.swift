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
                        username: settings.text("SMTP_USERNAME"), password: settings.text("SMTP_PASSWORD"))
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

    func process(_ event: Event, in turn: inout Turn) throws {
        if event.type == DeliveryReported.eventType { return try settle(event.decode(DeliveryReported.self), &turn) }
        var taken = try turn.get(Self.taken, turn.key) ?? TakenEvents()
        guard taken.taken.take(event) else { return }
        try turn.put(Self.taken, turn.key, taken)
        for notice in try notices.made(of: event, turn.directory, now: turn.now) { try turn.wish(notice.id, notice) }
    }

    /// Takes note of what came of an attempt: done, once more later, or given to a person.
    private func settle(_ report: DeliveryReported, _ turn: inout Turn) throws {
        guard let notice = try turn.wish(report.noticeID, as: Notice.self), notice.attempt == report.attempt else {
            return
        }
        turn.fulfil(notice.id)
        switch report.result {
        case Delivery.sent:
            try turn.publish(
                NoticeSent.with {
                    ($0.noticeID, $0.caseReference) = (notice.id, notice.caseReference)
                    ($0.kind, $0.recipient, $0.attempt) = (notice.kind, notice.recipient, notice.attempt)
                }, to: Topic.notices.rawValue, key: notice.caseReference, subject: notice.caseReference)
        case Delivery.temporary where Retry.goesOn(notice, now: turn.now):
            let next = Retry.next(notice, now: turn.now)
            var delayed = notice
            delayed.attempt += 1
            delayed.status = "delayed"
            try turn.put(Self.delayed, notice.id, delayed)
            turn.remind(notice.id, at: next)
            try turn.publish(
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
        }
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

    /// 30 s after the first attempt, twice as long after each further one, at most an hour.
    static func next(_ notice: Notice, now: Date) -> Date {
        now + min(3_600, 30 * pow(2, Double(notice.attempt - 1)))
    }
}
