import CloudEvents
import Codec
import Domain
import Foundation
import IntakeCore
import ServiceKit

/// What publishers send, by type: the one list for the HTTP door and for the stream.
enum ReportMessage {
    case concern(ConcernReported)
    case consultation(ConsultationRequested)

    /// - Throws: `Refusal` with everything that keeps the event from being such a message.
    init(_ event: Event) throws(Refusal) {
        switch event.type {
        case ConcernReported.eventType: self = .concern(try event.message(as: ConcernReported.self))
        case ConsultationRequested.eventType: self = .consultation(try event.message(as: ConsultationRequested.self))
        default: throw Refusal([Fault(.typeUnknown, at: "ce_type")])
        }
    }

    /// The message's words as values.
    ///
    /// - Parameter received: when the report came; the time of the observation where the reporter does not say.
    /// - Throws: `Refusal` with everything that is wrong.
    func content(received: Date, _ directory: Directory) throws(Refusal) -> ReceiveReport.Content {
        switch self {
        case .concern(let message):
            .concern(try Words.read(directory) { message.report(received: received, &$0) })
        case .consultation(let message):
            .consultation(try Words.read(directory) { message.consultation(&$0) })
        }
    }
}
