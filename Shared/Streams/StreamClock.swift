package import Foundation

/// The two clocks of a stream: one for the time of day that turns see, one for deadlines.
///
/// Both are injected, so that a simulation controls them.
package struct StreamClock: Sendable {
    /// The time of day. It may be set back or forward while the stream runs.
    package var wall: @Sendable () -> Date
    /// A clock that only goes forward.
    package var steady: @Sendable () -> ContinuousClock.Instant

    package init(
        wall: @escaping @Sendable () -> Date = { Date() },
        steady: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        (self.wall, self.steady) = (wall, steady)
    }
}
