package import Domain
package import Foundation

/// A registered concern to which a report from another system can still be linked.
package struct RecentConcern: Sendable, Equatable {
    /// The concern's own id.
    package var concern: String
    package var source: String
    package var observedAt: Date
    package var areas: [WheelArea]

    package init(concern: String, source: String, observedAt: Date, areas: [WheelArea]) {
        (self.concern, self.source) = (concern, source)
        (self.observedAt, self.areas) = (observedAt, areas)
    }

    /// Another system has reported the same thing: observed within the limit, with an area in common.
    fileprivate func isSame(as other: RecentConcern, within limit: TimeInterval) -> Bool {
        source != other.source && distance(to: other) <= limit && !Set(areas).isDisjoint(with: other.areas)
    }

    fileprivate func distance(to other: RecentConcern) -> TimeInterval {
        abs(observedAt.timeIntervalSince(other.observedAt))
    }
}

extension KnownChild {
    private static let recentKept = 32
    /// A concern is remembered for at least a week.
    private static let shortestMemory: TimeInterval = 7 * 24 * 3_600

    /// Remembers a concern.
    ///
    /// - Parameter hours: the county's limit between two observations of the same thing.
    /// - Returns: the concern from another system to which this one is linked; nil for none.
    mutating func link(_ concern: RecentConcern, within hours: Int) -> String? {
        let limit = Double(hours) * 3_600
        recent.removeAll { $0.distance(to: concern) > max(limit * 2, Self.shortestMemory) }
        let same = recent.first { $0.isSame(as: concern, within: limit) }
        recent = (recent + [concern]).suffix(Self.recentKept)
        return same?.concern
    }
}
