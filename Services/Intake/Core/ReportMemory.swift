import Domain
package import Foundation

/// What Intake remembers of a report, so that one that comes again is answered and not registered twice (rule 4).
package struct ReportMemory: Aggregate, Equatable {
    package typealias Fact = IntakeFact
    package typealias Context = IntakeContext

    /// How long a report is remembered.
    package static let duration: TimeInterval = 30 * 24 * 3_600
    private static let positionsKept = 32

    package var until: Date
    /// Where its record lay, each time that it came.
    package var positions: [String]

    package init(until: Date, positions: [String]) { (self.until, self.positions) = (until, positions) }

    mutating func add(_ position: String) {
        positions = (positions + [position]).suffix(Self.positionsKept)
    }
}
