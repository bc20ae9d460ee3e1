import CloudEvents
import Codec
import Domain
import IntakeCore
import ServiceKit
import Streams
import SwiftProtobuf

/// A fact as it is published.
struct FactRecord {
    let message: any EventPayload
    let topic: Topic
    /// Nil for the turn's own key.
    var key: String?
    /// A case's or a question's reference; nil where there is none.
    var subject: String?
    var content = Event.Content.protobuf
    /// Nil for the key of the subject.
    var sealedUnder: SealingKey?
}

extension IntakeFact {
    var record: FactRecord {
        switch self {
        case .accepted(let accepted, let bucket):
            // The child is not known yet.
            FactRecord(
                message: ReportAccepted(accepted), topic: .intakeRepartition, key: bucket, sealedUnder: .own)
        case .concernRegistered(let registered):
            FactRecord(message: ConcernRegistered(registered), topic: .concerns, subject: registered.reference)
        case .setAside(let concern):
            FactRecord(message: ConcernSetAside(concern), topic: .concerns, subject: concern.reference)
        case .childRecorded(let recorded):
            FactRecord(message: Child(recorded), topic: .children, subject: recorded.reference)
        case .consultationRegistered(let registered):
            FactRecord(
                message: ConsultationRegistered(registered), topic: .concerns, key: registered.reference,
                subject: registered.reference)
        case .placeRequested(let request):
            FactRecord(
                message: BookConsultation(request), topic: .meetingCalls, key: request.county,
                subject: request.reference)
        case .childKept(let reference):
            FactRecord(
                message: ChildKept.with { $0.caseReference = reference }, topic: .concerns, key: reference,
                subject: reference)
        case .numberLeft(let reference, let bucket, let next):
            FactRecord(
                message: ForgetNumber.with { ($0.caseReference, $0.nextBucket) = (reference, next ?? "") },
                topic: .intakeRepartition, key: bucket, subject: reference)
        case .childReleased(let reference):
            FactRecord(
                message: ChildReleased.with { $0.caseReference = reference }, topic: .concerns, key: reference,
                subject: reference)
        case .answered(let receipt):
            FactRecord(
                message: ConcernReceipt(receipt.inSendersWords), topic: .concernReceipts, key: receipt.report.source,
                subject: receipt.reference, content: receipt.format.content)
        }
    }
}

extension Receipt.Format {
    init(_ content: Event.Content) {
        switch content {
        case .protobuf: self = .protobuf
        case .json: self = .json
        }
    }

    fileprivate var content: Event.Content {
        switch self {
        case .protobuf: .protobuf
        case .json: .json
        }
    }
}

extension Receipt {
    /// Who writes JSON finds each field by a JSON pointer, as at the HTTP door: `/observedAt`. Who writes protobuf finds it
    /// by its name in the schema: `observed_at`.
    var inSendersWords: Receipt {
        guard format == .json, case .refused(let reasons) = answer else { return self }
        var copy = self
        copy.answer = .refused(
            reasons.map { reason in
                var reason = reason
                if !FieldPath.isHeader(reason.path) { reason.path = FieldPath.pointer(reason.path) }
                return reason
            })
        return copy
    }

    /// The case's or the question's.
    fileprivate var reference: String? {
        switch answer {
        case .registered(let registered): registered.reference
        case .consultation(let reference): reference
        case .refused: nil
        }
    }
}

extension Turn {
    mutating func publish(_ facts: [IntakeFact]) throws {
        for record in facts.map(\.record) {
            try publish(
                record.message, to: record.topic.rawValue, key: record.key, subject: record.subject,
                as: record.content, sealedUnder: record.sealedUnder)
            // A publisher that the directory names has a topic of its own, which nobody else may read.
            guard record.topic == .concernReceipts, let name = directory.receipts(of: record.key ?? key) else {
                continue
            }
            try publish(
                record.message, to: Topic.receipts(name), key: record.key, subject: record.subject,
                as: record.content)
        }
    }
}
