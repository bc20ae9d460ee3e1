import Codec
import Domain
import IntakeCore
import ServiceKit
import SwiftProtobuf

extension ConcernReceipt {
    init(_ receipt: Receipt) {
        self = .with {
            ($0.reportID, $0.reportSource) = (receipt.report.id, receipt.report.source)
            ($0.answer, $0.repeated) = (.init(receipt.answer), receipt.isRepeated)
        }
    }

    /// An answer as it is remembered.
    init(_ answer: Receipt.Answer) { self = .with { $0.answer = .init(answer) } }

    var report: ReportID { ReportID(source: reportSource, id: reportID) }

    /// - Parameter format: of the record, which the message does not repeat.
    func fact(_ format: Receipt.Format, _ words: inout Words) -> IntakeFact? {
        readAnswer(&words).map { .answered(Receipt(report, $0, format, isRepeated: repeated)) }
    }

    func readAnswer(_ words: inout Words) -> Receipt.Answer? {
        switch answer {
        case .registered(let registered): return .registered(registered.read(&words))
        case .consultation(let consultation): return .consultation(reference: consultation.reference)
        case .refused(let refused): return refused.read(&words).map(Receipt.Answer.refused)
        case nil:
            words.add(Fault(.textMissing, at: "answer"))
            return nil
        }
    }
}

extension ConcernReceipt.OneOf_Answer {
    fileprivate init(_ answer: Receipt.Answer) {
        switch answer {
        case .registered(let registered): self = .registered(.init(registered))
        case .consultation(let reference): self = .consultation(.with { $0.reference = reference })
        case .refused(let reasons): self = .refused(.init(reasons))
        }
    }
}

extension ConcernReceipt.Registered {
    init(_ registered: Receipt.Registered) {
        self.init()
        caseReference = registered.reference ?? ""
        unit = registered.unit
        unitName = registered.unitName ?? ""
        fallback = registered.fallback != nil
        fallbackReason = registered.fallback?.rawValue ?? ""
        dutyToReport = registered.isDutyToReport
    }

    fileprivate func read(_ words: inout Words) -> Receipt.Registered {
        Receipt.Registered(
            reference: caseReference.nonEmpty, unit: unit, unitName: unitName.nonEmpty,
            fallback: words.fallbackIfAny(fallbackReason), isDutyToReport: dutyToReport)
    }
}

extension ConcernReceipt.Refused {
    init(_ reasons: [Receipt.Reason]) {
        self = .with {
            $0.reasons = reasons.map { reason in
                .with {
                    ($0.code, $0.path) = (reason.code.rawValue, reason.path)
                    ($0.swedish, $0.english) = (reason.swedish, reason.english)
                }
            }
        }
    }

    func read(_ words: inout Words) -> [Receipt.Reason]? {
        let read = reasons.enumerated().map { index, reason in
            words.one(of: FaultCode.self, reason.code, at: "reasons[\(index)].code").map {
                Receipt.Reason(code: $0, path: reason.path, swedish: reason.swedish, english: reason.english)
            }
        }
        return read.contains(nil) ? nil : read.compactMap(\.self)
    }
}
