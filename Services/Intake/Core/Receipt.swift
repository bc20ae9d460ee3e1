package import Domain

/// The one answer to each report (rule 4).
package struct Receipt: Sendable, Equatable {
    package var report: ReportID
    package var answer: Answer

    package enum Answer: Sendable, Equatable {
        case registered(Registered)
        /// An anonymous question, by its reference (rule 5).
        case consultation(reference: String)
        case refused([Reason])
    }

    package init(_ report: ReportID, _ answer: Answer) { (self.report, self.answer) = (report, answer) }

    package init(_ report: ReportID, refused faults: [Fault]) {
        self.init(report, .refused(Reason.all(of: faults)))
    }

    /// Who has the concern. For the reporter.
    package struct Registered: Sendable, Equatable {
        /// The case's reference.
        package var reference: String
        /// The child's key.
        package var child: String
        package var unit: String
        /// Nil where the directory no longer has the unit.
        package var unitName: String?
        /// Why the municipality's fallback unit has the concern (rule 2).
        package var fallback: Routing.Fallback?
        /// The reporter must report to social services, now (rule 3).
        package var isDutyToReport: Bool
        /// The concern from another system to which this one is linked.
        package var linkedTo: String?

        package init(
            reference: String, child: String, unit: String, unitName: String?, fallback: Routing.Fallback?,
            isDutyToReport: Bool, linkedTo: String?
        ) {
            (self.reference, self.child) = (reference, child)
            (self.unit, self.unitName, self.fallback) = (unit, unitName, fallback)
            (self.isDutyToReport, self.linkedTo) = (isDutyToReport, linkedTo)
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
