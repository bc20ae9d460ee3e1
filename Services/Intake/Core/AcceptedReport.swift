package import Foundation

/// A report about a child that holds.
package struct AcceptedReport: Sendable, Equatable {
    package var id: ReportID
    /// Every clock runs from here (rule 19).
    package var receivedAt: Date
    package var report: Report
    package var occasion: Occasion
    package var format: Receipt.Format

    /// Why a report comes to its child.
    package enum Occasion: String, Sendable, CaseIterable {
        case new
        /// It has been sent again. The first answer is given once more.
        case repeated
        /// Another report has its id, and it speaks of harm. A person looks at it.
        case idReused = "id_reused"
    }

    package init(
        id: ReportID, receivedAt: Date, report: Report, occasion: Occasion = .new, format: Receipt.Format = .protobuf
    ) {
        (self.id, self.receivedAt, self.report) = (id, receivedAt, report)
        (self.occasion, self.format) = (occasion, format)
    }

    /// The bucket of the index that it asks first.
    package func firstBucket(_ secrets: KeySecrets) -> String { IndexedNumber(report.number, secrets).firstBucket }
}
