import Codec
import Domain
import IntakeCore
import ServiceKit
import SwiftProtobuf

extension ConcernReceipt {
    init(_ receipt: Receipt) {
        self = .with {
            ($0.reportID, $0.reportSource) = (receipt.report.id, receipt.report.source)
            $0.answer =
                switch receipt.answer {
                case .registered(let registered): .registered(.init(registered))
                case .consultation(let reference): .consultation(.with { $0.reference = reference })
                case .refused(let reasons): .refused(.init(reasons))
                }
        }
    }

    var report: ReportID { ReportID(source: reportSource, id: reportID) }

    func fact(_ words: inout Words) -> IntakeFact? {
        let answer: Receipt.Answer?
        switch self.answer {
        case .registered(let registered): answer = .registered(registered.read(&words))
        case .consultation(let consultation): answer = .consultation(reference: consultation.reference)
        case .refused(let refused): answer = refused.read(&words).map(Receipt.Answer.refused)
        case nil:
            words.add(Fault(.textMissing, at: "answer"))
            answer = nil
        }
        return answer.map { .answered(Receipt(report, $0)) }
    }
}

extension ConcernReceipt.Registered {
    init(_ registered: Receipt.Registered) {
        self.init()
        caseReference = registered.reference
        child = registered.child
        unit = registered.unit
        unitName = registered.unitName ?? ""
        fallback = registered.fallback != nil
        fallbackReason = registered.fallback?.rawValue ?? ""
        dutyToReport = registered.isDutyToReport
        linkedTo = registered.linkedTo ?? ""
    }

    fileprivate func read(_ words: inout Words) -> Receipt.Registered {
        Receipt.Registered(
            reference: caseReference, child: child, unit: unit, unitName: unitName.nonEmpty,
            fallback: words.fallbackIfAny(fallbackReason), isDutyToReport: dutyToReport, linkedTo: linkedTo.nonEmpty)
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
