import CloudEvents
import Codec
import Foundation
import Kafka
import Logging
import Streams

/// Performs the wish for a notice: sends it, and reports on the service's own command topic what came of it.
///
/// A crash before the report leaves the wish open, and the notice goes out again under the same Message-ID.
struct Delivery: WishPerformer {
    static let sent = "sent"
    static let temporary = "temporary"
    static let permanent = "permanent"
    static let withheld = "withheld"

    private let mailer: any Mailer
    private let sender: String
    private let producer: Producer
    private let configuration: StreamsConfiguration
    private let logger: Logger
    private let cases: CaseWatch

    init(
        mailer: any Mailer, sender: String, cases: CaseWatch, _ configuration: StreamsConfiguration, _ logger: Logger
    ) throws(KafkaError) {
        self.cases = cases
        (self.mailer, self.sender, self.configuration, self.logger) = (mailer, sender, configuration, logger)
        producer = try Producer(configuration.kafka)
    }

    func perform(_ wish: Wish) async {
        guard let notice = try? Notice(wire: wish.data) else { return }
        var report = DeliveryReported.with {
            $0.noticeID = notice.id
            $0.attempt = notice.attempt
            $0.result = Self.sent
        }
        if Self.needsConsent(notice) {
            switch await cases.mayMeet(notice.caseReference) {
            case true?: break
            case false?:
                report.result = Self.withheld
                logger.notice("notice withheld: no consent", metadata: ["case": "\(notice.caseReference)"])
                return await tell(report, wish)
            case nil:
                // Not known is not allowed, nor is it refused.
                (report.result, report.detail) = (Self.temporary, "the case is not known yet")
                return await tell(report, wish)
            }
        }
        do throws(DeliveryFailure) {
            try await mailer.send(
                MailMessage(notice: notice, sender: sender).bytes, from: sender, to: notice.email, id: notice.messageID)
            logger.info("notice sent", metadata: ["case": "\(notice.caseReference)", "kind": "\(notice.kind)"])
        } catch {
            report.result = error.isTemporary ? Self.temporary : Self.permanent
            report.detail = error.detail
            logger.warning(
                "notice not sent",
                metadata: ["case": "\(notice.caseReference)", "kind": "\(notice.kind)", "why": "\(error.detail)"])
        }
        await tell(report, wish)
    }

    /// It brings people together; what calls a meeting off goes out always.
    static func needsConsent(_ notice: Notice) -> Bool {
        notice.method == CalendarMessage.Method.request.rawValue || notice.kind == Notices.Kind.meetingReminder.rawValue
    }

    /// Reports until Kafka has it: without the report, the notice would be sent again at the next start.
    private func tell(_ report: DeliveryReported, _ wish: Wish) async {
        while !Task.isCancelled {
            do {
                let event = try Event(
                    id: "\(report.noticeID)#\(report.attempt)", source: configuration.topology.application,
                    time: Date(), report)
                try await producer.send(
                    ProducerRecord(
                        topic: configuration.physical(Topic.noticeSteps.rawValue), partition: wish.partition,
                        key: Bytes(wish.key.utf8), value: event.data,
                        headers: event.headers))
                return
            } catch {
                logger.warning(
                    "the result of a delivery could not be reported; trying again", metadata: ["why": "\(error)"])
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }
}
