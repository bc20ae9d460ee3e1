package import Domain

/// The answer to each report (rule 4).
package struct Receipt: Sendable, Equatable {
    package var report: ReportID
    package var answer: Answer
    package var format: Format
    /// The report has been sent again. This is the first answer once more.
    package var isRepeated: Bool

    /// How the receipt is written: as its sender writes.
    package enum Format: Sendable, CaseIterable {
        case protobuf, json
    }

    package enum Answer: Sendable, Equatable {
        case registered(Registered)
        /// An anonymous question, by its reference (rule 5).
        case consultation(reference: String)
        case refused([Reason])
    }

    package init(_ report: ReportID, _ answer: Answer, _ format: Format, isRepeated: Bool = false) {
        (self.report, self.answer) = (report, answer)
        (self.format, self.isRepeated) = (format, isRepeated)
    }

    package init(_ report: ReportID, refused faults: [Fault], _ format: Format) {
        self.init(report, .refused(Reason.all(of: faults)), format)
    }

    /// For the reporter. Tells nothing that the report has not told (rule 22).
    package struct Registered: Sendable, Equatable {
        /// The case's reference; nil where its sender may not know it.
        package var reference: String?
        /// The unit to turn to: where the report by itself leads.
        package var unit: String
        /// Nil where the directory no longer has the unit.
        package var unitName: String?
        /// Why that is the municipality's fallback unit (rule 2).
        package var fallback: Routing.Fallback?
        /// The reporter must report to social services, now (rule 3).
        package var isDutyToReport: Bool

        package init(
            reference: String?, unit: String, unitName: String?, fallback: Routing.Fallback?,
            isDutyToReport: Bool
        ) {
            (self.reference, self.unit) = (reference, unit)
            (self.unitName, self.fallback) = (unitName, fallback)
            self.isDutyToReport = isDutyToReport
        }
    }

    /// One thing that is wrong with a report, in words. It never repeats what was sent.
    package struct Reason: Sendable, Equatable {
        package var code: FaultCode
        package var path: String
        package var swedish: String
        package var english: String

        package init(code: FaultCode, path: String, swedish: String, english: String) {
            (self.code, self.path) = (code, path)
            (self.swedish, self.english) = (swedish, english)
        }

        /// As many as a sender is told.
        package static func all(of faults: [Fault]) -> [Reason] { faults.told.map(Reason.init) }

        package init(_ fault: Fault) {
            self.init(code: fault.code, path: fault.path, swedish: fault.swedish, english: fault.english)
        }
    }
}
