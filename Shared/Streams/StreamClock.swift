package import Foundation

/// The two clocks of a stream: one for the time of day that turns see, one for deadlines.
///
/// Both are injected, so that a simulation controls them.
package struct StreamClock: Sendable {
    /// The time of day. It may be set back or forward while the stream runs.
    package var wall: @Sendable () -> Date
    /// How far the time of day is ahead of the broker's, in seconds: of a stream whose time is played.
    package var ahead: @Sendable () -> TimeInterval = { 0 }
    /// A clock that only goes forward.
    package var steady: @Sendable () -> ContinuousClock.Instant

    package init(
        wall: @escaping @Sendable () -> Date = { Date() },
        steady: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        (self.wall, self.steady) = (wall, steady)
    }

    /// This machine's clocks, with the time of day moved ahead.
    init(ahead: @escaping @Sendable () -> TimeInterval) {
        self.init(wall: { Date() + ahead() })
        self.ahead = ahead
    }

    /// When a record was written, of which the broker says when. One without a time is taken as written at `now`.
    func written(_ milliseconds: Int64, now: Date) -> Date {
        milliseconds < 0 ? now : Date(timeIntervalSince1970: Double(milliseconds) / 1_000) + ahead()
    }
}
