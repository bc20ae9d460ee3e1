import CloudEvents
import Codec
import Domain
import Foundation
import NotificationsCore
import ServiceKit
import SwiftProtobuf

// What becomes of a notice, as it is published and as an attempt to deliver it is reported.

/// A fact of this service that can be read again.
protocol NoticeFactMessage: EventPayload {
    var noticeID: String { get }
    var caseReference: String { get }
    var kind: String { get }
    var recipient: String { get }
    var event: NoticeFact.Event { get }
}

extension NoticeFactMessage {
    /// Nil where `words` has found what is wrong.
    func fact(_ words: inout Words) -> NoticeFact? {
        words.label(id: noticeID, case: caseReference, kind: kind, recipient: recipient).map { NoticeFact($0, event) }
    }
}

extension NoticeFact {
    var message: any NoticeFactMessage {
        let (id, reference) = (notice.id, notice.caseReference ?? "")
        let (kind, recipient) = (notice.kind.rawValue, notice.recipient ?? "")
        switch event {
        case .queued(let notBefore):
            return NoticeQueued.with {
                ($0.noticeID, $0.caseReference, $0.kind, $0.recipient) = (id, reference, kind, recipient)
                if let notBefore { $0.notBefore = .init(notBefore) }
            }
        case .superseded:
            return NoticeSuperseded.with {
                ($0.noticeID, $0.caseReference, $0.kind, $0.recipient) = (id, reference, kind, recipient)
            }
        case .sent(let attempt):
            return NoticeSent.with {
                ($0.noticeID, $0.caseReference, $0.kind, $0.recipient) = (id, reference, kind, recipient)
                $0.attempt = attempt
            }
        case .delayed(let attempt, let detail, let next):
            return NoticeDelayed.with {
                ($0.noticeID, $0.caseReference, $0.kind, $0.recipient) = (id, reference, kind, recipient)
                ($0.attempt, $0.detail, $0.nextAttempt) = (attempt, detail, .init(next))
            }
        case .failed(let attempt, let detail):
            return NoticeFailed.with {
                ($0.noticeID, $0.caseReference, $0.kind, $0.recipient) = (id, reference, kind, recipient)
                ($0.attempt, $0.detail) = (attempt, detail)
            }
        }
    }
}

extension NoticeQueued: NoticeFactMessage {
    var event: NoticeFact.Event { .queued(notBefore: hasNotBefore ? notBefore.date : nil) }
}

extension NoticeSuperseded: NoticeFactMessage {
    var event: NoticeFact.Event { .superseded }
}

extension NoticeSent: NoticeFactMessage {
    var event: NoticeFact.Event { .sent(attempt: attempt) }
}

extension NoticeDelayed: NoticeFactMessage {
    var event: NoticeFact.Event { .delayed(attempt: attempt, detail: detail, next: nextAttempt.date) }
}

extension NoticeFailed: NoticeFactMessage {
    var event: NoticeFact.Event { .failed(attempt: attempt, detail: detail) }
}

extension DeliveryReported {
    init(_ report: DeliveryReport) {
        self = .with {
            ($0.noticeID, $0.attempt) = (report.notice, report.attempt)
            switch report.result {
            case .sent: $0.result = "sent"
            case .withheld: $0.result = "withheld"
            case .temporary(let detail): ($0.result, $0.detail) = ("temporary", detail)
            case .permanent(let detail): ($0.result, $0.detail) = ("permanent", detail)
            }
        }
    }

    /// A result that this version does not know is permanent: a person takes over.
    var report: DeliveryReport {
        let known: DeliveryResult =
            switch result {
            case "sent": .sent
            case "withheld": .withheld
            case "temporary": .temporary(detail: detail)
            default: .permanent(detail: detail)
            }
        return DeliveryReport(notice: noticeID, attempt: attempt, known)
    }
}
