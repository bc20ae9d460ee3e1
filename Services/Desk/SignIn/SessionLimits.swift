package import Foundation

/// How long a session lasts.
package struct SessionLimits: Sendable {
    /// Seconds without a request.
    package var idle: TimeInterval = 30 * 60
    /// Seconds since the sign-in.
    package var absolute: TimeInterval = 8 * 3_600
    /// Seconds after which the token in the cookie is replaced.
    package var rotation: TimeInterval = 15 * 60
    /// Seconds for which a replaced token still counts: requests that were on their way arrive with it.
    package var grace: TimeInterval = 30
    /// Sessions that one person has at most. A further sign-in ends the oldest.
    package var perPerson = 10
    /// Seconds to which the last request's time is noted.
    package var precision: TimeInterval = 30

    package init() {}

    package func isOver(started: Date, seen: Date, now: Date) -> Bool {
        now.timeIntervalSince(started) >= absolute || now.timeIntervalSince(seen) >= idle
    }

    /// Whether a token no longer counts.
    package func isSpent(replaced: Date?, now: Date) -> Bool {
        replaced.map { now.timeIntervalSince($0) >= grace } ?? false
    }

    package func isDue(issued: Date, now: Date) -> Bool { now.timeIntervalSince(issued) >= rotation }
}
