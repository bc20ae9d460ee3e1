import CloudEvents
import Codec
import Foundation

/// A notice about a case, and how far it has come.
struct CaseNotice: Sendable {
    enum Status: String, Sendable {
        case queued, sent, delayed, failed, superseded
    }

    var id: String
    var kind: String
    /// The directory's id, or the key of whoever of the family is told; empty for a reporter from outside the directory.
    var recipient: String
    var status: Status
    var at: Date
    /// What a relay said; empty where nothing was said.
    var detail = ""

    static func take(_ event: Event, into notices: inout [String: CaseNotice]) {
        guard let notice = CaseNotice(event) else { return }
        notices[notice.id] = notice
    }

    private init?(_ event: Event) {
        switch event.type {
        case NoticeQueued.eventType:
            guard let fact = try? event.decode(NoticeQueued.self) else { return nil }
            self.init(fact.noticeID, fact.kind, fact.recipient, .queued, event.time)
        case NoticeSent.eventType:
            guard let fact = try? event.decode(NoticeSent.self) else { return nil }
            self.init(fact.noticeID, fact.kind, fact.recipient, .sent, event.time)
        case NoticeDelayed.eventType:
            guard let fact = try? event.decode(NoticeDelayed.self) else { return nil }
            self.init(fact.noticeID, fact.kind, fact.recipient, .delayed, event.time, fact.detail)
        case NoticeFailed.eventType:
            guard let fact = try? event.decode(NoticeFailed.self) else { return nil }
            self.init(fact.noticeID, fact.kind, fact.recipient, .failed, event.time, fact.detail)
        case NoticeSuperseded.eventType:
            guard let fact = try? event.decode(NoticeSuperseded.self) else { return nil }
            self.init(fact.noticeID, fact.kind, fact.recipient, .superseded, event.time)
        default: return nil
        }
    }

    private init(
        _ id: String, _ kind: String, _ recipient: String, _ status: Status, _ at: Date, _ detail: String = ""
    ) {
        (self.id, self.kind, self.recipient) = (id, kind, recipient)
        (self.status, self.at, self.detail) = (status, at, detail)
    }
}
