import CloudEvents
import Codec
import Domain
import Foundation
import Kafka
import Logging
import NotificationsCore
import ServiceKit
import Streams

/// Sends a notice that was wished for, and reports the result on the service's own topic.
///
/// After a crash before the report, the notice is sent again under the same Message-ID.
struct Delivery: WishPerformer {
    private let mailer: any Mailer
    private let sender: EmailAddress
    private let producer: Producer
    private let configuration: StreamsConfiguration
    private let logger: Logger
    private let cases: CaseWatch
    private let clock: SuiteClock

    init(
        mailer: any Mailer, sender: EmailAddress, cases: CaseWatch, clock: SuiteClock = .machine,
        _ configuration: StreamsConfiguration, _ logger: Logger
    ) throws(KafkaError) {
        (self.mailer, self.sender, self.cases, self.clock) = (mailer, sender, cases, clock)
        (self.configuration, self.logger) = (configuration, logger)
        producer = try Producer(configuration.kafka)
    }

    func perform(_ wish: Wish) async {
        // What only a newer version can read stays wished for.
        guard let notice = try? Codec.Notice(wire: wish.data).notice() else { return }
        let report = DeliveryReport(notice: notice.id, attempt: notice.attempt, await deliver(notice))
        await publish(report, for: wish)
    }

    private func deliver(_ notice: NotificationsCore.Notice) async -> DeliveryResult {
        var metadata: Logger.Metadata = [
            "case": "\(notice.caseReference ?? "")", "kind": "\(notice.kind.rawValue)",
        ]
        for consent in notice.consents {
            switch await cases.isInForce(consent, in: notice.caseReference ?? "") {
            case true?: break
            case false?:
                logger.notice("notice withheld: no consent", metadata: metadata)
                return .withheld
            case nil:
                // Consent that is not known is neither given nor refused.
                return .temporary(detail: "the case is not known yet")
            }
        }
        let notice = notice.tagged(await cases.fallbacks(among: notice.casesOfStaff))
        do throws(DeliveryFailure) {
            try await mailer.send(
                MailMessage(notice: notice, sender: sender, date: clock.now).bytes, from: sender,
                to: notice.recipient.email,
                id: notice.messageID)
            logger.info("notice sent", metadata: metadata)
            return .sent
        } catch {
            metadata["why"] = "\(error.detail)"
            logger.warning("notice not sent", metadata: metadata)
            return error.isTemporary ? .temporary(detail: error.detail) : .permanent(detail: error.detail)
        }
    }

    /// Tries until Kafka has the report. Without it, the notice would be sent again at the next start.
    private func publish(_ report: DeliveryReport, for wish: Wish) async {
        while !Task.isCancelled {
            do {
                let event = try Event(
                    id: "\(report.notice)#\(report.attempt)", source: configuration.topology.application,
                    time: clock.now, DeliveryReported(report))
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

extension NotificationsCore.Notice {
    /// What must be in force when it is sent (rule 13).
    fileprivate var consents: [CaseWatch.Consent] {
        (needsConsent ? [.meeting] : []) + (needsOutsidersConsent ? [.outsiders] : [])
    }
}
