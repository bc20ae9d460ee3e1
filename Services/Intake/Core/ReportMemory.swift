package import Domain
package import Foundation

/// What Intake remembers of a report, so that one that comes again is answered and not registered twice (rule 4).
package struct ReportMemory: Aggregate, Equatable {
    package typealias Fact = IntakeFact
    package typealias Context = IntakeContext

    /// How long a report is remembered.
    package static let duration: TimeInterval = 30 * 24 * 3_600
    private static let positionsKept = 32
    private static let othersKept = 8

    package var until: Date
    /// Where its record lay, each time that it came.
    package var positions: [String]
    /// What it says.
    package var digest: ReportDigest
    /// What other reports under its id said, newest last. They were refused.
    package var others: [ReportDigest]
    package var outcome: Outcome

    package enum Outcome: Sendable, Equatable {
        case answered(Receipt.Answer)
        /// It has gone on to its child, where it is answered.
        case goneOn
    }

    package init(
        until: Date, positions: [String], digest: ReportDigest, others: [ReportDigest] = [], outcome: Outcome
    ) {
        (self.until, self.positions, self.digest) = (until, positions, digest)
        (self.others, self.outcome) = (others, outcome)
    }

    /// Nothing was registered under the id, so a corrected report may have it.
    var isRefused: Bool { if case .answered(.refused) = outcome { true } else { false } }

    mutating func add(_ position: String) {
        positions = (positions + [position]).suffix(Self.positionsKept)
    }

    mutating func add(other digest: ReportDigest) {
        others = (others + [digest]).suffix(Self.othersKept)
    }
}
